package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/control"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func backup(ctx context.Context, e *environment) error {
	f := newFlags()
	to := f.String("to", "", "file to write; it must not exist yet")
	data, _, err := e.dataOnly(f, 0)
	if err != nil {
		return err
	}
	if *to == "" {
		return errors.New("-to is needed: the file to write the copy to")
	}
	if *to, err = absolute(*to); err != nil {
		return err
	}
	fmt.Fprintln(e.stderr, "copying…")
	if err := control.Dial(data).Backup(ctx, control.Backup{To: *to}); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s holds the data as of now, sealed. Keep it apart from the key: without the key nobody can read it, you neither.\n", *to)
	return nil
}

func restore(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	dataFlags(f, &c)
	from := f.String("from", "", "file that kith backup wrote")
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	if *from == "" {
		return errors.New("-from is needed: the file that kith backup wrote")
	}
	if c.Key == "" {
		c.Key = server.DefaultKey(c.Data)
	}
	// The key first: without it there is nothing to make a folder for.
	if _, err := keyfile.Load(c.Key); err != nil {
		return needsKey(err)
	}
	if err := sqlitestore.Restore(*from, c.Data); err != nil {
		return err
	}
	n, err := e.verify(ctx, c)
	if err != nil {
		// A folder that cannot be used must not look like one that can.
		return errors.Join(fmt.Errorf("the backup was not restored: %w", needsKey(err)), os.RemoveAll(c.Data))
	}
	fmt.Fprintf(e.stdout, "%s is restored: %d streams, every record verified. Start it with: %s\n", c.Data, n, startWith(c))
	return nil
}

// needsKey says what to do where the key is missing or another's.
func needsKey(err error) error {
	if !errors.Is(err, keyfile.ErrMissing) && !errors.Is(err, keyfile.ErrWrongKey) {
		return err
	}
	return fmt.Errorf("name the key file that this backup was made under with -key: %w", err)
}

// startWith is the command that serves a data folder with its key.
func startWith(c server.Config) string {
	command := "kith serve -data " + c.Data
	if c.Key != server.DefaultKey(c.Data) {
		command += " -key " + c.Key
	}
	return command
}

func (e *environment) verify(ctx context.Context, c server.Config) (int, error) {
	c.KeyMustExist = true
	opened, err := server.Open(c)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	done := 0
	return eventlog.VerifyAll(ctx, opened.Log, func(string) {
		if done++; done%100 == 0 {
			fmt.Fprintf(e.stderr, "\rverified %d streams", done)
		}
	})
}
