package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// The first argument that makes this program one of its own children. They are for
// kithload alone: they read JSON from stdin, answer each value with one on stdout, and
// end with stdin.
const (
	serveChild = "serve-child"
	floorChild = "floor-child"
)

// child is another process of this program.
type child struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	to   *json.Encoder
	from *json.Decoder
	Addr string // where it listens
}

// started is a child's first word, done its answer to everything else.
type (
	started struct {
		Addr string `json:"addr"`
	}
	done struct {
		Error string `json:"error,omitempty"`
	}
)

// start runs a child and waits until it listens.
func start(ctx context.Context, role string, config any, stderr io.Writer) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(ctx, self, role)}
	c.cmd.Stderr = stderr
	// Interrupted at the terminal, the parent ends the children: one way to end.
	c.cmd.Cancel = func() error { return c.in.Close() }
	c.cmd.WaitDelay = patience
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.to, c.from = json.NewEncoder(c.in), json.NewDecoder(out)
	var first started
	err = c.to.Encode(config)
	if err == nil {
		err = c.from.Decode(&first)
	}
	if err != nil {
		return nil, fmt.Errorf("%s did not start: %w", role, errors.Join(err, c.stop()))
	}
	c.Addr = first.Addr
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// ask waits for the child to do something.
func (c *child) ask(what any) error {
	var answer done
	if err := c.to.Encode(what); err != nil {
		return err
	}
	if err := c.from.Decode(&answer); err != nil {
		return err
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

// stop ends the child. One that does not end is killed.
func (c *child) stop() error {
	_ = c.in.Close() // closed twice is closed
	late := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	return c.cmd.Wait()
}

// answerOf is an error, or none, as a child says it.
func answerOf(err error) done {
	if err != nil {
		return done{err.Error()}
	}
	return done{}
}
