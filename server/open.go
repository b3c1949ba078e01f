package server

import (
	"context"
	"fmt"
	"os"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// Opened is a programme's data with their key: in the data folder, or on Redis.
type Opened struct {
	Log    eventlog.Log    // sealed
	Values eventlog.Values // sealed
	Keys   *eventlog.Keyring

	// One of the two is nil.
	Folder *sqlitestore.Store
	Redis  *redisstore.Store
}

// Close ends the store.
func (o *Opened) Close() error {
	if o.Redis != nil {
		return o.Redis.Close()
	}
	return o.Folder.Close()
}

// Open opens what a configuration names, for the server and for commands that work
// while none is running. Of the configuration only Data, Key, KeyMustExist, the Redis
// fields, Clock, Logger and InsecureSyncOff count.
func Open(c Config) (*Opened, error) {
	c.fill()
	if c.Redis != "" {
		return c.openRedis(context.Background())
	}
	return c.openFolder(context.Background())
}

func (c Config) openFolder(ctx context.Context) (*Opened, error) {
	store, err := sqlitestore.Open(c.Data, sqlitestore.Options{Clock: c.Clock, InsecureSyncOff: c.InsecureSyncOff})
	if err != nil {
		return nil, err
	}
	keys, err := c.unlock(ctx, store, store.Values())
	if err != nil {
		_ = store.Close()
		return nil, err
	}
	return &Opened{
		Folder: store, Log: eventlog.Sealed(store, keys), Values: eventlog.SealedValues(store.Values(), keys), Keys: keys,
	}, nil
}

// openRedis also makes the data folder, which on Redis holds only the socket for
// commands. A key is never made here: two nodes would each make one.
func (c Config) openRedis(ctx context.Context) (*Opened, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("-data %s cannot be made: %w", c.Data, err)
	}
	c.KeyMustExist = true
	if err := c.keyExists(); err != nil {
		return nil, err
	}
	store, err := redisstore.Open(ctx, redisstore.Options{
		URL: c.Redis, CAFile: c.RedisCA, Replicas: c.RedisReplicas, Clock: c.Clock, Logger: c.Logger,
	})
	if err != nil {
		return nil, err
	}
	keys, err := c.admit(ctx, store)
	if err != nil {
		_ = store.Close()
		return nil, err
	}
	return &Opened{
		Redis: store, Log: eventlog.Sealed(store, keys), Values: eventlog.SealedValues(store.Values(), keys), Keys: keys,
	}, nil
}

// admit refuses a Redis that could lose everything, and a key that is not its own.
func (c Config) admit(ctx context.Context, store *redisstore.Store) (*eventlog.Keyring, error) {
	if !c.InsecureRedis {
		if err := store.Safe(ctx); err != nil {
			return nil, err
		}
	}
	return c.unlock(ctx, store, store.Values())
}

func (c Config) unlock(ctx context.Context, log eventlog.Log, values eventlog.Values) (*eventlog.Keyring, error) {
	if err := c.keyExists(); err != nil {
		return nil, err
	}
	return keyfile.Open(ctx, c.Key, log, values)
}

func (c Config) keyExists() error {
	if !c.KeyMustExist {
		return nil
	}
	if _, err := os.Stat(c.Key); err == nil {
		return nil
	}
	if c.Redis != "" {
		return fmt.Errorf("there is no key at %s, and with -redis none is made by itself: "+
			"make it once with kith key new -key FILE, keep a copy, and give every server the same file with -key", c.Key)
	}
	return fmt.Errorf("there is no key at %s and -key-must-exist forbids making one: "+
		"make it with kith key new, keep a copy, and mount it there", c.Key)
}

// RoomStream is the log's name for the room with that id; "" where it is no room's id.
func RoomStream(id string) string {
	if !room.ID(id).Valid() {
		return ""
	}
	return hub.Stream(room.ID(id))
}
