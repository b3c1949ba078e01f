package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"
	"time"

	"github.com/kith-chat/kith/server"
)

// serveConfig is what the server's process is told.
type serveConfig struct {
	Data, Key string
	Redis     string // "": everything is in Data
	Conns     int
}

// profile asks the server's process for a profile: Kind "cpu" begins one, "" ends
// it, "heap" writes one.
type profile struct{ Kind, File string }

// serve is the server's process: the server as it ships, with its defaults. Redis is
// taken as it is set: what it costs to lose nothing is what one may want to compare.
func serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	var c serveConfig
	from, to := json.NewDecoder(stdin), json.NewEncoder(stdout)
	if err := from.Decode(&c); err != nil {
		return err
	}
	if err := raiseFiles(c.Conns); err != nil {
		return err
	}
	s, err := server.New(server.Config{
		Addr: "127.0.0.1:0", Ops: "off", Data: c.Data, Key: c.Key, Redis: c.Redis, InsecureRedis: c.Redis != "", Drain: time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // the end of stdin is the end
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if err := to.Encode(started{s.Addr()}); err != nil {
		return err
	}
	var p profiles
	for {
		var ask profile
		if err := from.Decode(&ask); err != nil {
			stop()
			return errors.Join(p.finish(), <-ended)
		}
		if err := to.Encode(answerOf(p.do(ask))); err != nil {
			return err
		}
	}
}

// profiles is the profile under way, if any.
type profiles struct{ file *os.File }

func (p *profiles) do(ask profile) (err error) {
	switch ask.Kind {
	case "cpu":
		if p.file, err = os.Create(ask.File); err != nil {
			return err
		}
		return pprof.StartCPUProfile(p.file)
	case "heap":
		file, err := os.Create(ask.File)
		if err != nil {
			return err
		}
		return errors.Join(pprof.WriteHeapProfile(file), file.Close())
	}
	return p.finish()
}

func (p *profiles) finish() error {
	if p.file == nil {
		return nil
	}
	pprof.StopCPUProfile()
	err := p.file.Close()
	p.file = nil
	return err
}
