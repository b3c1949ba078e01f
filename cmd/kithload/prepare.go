package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/keyfile"
)

// prepare sees to it that there is a server with rooms, or that there are several.
// stop ends and removes what was made for that, the last first.
func (t *test) prepare(ctx context.Context) (stop func() error, err error) {
	if t.url != "" {
		return func() error { return nil }, t.prepareForeign()
	}
	var e ends
	if err := t.prepareOwn(ctx, &e); err != nil {
		return nil, errors.Join(err, e.all())
	}
	return e.all, nil
}

// prepareForeign takes the rooms of a server that runs elsewhere.
func (t *test) prepareForeign() (err error) {
	if t.rooms, err = readTokens(t.tokens); err != nil {
		return err
	}
	t.options.rooms, t.members, t.origins = len(t.rooms), len(t.rooms[0].Members), []string{t.url}
	return t.check()
}

// prepareOwn fills a folder, or a Redis, and starts servers on it.
func (t *test) prepareOwn(ctx context.Context, e *ends) error {
	dir, err := os.MkdirTemp("", "kithload-")
	if err != nil {
		return err
	}
	e.add(func() error { return os.RemoveAll(dir) })
	if t.redis != "" {
		if t.store, err = openRedis(ctx, t.redis); err != nil {
			return err
		}
		e.add(func() error { return t.store.close(ctx) })
	}
	configs := t.serveConfigs(dir)
	t.progress("making %d rooms of %d members with %d messages each", t.options.rooms, t.members, t.preload)
	if err := t.fill(ctx, configs[0]); err != nil {
		return err
	}
	if t.nodes, err = startNodes(ctx, configs, t.stderr); err != nil {
		return err
	}
	e.add(t.nodes.stop)
	t.origins = t.nodes.origins()
	return nil
}

// serveConfigs is what each node is told: it has a folder of its own and the key of all.
func (t *test) serveConfigs(dir string) []serveConfig {
	list := make([]serveConfig, t.options.nodes)
	conns := t.options.rooms * ((t.members + len(list) - 1) / len(list))
	for i := range list {
		list[i] = serveConfig{Data: filepath.Join(dir, fmt.Sprintf("data-%d", i)), Key: filepath.Join(dir, "key"), Redis: t.redis, Conns: conns}
	}
	return list
}

// fill makes the rooms where the nodes will find them.
func (t *test) fill(ctx context.Context, c serveConfig) (err error) {
	now := time.Now()
	if t.floor {
		now = now.Add(-auth.TouchEvery) // so that input counts at once, see active
	}
	// Filling is not what is measured, so it does not wait for the disk.
	config := server.Config{Data: c.Data, Key: c.Key, Redis: c.Redis, InsecureRedis: c.Redis != "", InsecureSyncOff: true}
	if t.store != nil {
		// On Redis a server makes no key by itself.
		if _, err := keyfile.Create(c.Key); err != nil {
			return err
		}
		t.store.ours = true
	}
	t.rooms, err = fill(ctx, config, now, t.options, t.progress)
	if t.store != nil && errors.Is(err, keyfile.ErrWrongKey) {
		t.store.ours = false // somebody came after we had looked: what is there is theirs
		return errors.Join(errNotOwn, err)
	}
	return err
}

// ends is how to end what was begun.
type ends []func() error

func (e *ends) add(end func() error) { *e = append(*e, end) }

// all ends the last first, each whatever becomes of the others.
func (e *ends) all() error {
	var errs []error
	for i := len(*e) - 1; i >= 0; i-- {
		errs = append(errs, (*e)[i]())
	}
	return errors.Join(errs...)
}
