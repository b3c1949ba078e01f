// Command kith is Kith: the server and the commands that look after it. Each
// command has its file; kith help lists them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "kith:", err)
		os.Exit(1)
	}
}

// errUsage: the words of a command are off; what is wrong was said already.
var errUsage = errors.New("usage")

// run is the program as a function: it returns when it is done or ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	name := "serve"
	switch {
	case len(args) == 0:
	case args[0] == "-version" || args[0] == "--version": // as one asks any program
		name, args = "version", args[1:]
	case args[0] == "" || args[0][0] != '-':
		name, args = args[0], args[1:]
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, &environment{args, getenv, stdout, stderr, c})
		}
	}
	fmt.Fprintf(stderr, "kith: there is no command %q; kith help lists them\n", name)
	return errUsage
}
