package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/kith-chat/kith/server/redisstore"
)

var (
	errNotOwn = errors.New("this Redis already holds a programme (keys that begin with " + redisstore.DefaultPrefix + "): give kithload a Redis of its own")
	// errRedisURL never repeats the address: it may hold a password.
	errRedisURL = errors.New("the address of -redis is not understood: write redis://host:6379 or redis://host:6379/database, rediss for TLS, " +
		"user:password@ before the host where one is needed; Sentinels are not taken, one Redis is measured")
)

// ownRedis is the Redis that the nodes share, and nobody else: all keys of a programme
// in it were made by this run.
type ownRedis struct {
	client *redis.Client
	ours   bool // what is in it was made here, and goes with us
}

// openRedis connects to a Redis that holds no programme.
func openRedis(ctx context.Context, address string) (*ownRedis, error) {
	options, err := redisOptions(address)
	if err != nil {
		return nil, err
	}
	r := &ownRedis{client: redis.NewClient(options)}
	if err := r.each(ctx, func([]string) error { return errNotOwn }); err != nil {
		return nil, errors.Join(err, r.close(ctx))
	}
	return r, nil
}

// redisOptions takes those addresses that the nodes take too, and understands them in
// the same way: a query could name another database here than there.
func redisOptions(address string) (*redis.Options, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Host == "" || u.RawQuery != "" {
		return nil, errRedisURL
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, errRedisURL
	}
	// One question at a time, and nothing of the client's own between them: what is
	// counted is what the nodes ask.
	o.PoolSize, o.MaxRetries, o.DialerRetries, o.PipelinePoolSize = 1, -1, 1, -1
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, nil
}

// scanned is how many keys are looked at, or removed, at a time.
const scanned = 1000

// each calls do with the keys of a programme, some at a time; not at all if there are
// none.
func (r *ownRedis) each(ctx context.Context, do func(keys []string) error) error {
	for cursor := uint64(0); ; {
		keys, next, err := r.client.Scan(ctx, cursor, redisstore.DefaultPrefix+"*", scanned).Result()
		if err != nil {
			return fmt.Errorf("the keys in Redis cannot be listed: %w", err)
		}
		if len(keys) > 0 {
			if err := do(keys); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// close removes what was made, so that the next run finds Redis as this one did, and
// hangs up. The nodes have ended. It is done after an interruption too.
func (r *ownRedis) close(ctx context.Context) error {
	var err error
	if r.ours {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		err = r.each(ctx, func(keys []string) error { return r.client.Unlink(ctx, keys...).Err() })
	}
	return errors.Join(err, r.client.Close())
}
