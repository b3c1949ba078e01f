package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/demo"
	"github.com/kith-chat/kith/server/web"
)

// runDemo is serve on a folder of its own, filled with a made-up programme.
func runDemo(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	demoFlags(f, &c)
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "kith-demo-")
		if err != nil {
			return fmt.Errorf("a temporary folder for the demo: %w", err)
		}
		defer os.RemoveAll(dir)
		c.Data = filepath.Join(dir, "data")
	}
	if err := markDemo(c.Data); err != nil {
		return err
	}
	if c.Key == "" {
		c.Key = server.DefaultKey(c.Data)
	}
	c.Demo, c.Out, c.Logger = true, e.stdout, slog.New(slog.NewTextHandler(e.stderr, utc))
	guests, err := seed(ctx, c)
	if err != nil {
		return err
	}
	s, err := server.New(c)
	if err != nil {
		return err
	}
	e.demoLinks(s, guests)
	return s.Run(ctx)
}

// demoFlags are serve's with other defaults: a folder that goes away, and no second port,
// so that demos can run side by side.
func demoFlags(f *flag.FlagSet, c *server.Config) {
	serveFlags(f, c)
	data, ops := f.Lookup("data"), f.Lookup("ops")
	data.Usage = "folder of the data (default: a temporary folder, gone when the demo ends)"
	c.Data, data.DefValue = "", ""
	c.Ops, ops.DefValue = "off", "off"
}

// seed fills the folder if it is new.
func seed(ctx context.Context, c server.Config) ([]demo.Guest, error) {
	opened, err := server.Open(c)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return demo.Seed(ctx, opened.Log, opened.Values, opened.Keys.Derive("known devices"), time.Now())
}

func (e *environment) demoLinks(s *server.Server, guests []demo.Guest) {
	_, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return
	}
	fmt.Fprint(e.stdout, "A made-up programme is ready. Open these links side by side, each is another person:\n\n")
	for _, g := range guests {
		role := "participant"
		if g.Role.Staff() {
			role = "moderator"
		}
		fmt.Fprintf(e.stdout, "  %-12s %s\n", role, web.Link("http://"+g.Name+".localhost:"+port, g.Link))
	}
	fmt.Fprintf(e.stdout, "\nIf your browser cannot open names under localhost, write 127.0.0.1 in their place\n"+
		"and open each link in a private window of its own. Ctrl-C ends the demo.\n"+
		"Nobody in it has a passphrase: when a page has locked, open its link again.\n\n")
}
