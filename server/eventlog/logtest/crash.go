package logtest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// ErrCrash is what everything answers from the chosen step on.
var ErrCrash = errors.New("crash")

// Crash lets a process die at one of its writes: before it has had its effect, or just
// after. From then on no write works. A step is one write.
type Crash struct {
	At    int // the step; 0: never
	After bool

	mu    sync.Mutex
	steps int
}

// Died says whether the step was reached.
func (c *Crash) Died() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.At != 0 && c.steps >= c.At
}

func (c *Crash) step(do func() error) error {
	c.mu.Lock()
	c.steps++
	n := c.steps
	c.mu.Unlock()
	switch {
	case c.At == 0 || n < c.At:
		return do()
	case n == c.At && c.After:
		_ = do()
	}
	return ErrCrash
}

// Log is the log as the process reaches it.
func (c *Crash) Log(log eventlog.Log) eventlog.Log { return dyingLog{log, c} }

// Values is the values as the process reaches them.
func (c *Crash) Values(values eventlog.Values) eventlog.Values { return dyingValues{values, c} }

type dyingLog struct {
	eventlog.Log
	crash *Crash
}

func (d dyingLog) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (p eventlog.Position, err error) {
	err = d.crash.step(func() error { p, err = d.Log.Append(ctx, stream, after, records); return err })
	return p, err
}

type dyingValues struct {
	eventlog.Values
	crash *Crash
}

func (d dyingValues) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond eventlog.Version) (v eventlog.Version, err error) {
	err = d.crash.step(func() error { v, err = d.Values.Put(ctx, bucket, key, data, expires, cond); return err })
	return v, err
}

func (d dyingValues) Delete(ctx context.Context, bucket, key string, cond eventlog.Version) error {
	return d.crash.step(func() error { return d.Values.Delete(ctx, bucket, key, cond) })
}
