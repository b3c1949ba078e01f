package servertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/kith-chat/kith/server"
)

// childVar, in the environment, makes a test binary a server.
const childVar = "KITH_TEST_SERVER"

// ServeIfChild runs a server in place of the tests if this process was started by
// StartProcess, and then ends the process. TestMain calls it before anything else.
func ServeIfChild() {
	text, ok := os.LookupEnv(childVar)
	if !ok {
		return
	}
	if err := serveAsChild(text); err != nil {
		fmt.Fprintln(os.Stderr, "kith:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serveAsChild(text string) error {
	var c server.Config
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	c.Out = os.Stdout
	c.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	ctx, orphaned := context.WithCancel(ctx)
	defer orphaned()
	go func() {
		// The parent holds the other end: when it is gone, however it went, so are we.
		_, _ = io.Copy(io.Discard, os.Stdin)
		orphaned()
	}()
	s, err := server.New(c)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}
