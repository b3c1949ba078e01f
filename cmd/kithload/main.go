// Command kithload puts a load on a Kith server and counts what became of it.
//
// It starts a server process of its own on a temporary folder, or takes -url and a
// file of session tokens; fills it with -rooms of -members each; connects every
// member and has them follow their room; lets the connections be for -settle; posts
// -rate messages a second in all for -duration; waits at a barrier; and prints one
// JSON object (report, in report.go, names every field). Progress goes to stderr.
// The clients are this process, the server is another; with -redis there are several.
//
// # What is counted
//
// The load is an open loop: a message is due at a fixed time, whether or not those
// before it were answered, and its latencies count from when it was due. Expected
// are, for each acknowledged message, all connections that follow its room, the
// author's too. A message is known again by a number in its text. Lost is what never
// came, duplicated what came again, misdelivered what came to the wrong place. Out
// of order is what one member saw before, and another after, some other message of
// the room. The barrier is a second join on every connection: the room answers it
// behind everything it has sent before.
//
// Each connection pings every 10 s, in all runs, as the browser's does.
//
// # How the server is measured
//
// CPU is the user and system time of the server's process (/proc/PID/stat) from
// just before the first message is due until the last delivery has arrived.
// Everything it does in that time counts: pings, ticks, polling.
//
// Memory is the resident set of the server's process (/proc/PID/smaps_rollup), read
// before anybody connects and again when all connections have been idle for
// -settle; the difference is divided by the connections. Nothing is collected or
// given back on purpose. Where -settle is shorter than 10 s some have not pinged yet,
// and there is no figure.
//
// # What -floor adds
//
// The same load runs twice: once with one member of each room following it, once
// with all. Everybody is connected both times and the same members post, since one
// member alone may not post at such a rate; only who follows differs. The slope between
// the two is what one more delivery costs, and what remains of a message is the
// cost of taking it in. Sessions note input once a minute, which costs a write; they do
// so just before, and what comes a minute later disturbs one round at most. Then another process does nothing but write one prepared
// frame for each delivery, of the same bytes, at the same times, to as many
// sockets, read by the same readers; its slope is the floor. The four take turns in
// several rounds, and the median of the rounds is printed.
//
// # Over several nodes
//
// With -redis the servers are -nodes processes that share a Redis and a key, each with
// a folder of its own. Member i of a room connects to node i modulo -nodes, so that
// every room is on every node, and with two of them half of all deliveries go from one
// to the other: cross_delivery_ms is of such alone. The barrier proves less here: a node
// answers a join behind what it has sent, and not behind what another has still to
// tell it. What has not come is called lost only once nothing has come for 8 s.
//
// CPU and memory of the server are those of all nodes together. Redis is asked before
// the first message and after the last delivery what it has used since it began: CPU
// (INFO cpu; not that of a child which rewrites its file) and commands (INFO stats;
// those within scripts count too). Everything in that time counts here as well, and
// is divided by the acknowledged messages.
//
// Redis must be kithload's own. One that holds a programme is refused, and what a run
// puts there it removes at its end; the user in the address needs SCAN and UNLINK for
// that, which Kith's own does not have. How Redis is set is not judged: what
// appendfsync costs is among the things to be found out, so look at its settings
// before you believe a figure. Its own files and replicas are yours to start.
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
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "kithload:", err)
		os.Exit(1)
	}
}

// run is the program as a function.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case serveChild:
			return serve(ctx, stdin, stdout, stderr)
		case floorChild:
			return writeFloor(ctx, stdin, stdout)
		case "seed":
			return seedFolder(ctx, args[1:], stderr)
		}
	}
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	return load(ctx, o, stdout, stderr)
}
