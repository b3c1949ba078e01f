package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// key is key new and key rotate.
func key(ctx context.Context, e *environment) error {
	if len(e.args) == 0 || e.args[0] != "new" && e.args[0] != "rotate" {
		fmt.Fprintln(e.stderr, "kith key: say new, to make a key file, or rotate, to seal everything anew under a new key")
		return errUsage
	}
	verb := e.args[0]
	e.args = e.args[1:]
	var c server.Config
	f := newFlags()
	dataFlags(f, &c)
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	if c.Key == "" {
		c.Key = server.DefaultKey(c.Data)
	}
	if verb == "new" {
		return e.newKey(c.Key)
	}
	return e.rotateKey(ctx, c)
}

func (e *environment) newKey(path string) error {
	if _, err := keyfile.Create(path); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s is made. Keep a copy in another place: without it nothing that is stored can be read.\n", path)
	return nil
}

func (e *environment) rotateKey(ctx context.Context, c server.Config) error {
	// Opening would make a folder and a store.
	if !hasData(c.Data) {
		return fmt.Errorf("there is no data in %s: name the folder with -data", c.Data)
	}
	store, err := sqlitestore.Open(c.Data, sqlitestore.Options{})
	if errors.Is(err, sqlitestore.ErrLocked) {
		return fmt.Errorf("stop the server first, then run this again: %w", err)
	}
	if err != nil {
		return err
	}
	defer store.Close()
	err = keyfile.Rotate(ctx, store, c.Key, func(done int) { fmt.Fprintf(e.stderr, "\rsealed anew: %d", done) })
	if err != nil {
		return notRotated(err, c.Key)
	}
	fmt.Fprintf(e.stderr, "\n")
	fmt.Fprintf(e.stdout, "Everything is sealed under a new key. Copy %s to where you keep your copy; older backups still need the older key.\n", c.Key)
	return nil
}

// notRotated says what to do about a change of the key that failed. Something has begun
// once the file holds two keys, and only then is there something to go on with.
func notRotated(err error, path string) error {
	if errors.Is(err, keyfile.ErrWrongKey) || errors.Is(err, keyfile.ErrRotating) {
		return err
	}
	if keys, loadErr := keyfile.Load(path); loadErr == nil && keyfile.Rotating(keys) {
		return fmt.Errorf("the change of the key was interrupted; run it again, it goes on where it stopped: %w", err)
	}
	return err
}
