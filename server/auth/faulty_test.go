package auth_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
)

// errCrash is what everything answers from the chosen step on.
var errCrash = errors.New("crash")

// crash counts the steps that leave the process and lets it die at one of them:
// before the step has had its effect, or just after. From then on nothing works.
type crash struct {
	at    int
	after bool
	steps int
}

// step runs do unless the process is dead.
func (c *crash) step(do func() error) error {
	c.steps++
	switch {
	case c.steps > c.at || c.steps == c.at && !c.after:
		return errCrash
	case c.steps == c.at:
		_ = do()
		return errCrash
	}
	return do()
}

func (c *crash) died() bool { return c.steps >= c.at }

// dyingLog and dyingValues are the real store, reached through a process that dies.
type dyingLog struct {
	eventlog.Log
	*crash
}

func (d dyingLog) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (p eventlog.Position, err error) {
	err = d.step(func() error { p, err = d.Log.Append(ctx, stream, after, records); return err })
	return p, err
}

func (d dyingLog) Read(ctx context.Context, stream string, from, to eventlog.Seq) (r []eventlog.Record, err error) {
	err = d.step(func() error { r, err = d.Log.Read(ctx, stream, from, to); return err })
	return r, err
}

type dyingValues struct {
	eventlog.Values
	*crash
}

func (d dyingValues) Get(ctx context.Context, bucket, key string) (v eventlog.Value, err error) {
	err = d.step(func() error { v, err = d.Values.Get(ctx, bucket, key); return err })
	return v, err
}

func (d dyingValues) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond eventlog.Version) (v eventlog.Version, err error) {
	err = d.step(func() error { v, err = d.Values.Put(ctx, bucket, key, data, expires, cond); return err })
	return v, err
}

func (d dyingValues) Delete(ctx context.Context, bucket, key string, cond eventlog.Version) error {
	return d.step(func() error { return d.Values.Delete(ctx, bucket, key, cond) })
}

func (d dyingValues) List(ctx context.Context, bucket string) (v []eventlog.Value, err error) {
	err = d.step(func() error { v, err = d.Values.List(ctx, bucket); return err })
	return v, err
}

func (c *crash) join(join auth.Join) auth.Join {
	return func(ctx context.Context, p person.ID, room program.RoomID, role auth.Role, until time.Time, alias, cmdID string) error {
		return c.step(func() error { return join(ctx, p, room, role, until, alias, cmdID) })
	}
}

// heldValues holds the first Put to a bucket until it is told to go.
type heldValues struct {
	eventlog.Values
	at           string
	once         sync.Once
	reached, go_ chan struct{}
}

func (h *heldValues) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond eventlog.Version) (eventlog.Version, error) {
	if bucket == h.at {
		h.once.Do(func() {
			close(h.reached)
			<-h.go_
		})
	}
	return h.Values.Put(ctx, bucket, key, data, expires, cond)
}
