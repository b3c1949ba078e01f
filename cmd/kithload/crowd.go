package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// atOnce is how many connections are being opened, or asked, at a time.
	atOnce = 32
	// patience is how long to wait for what must come. It is a limit, not a wait.
	patience = 30 * time.Second
)

// crowd is all members' connections: room by room, member by member (plan.conn).
type crowd struct {
	members  []*member
	arrived  atomic.Int64 // messages, at all members, since begin
	answered atomic.Int64 // posts
	readers  sync.WaitGroup
	progress func(format string, args ...any)
}

// connect opens n connections with open, which gives each its member.
func (c *crowd) connect(ctx context.Context, n int, open func(ctx context.Context, i int) (*member, error)) error {
	c.members = make([]*member, n)
	var done atomic.Int64
	err := c.all(ctx, n, func(ctx context.Context, i int) error {
		m, err := open(ctx, i)
		if err != nil {
			return fmt.Errorf("connection %d: %w", i, err)
		}
		c.members[i] = m
		c.readers.Go(m.listen)
		if d := done.Add(1); d%1000 == 0 {
			c.progress("%d of %d connected", d, n)
		}
		return nil
	})
	return err
}

// all does something for 0 to n-1, some at a time, each within patience. It returns
// the first error, and then leaves out what has not begun.
func (c *crowd) all(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var work sync.WaitGroup
	for range atOnce {
		work.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				limited, done := context.WithTimeout(ctx, patience)
				if err := do(limited, i); err != nil {
					cancel(err)
				}
				done()
			}
		})
	}
	work.Wait()
	return context.Cause(ctx)
}

// join has the last n members of each room follow it, and the others not. It is a
// barrier for those who follow already.
func (c *crowd) join(ctx context.Context, p plan, n int, part bool) error {
	from, _ := p.followers(n)
	return c.all(ctx, len(c.members), func(ctx context.Context, i int) error {
		switch follows := i%p.members >= from; {
		case follows:
			return c.members[i].join(ctx)
		case part:
			return c.members[i].part(ctx)
		}
		return nil
	})
}

// active has every session note input now. The server writes that down once a minute
// for each; done before two runs that are compared, it falls into neither.
func (c *crowd) active(ctx context.Context) error {
	return c.all(ctx, len(c.members), func(ctx context.Context, i int) error { return c.members[i].active(ctx) })
}

// ping has every connection ping every pingEvery, spread evenly over that time,
// until ctx ends.
func (c *crowd) ping(ctx context.Context) {
	step := pingEvery / time.Duration(len(c.members))
	start := time.Now()
	for n := 0; ; n++ {
		select {
		case <-time.After(time.Until(start.Add(time.Duration(n) * step))):
		case <-ctx.Done():
			return
		}
		_ = c.members[n%len(c.members)].ping() // a connection that has ended is reported at the end
	}
}

// pinged says whether every connection has had an answer to a ping.
func (c *crowd) pinged() bool {
	for _, m := range c.members {
		if m.pongs.Load() == 0 {
			return false
		}
	}
	return true
}

// begin makes the crowd ready for a run.
func (c *crowd) begin(tag uint32) {
	for _, m := range c.members {
		m.begin(tag)
	}
	c.arrived.Store(0)
	c.answered.Store(0)
}

// post does the plan and waits until everything has come that is expected, or
// nothing has come for a while. It returns how late each message was sent.
func (c *crowd) post(ctx context.Context, p plan, tag uint32, start time.Time, followers int) ([]time.Duration, error) {
	late := make([]time.Duration, 0, p.count)
	err := p.each(ctx, start, func(i int) {
		late = append(late, time.Since(start.Add(p.due(i))))
		_ = c.members[p.author(i)].post(tag, i) // what was not sent is not acknowledged either
		if i > 0 && i%(10*int(max(p.rate, 1))) == 0 {
			c.progress("%d of %d messages posted, %d deliveries", i, p.count, c.arrived.Load())
		}
	})
	if err != nil {
		return nil, err
	}
	return late, c.quiet(ctx, int64(p.count), int64(p.count*followers))
}

// quiet waits until so many answers and arrivals were counted. Where something is
// lost they never come: then it waits until nothing new has come for quietFor.
func (c *crowd) quiet(ctx context.Context, answers, arrivals int64) error {
	var last int64
	changed := time.Now()
	for {
		now := c.answered.Load() + c.arrived.Load()
		if c.answered.Load() >= answers && c.arrived.Load() >= arrivals {
			return nil
		}
		if now != last {
			last, changed = now, time.Now()
		}
		if time.Since(changed) > quietFor {
			return nil
		}
		select {
		case <-time.After(quietStep):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const (
	quietFor  = 8 * time.Second // longer than an append may take
	quietStep = 5 * time.Millisecond
)

// close hangs up and waits for the readers.
func (c *crowd) close() {
	for _, m := range c.members {
		if m != nil {
			_ = m.conn.Close()
		}
	}
	c.readers.Wait()
}

// dropped is how many connections have ended by themselves, and why the first did.
func (c *crowd) dropped() (n int, why error) {
	for _, m := range c.members {
		select {
		case <-m.ended:
			n++
			why = errors.Join(why, m.whyItEnded())
		default:
		}
	}
	return n, why
}

// sample is some delivery of the run, as it came; nil if there was none.
func (c *crowd) sample() []byte {
	for _, m := range c.members {
		m.mu.Lock()
		sample := m.sample
		m.mu.Unlock()
		if sample != nil {
			return sample
		}
	}
	return nil
}

// recognise has the members count a sample as they count messages, in the same way and
// at the same cost.
func (c *crowd) recognise(sample []byte) {
	mark := markIn(sample)
	for _, m := range c.members {
		m.mu.Lock()
		m.mark = mark
		m.mu.Unlock()
	}
}
