package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/move"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// worthless are the buckets that are not moved: snapshots are made again, and the
// probe of the folder's health says nothing about Redis.
var worthless = []string{"snapshot", "health"}

// moveProgramme copies a programme from the data folder to Redis.
func moveProgramme(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	dataFlags(f, &c)
	f.StringVar(&c.Redis, "to", "", "address of the Redis to move to, as for serve -redis")
	f.StringVar(&c.RedisCA, "redis-ca", "", "file of the authority that signed Redis's certificate (PEM; default: the system's)")
	f.BoolVar(&c.InsecureRedis, "insecure-redis", false, "move to a Redis that may lose everything")
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	if c.Redis == "" {
		return errors.New("-to is needed: the address of the Redis to move to, such as redis://HOST:6379")
	}
	if c.Key == "" {
		c.Key = server.DefaultKey(c.Data)
	}
	folder, keys, err := openSource(ctx, c)
	if err != nil {
		return err
	}
	defer folder.Close()
	redis, err := openTarget(ctx, c, keys)
	if err != nil {
		return err
	}
	defer redis.Close()
	result, err := (&move.Move{From: folder, To: redis, Skip: worthless, Last: keyfile.Bucket, Progress: e.moved}).Run(ctx)
	fmt.Fprintln(e.stderr)
	if err != nil {
		return moveFailed(err)
	}
	e.whatNext(c, result)
	return nil
}

// openSource opens the folder, which no server may be using, and holds the key
// against it.
func openSource(ctx context.Context, c server.Config) (*sqlitestore.Store, *eventlog.Keyring, error) {
	if _, err := os.Stat(filepath.Join(c.Data, "kith.db")); err != nil {
		return nil, nil, fmt.Errorf("there is no programme in %s: name its folder with -data", c.Data)
	}
	keys, err := keyfile.Load(c.Key)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlitestore.Open(c.Data, sqlitestore.Options{})
	if errors.Is(err, sqlitestore.ErrLocked) {
		return nil, nil, fmt.Errorf("stop the server first, then run this again: %w", err)
	}
	if err != nil {
		return nil, nil, err
	}
	// A new folder would be given a proof of the key by the check: there is nothing
	// to move from it.
	empty, err := keyfile.Empty(ctx, store, store.Values())
	if err == nil && empty {
		err = fmt.Errorf("there is nothing in %s yet: start with kith serve -redis at once", c.Data)
	}
	if err == nil {
		err = keyfile.Check(ctx, store.Values(), keys, false)
	}
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return store, keys, nil
}

// openTarget opens Redis and refuses one that would not keep the programme, or that
// already keeps another.
func openTarget(ctx context.Context, c server.Config, keys *eventlog.Keyring) (*redisstore.Store, error) {
	store, err := redisstore.Open(ctx, redisstore.Options{URL: c.Redis, CAFile: c.RedisCA})
	if err != nil {
		return nil, err
	}
	if !c.InsecureRedis {
		err = store.Safe(ctx)
	}
	if err == nil {
		err = sameKey(ctx, store, keys)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

func sameKey(ctx context.Context, store *redisstore.Store, keys *eventlog.Keyring) error {
	proofs, err := store.Values().List(ctx, keyfile.Bucket)
	if err != nil || len(proofs) == 0 {
		return err
	}
	if err := keyfile.Check(ctx, store.Values(), keys, false); err != nil {
		return errors.Join(fmt.Errorf("this Redis holds another programme: %s", elsewhere), err)
	}
	return nil
}

const elsewhere = "give -to an empty Redis, or another database of this one (redis://HOST:6379/1). Nothing was changed"

// moveFailed says what to do then.
func moveFailed(err error) error {
	switch {
	case errors.Is(err, move.ErrOther):
		return fmt.Errorf("this Redis holds another programme: %s (%w)", elsewhere, err)
	case errors.Is(err, move.ErrDiffers):
		return fmt.Errorf("what is in Redis is not a copy of the data folder; if a server runs on Redis already, the move "+
			"is behind you, otherwise give -to an empty Redis: %w", err)
	case errors.Is(err, eventlog.ErrCorrupt):
		return fmt.Errorf("the data folder is damaged, or somebody else writes to this Redis: %w", err)
	}
	return fmt.Errorf("the move was interrupted, and the data folder is as it was; run it again, it goes on where it stopped: %w", err)
}

// moved is the line of progress.
func (e *environment) moved(p move.Progress) {
	what := "copied  "
	if p.Comparing {
		what = "compared"
	}
	fmt.Fprintf(e.stderr, "\r%s %d of %d records, %d of %d streams", what, p.Records, p.OfRecords, p.Streams, p.OfStreams)
}

func (e *environment) whatNext(c server.Config, r move.Result) {
	fmt.Fprintf(e.stdout, "Redis holds the programme: %d streams and %d records, each compared (%d copied now).\n"+
		"Start every server with: kith serve -redis ADDRESS -key %s\n"+
		"where ADDRESS is what you gave -to. Keep %s until you are sure, and start no server on it any more: the two would go apart.\n",
		r.Streams, r.Records, r.Copied, c.Key, c.Data)
}
