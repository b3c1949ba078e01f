package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/strictjson"
)

// Buckets. Their names are visible in the store.
const (
	bucketName        = "name"        // folded sign-in name → whose it is
	bucketAccount     = "account"     // person → account
	bucketLink        = "link"        // SHA-256 of the secret → link
	bucketPreferences = "preferences" // person → Preferences
)

func bucketSessions(p person.ID) string { return "session/" + p.Key() }

// maxTries bounds how often a compare-and-swap is tried again. Two devices of one
// person is what happens; more than this is a fault.
const maxTries = 16

// stored is a value as it was read, to be replaced only if nobody else did.
type stored[T any] struct {
	it      T
	version eventlog.Version
	expires time.Time
}

// get reads a value. The error wraps eventlog.ErrNotFound where there is none.
func get[T any](ctx context.Context, g *Gate, bucket, key string) (stored[T], error) {
	v, err := g.values.Get(ctx, bucket, key)
	if err != nil {
		return stored[T]{}, fmt.Errorf("auth: reading a value: %w", err)
	}
	return decode[T](v)
}

func decode[T any](v eventlog.Value) (stored[T], error) {
	s := stored[T]{version: v.Version, expires: v.Expires}
	if err := strictjson.Unmarshal(v.Data, &s.it); err != nil {
		// The cause could quote the value.
		return stored[T]{}, errors.New("auth: a stored value is not readable by this release")
	}
	return s, nil
}

// put stores the value and fills in its new version. The error wraps
// eventlog.ErrConflict where cond does not hold.
func (s *stored[T]) put(ctx context.Context, g *Gate, bucket, key string, cond eventlog.Version) error {
	data, err := json.Marshal(s.it)
	if err != nil {
		return errors.New("auth: a value has no JSON form")
	}
	s.version, err = g.values.Put(ctx, bucket, key, data, s.expires, cond)
	if err != nil {
		return fmt.Errorf("auth: storing a value: %w", err)
	}
	return nil
}

// change replaces the value by what decide makes of it, until nobody came in
// between. decide returns errUnchanged to leave it as it is.
func change[T any](ctx context.Context, g *Gate, bucket, key string, decide func(*stored[T]) error) (stored[T], error) {
	var err error
	for range maxTries {
		var s stored[T]
		if s, err = get[T](ctx, g, bucket, key); err != nil {
			return s, err
		}
		if err = decide(&s); errors.Is(err, errUnchanged) {
			return s, nil
		} else if err != nil {
			return s, err
		}
		if err = s.put(ctx, g, bucket, key, s.version); !conflict(err) {
			return s, err
		}
	}
	return stored[T]{}, err
}

var errUnchanged = errors.New("auth: nothing to store")

func conflict(err error) bool { return errors.Is(err, eventlog.ErrConflict) }
func missing(err error) bool  { return errors.Is(err, eventlog.ErrNotFound) }

// ms is how times are stored: ms since 1970 UTC, 0 for none.
func ms(t time.Time) int64 { return t.UnixMilli() }

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
