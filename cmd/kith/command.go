package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kith-chat/kith/server"
)

// command is one thing that kith does.
type command struct {
	name, what string
	run        func(context.Context, *environment) error
}

// commands is the list, in the order in which help shows it. It is a function
// because help is one of them.
func commands() []command {
	return []command{
		{"serve", "run the server (also without a name)", serve},
		{"demo", "run a server with a made-up programme, to look around", runDemo},
		{"invite", "make a link that brings somebody into a room, or list the rooms", invite},
		{"reset-admin", "make a link for a new passphrase of the lead", resetAdmin},
		{"doctor", "look at folder, key, clock, address, ports, limits and Redis, and name what to set", doctor},
		{"backup", "copy the data of the running server to a file", backup},
		{"restore", "put a backup into a new data folder and verify it", restore},
		{"move", "copy the programme from the data folder to Redis (move -to redis://HOST:6379)", moveProgramme},
		{"audit", "look whether the record is whole (audit verify), print its anchor, or export who did what (audit export)", auditRecord},
		{"key", "make a key (key new) or change it (key rotate)", key},
		{"health", "ask the running server whether it is ready (for containers)", health},
		{"version", "print the version", version},
		{"help", "print this", help},
	}
}

func help(_ context.Context, e *environment) error {
	fmt.Fprint(e.stdout, "kith hosts small, moderated peer-group rooms.\n\nusage: kith [command] [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(e.stdout, "  %-12s %s\n", c.name, c.what)
	}
	fmt.Fprint(e.stdout, "\nkith COMMAND -h lists a command's flags. A flag -some-name can also be set as KITH_SOME_NAME; the flag wins.\n")
	return nil
}

func version(_ context.Context, e *environment) error {
	fmt.Fprintln(e.stdout, "kith", server.Version())
	return nil
}

// environment is what a command runs in.
type environment struct {
	args           []string
	getenv         func(string) string
	stdout, stderr io.Writer
	command        command
}

// parse reads flags over environment over defaults. Words after the flags go to
// rest; a command that takes none refuses them.
func (e *environment) parse(f *flag.FlagSet, takes int) ([]string, error) {
	f.Init("kith "+e.command.name, flag.ContinueOnError)
	f.SetOutput(e.stderr)
	f.Usage = func() {
		fmt.Fprintf(e.stderr, "kith %s: %s\n\nflags, each also as KITH_NAME in the environment:\n", e.command.name, e.command.what)
		f.PrintDefaults()
	}
	var failed error
	f.VisitAll(func(one *flag.Flag) {
		name := "KITH_" + strings.ToUpper(strings.ReplaceAll(one.Name, "-", "_"))
		if value := e.getenv(name); value != "" && failed == nil {
			if err := f.Set(one.Name, value); err != nil {
				failed = fmt.Errorf("%s=%s: %w", name, value, err)
			}
		}
	})
	if failed != nil {
		return nil, failed
	}
	if err := f.Parse(e.args); err != nil {
		if err == flag.ErrHelp {
			return nil, err
		}
		return nil, errUsage // the flag package has said what is wrong
	}
	if f.NArg() > takes {
		fmt.Fprintf(e.stderr, "kith %s: %q is more than it takes; -h lists its flags\n", e.command.name, f.Arg(takes))
		return nil, errUsage
	}
	return f.Args(), nil
}

// dataFlags are the flags of commands that work on a data folder.
func dataFlags(f *flag.FlagSet, c *server.Config) {
	f.StringVar(&c.Data, "data", server.DefaultData, "folder of the data")
	f.StringVar(&c.Key, "key", "", "file of the key, outside the data folder (default: the data folder's name and .key)")
}

// dataOnly parses for a command that needs nothing but to know the data folder.
func (e *environment) dataOnly(f *flag.FlagSet, takes int) (string, []string, error) {
	data := f.String("data", server.DefaultData, "folder of the data")
	rest, err := e.parse(f, takes)
	return *data, rest, err
}

func newFlags() *flag.FlagSet { return flag.NewFlagSet("", flag.ContinueOnError) }

// absolute is a path as another process understands it.
func absolute(path string) (string, error) {
	if strings.HasPrefix(path, string(os.PathSeparator)) {
		return path, nil
	}
	wd, err := os.Getwd()
	return wd + string(os.PathSeparator) + path, err
}
