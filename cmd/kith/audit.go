package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/access"
	"github.com/kith-chat/kith/server/accessbook"
	"github.com/kith-chat/kith/server/audit"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// auditRecord is audit verify, audit anchor and audit export.
func auditRecord(ctx context.Context, e *environment) error {
	verbs := map[string]func(context.Context, *environment) error{"verify": verifyRecord, "anchor": printAnchor, "export": exportRecord}
	if len(e.args) == 0 || verbs[e.args[0]] == nil {
		fmt.Fprintln(e.stderr, "kith audit: say verify, to look whether the record is whole; anchor, to print what it ends with, to keep elsewhere; or export, for who did what and when")
		if len(e.args) > 0 && (e.args[0] == "-h" || e.args[0] == "--help") {
			return flag.ErrHelp
		}
		return errUsage
	}
	verb := e.args[0]
	e.args = e.args[1:]
	return verbs[verb](ctx, e)
}

// recordFlags are the flags by which the record is found.
func recordFlags(f *flag.FlagSet, c *server.Config) {
	dataFlags(f, c)
	f.StringVar(&c.Redis, "redis", "", "address of the Redis that holds the record, as for serve")
	f.StringVar(&c.RedisCA, "redis-ca", "", "file of the authority that signed Redis's certificate (PEM; default: the system's)")
}

// openRecord opens what the flags name, without making anything.
func openRecord(c server.Config) (*server.Opened, error) {
	if c.Redis == "" && !hasData(c.Data) {
		return nil, fmt.Errorf("there is no data in %s: name the folder with -data, or Redis with -redis", c.Data)
	}
	c.KeyMustExist, c.InsecureRedis = true, true // nothing is made
	opened, err := server.Open(c)
	if errors.Is(err, sqlitestore.ErrLocked) {
		return nil, fmt.Errorf("the server is running on this folder: stop it first, or look at a restored backup: %w", err)
	}
	return opened, err
}

func verifyRecord(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	recordFlags(f, &c)
	path := f.String("anchor", "", "file that kith audit anchor printed, to find what was cut off or written anew")
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	var anchor *audit.Anchor
	if *path != "" {
		var err error
		if anchor, err = readAnchor(*path); err != nil {
			return err
		}
	}
	opened, err := openRecord(c)
	if err != nil {
		return err
	}
	defer opened.Close()
	n, found, err := audit.Verify(ctx, opened.Log, anchor, func(done int) {
		if done%100 == 0 {
			fmt.Fprintf(e.stderr, "\rlooked at %d streams", done)
		}
	})
	if err != nil {
		return err
	}
	for _, one := range found {
		fmt.Fprintf(e.stdout, "BAD %s, record %d: %s\n", one.Stream, one.Seq, one.Reason)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d of %d streams are not as they were written: keep this folder as it is, and compare with a backup", len(found), n)
	}
	fmt.Fprintf(e.stdout, "%d streams are whole and in order%s.\n", n, beside(anchor))
	return nil
}

// beside says what the record was held against.
func beside(a *audit.Anchor) string {
	if a == nil {
		return "; without -anchor, records cut off at an end do not show"
	}
	return ", and go on from the anchor of " + a.Made.Format(time.RFC3339)
}

func readAnchor(path string) (*audit.Anchor, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("-anchor %s cannot be read: %w", path, err)
	}
	defer file.Close()
	anchor, err := audit.ParseAnchor(file)
	if err != nil {
		return nil, fmt.Errorf("-anchor %s: %w", path, err)
	}
	return anchor, nil
}

func printAnchor(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	recordFlags(f, &c)
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	opened, err := openRecord(c)
	if err != nil {
		return err
	}
	defer opened.Close()
	anchor, err := audit.TakeAnchor(ctx, opened.Log, time.Now())
	if err != nil {
		return err
	}
	_, err = io.WriteString(e.stdout, anchor.Text())
	fmt.Fprintln(e.stderr, "Keep this elsewhere, or at least its last line: kith audit verify -anchor FILE holds the record against it.")
	return err
}

func exportRecord(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	recordFlags(f, &c)
	format := f.String("format", "csv", "csv or json")
	from := f.String("from", "", "first day, as 2026-11-27 (UTC)")
	to := f.String("to", "", "last day")
	room := f.String("room", "", "one room alone: its id, as kith invite lists it")
	out := f.String("out", "", "file to write; it must not exist yet (default: the screen)")
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	within, err := rangeOf(*from, *to, *room)
	if err != nil {
		return err
	}
	write := map[string]func(context.Context, *server.Opened, audit.Range, io.Writer) error{"csv": exportCSV, "json": exportJSON}[*format]
	if write == nil {
		return fmt.Errorf("-format %q: say csv or json", *format)
	}
	opened, err := openRecord(c)
	if err != nil {
		return err
	}
	defer opened.Close()
	// First of all it is written down that the record is taken out.
	made := access.Exported{Format: *format, Room: person.RoomID(*room)}
	if err := accessbook.New(opened.Log, time.Now).Write(ctx, fact.Machine, made); err != nil {
		return fmt.Errorf("the export could not be written down in the record, so nothing was exported: %w", err)
	}
	return e.writeTo(*out, func(w io.Writer) error { return write(ctx, opened, within, w) })
}

func exportCSV(ctx context.Context, o *server.Opened, r audit.Range, w io.Writer) error {
	return audit.CSV(ctx, o.Log, r, w)
}

func exportJSON(ctx context.Context, o *server.Opened, r audit.Range, w io.Writer) error {
	return audit.JSON(ctx, o.Log, r, w)
}

// writeTo writes a new file, whole or not at all, or to the screen.
func (e *environment) writeTo(path string, write func(io.Writer) error) error {
	if path == "" {
		return write(e.stdout)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("-out %s cannot be written: %w", path, err)
	}
	buffer := bufio.NewWriter(file)
	err = errors.Join(write(buffer), buffer.Flush(), file.Close())
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	fmt.Fprintf(e.stdout, "%s is written. It holds no text that people wrote. It shows who is in the programme: guard it.\n", path)
	return nil
}

func rangeOf(from, to, room string) (r audit.Range, err error) {
	if from != "" {
		if r.From, err = time.Parse(time.DateOnly, from); err != nil {
			return r, fmt.Errorf("-from %q: write a day as 2026-11-27", from)
		}
	}
	if to != "" {
		if r.To, err = time.Parse(time.DateOnly, to); err != nil {
			return r, fmt.Errorf("-to %q: write a day as 2026-11-27", to)
		}
		r.To = r.To.AddDate(0, 0, 1)
	}
	if room != "" {
		r.Stream = server.RoomStream(room)
		if r.Stream == "" {
			return r, fmt.Errorf("-room %q is not a room's id: kith invite lists them", room)
		}
	}
	return r, nil
}
