package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/kith-chat/kith/server/seed"
)

// test is one invocation under way.
type test struct {
	options
	stderr   io.Writer
	progress func(format string, args ...any)
	rooms    []seed.Room
	origins  []string  // one of each node
	nodes    nodes     // none with -url
	store    *ownRedis // nil without -redis
	one, all tally     // of the runs that one member of each room follows, or all
	used     usage     // in the latter
	out      report
}

// load does a whole test and prints the report.
func load(ctx context.Context, o options, stdout, stderr io.Writer) (err error) {
	stderr = &shared{to: stderr}
	t := &test{options: o, stderr: stderr, progress: progressOn(stderr)}
	if err := raiseFiles(o.sockets()); err != nil {
		return err
	}
	stop, err := t.prepare(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	t.out.Rooms, t.out.Members, t.out.Connections = t.options.rooms, t.members, t.conns()
	t.out.Nodes, t.out.Preload, t.out.Seconds = t.options.nodes, t.preload, t.duration.Seconds()
	if !t.idle {
		t.out.Rate = t.rate
	}
	if err := t.run(ctx); err != nil {
		return err
	}
	e := json.NewEncoder(stdout)
	e.SetIndent("", "  ")
	return e.Encode(t.out)
}

// run connects everybody, lets them be, posts, and then measures the floor.
func (t *test) run(ctx context.Context) error {
	before, err := t.nodes.rss()
	if err != nil {
		return err
	}
	c := &crowd{progress: t.progress}
	defer c.close()
	t.progress("connecting %d members", t.conns())
	if err := c.connect(ctx, t.conns(), t.open(c)); err != nil {
		return err
	}
	if err := c.join(ctx, t.plan(), t.members, false); err != nil {
		return err
	}
	if t.floor {
		if err := c.active(ctx); err != nil {
			return err
		}
	}
	pinging, stop := context.WithCancel(ctx)
	pings := make(chan struct{})
	go func() { defer close(pings); c.ping(pinging) }()
	defer func() { stop(); <-pings }()

	if err := t.rest(ctx, c, before); err != nil || t.idle {
		return err
	}
	if t.floor {
		err = t.compare(ctx, c)
	} else {
		t.progress("posting")
		_, err = t.profiled(func() (cost, error) { return t.post(ctx, c, t.plan(), t.members, &t.all) })
	}
	t.count(c)
	return err
}

// count fills in what became of the messages. Faults of the runs with one member of
// each room are faults too.
func (t *test) count(c *crowd) {
	t.all.spreads()
	t.out.counts = t.all.counts
	t.out.Dropped, _ = c.dropped()
	t.out.Refused += t.one.Refused
	t.out.Lost += t.one.Lost
	t.out.Duplicated += t.one.Duplicated
	t.out.OutOfOrder += t.one.OutOfOrder
	t.out.Misdelivered += t.one.Misdelivered
	if len(t.nodes) > 0 {
		t.out.nodesUsed(t.used)
	}
	if t.store != nil {
		t.out.redisUsed(t.used)
	}
}

// open connects one member of a room.
func (t *test) open(c *crowd) func(context.Context, int) (*member, error) {
	return func(ctx context.Context, i int) (*member, error) {
		r, origin := t.rooms[i/t.members], t.origins[t.plan().node(i)]
		conn, early, err := dial(ctx, origin, r.Members[i%t.members].Token)
		if err != nil {
			return nil, err
		}
		m := newMember(conn, r.ID, &c.arrived, &c.answered)
		m.in.buf, m.in.end = early, len(early)
		return m, nil
	}
}

// rest leaves the connections idle and reads the memory of the nodes.
func (t *test) rest(ctx context.Context, c *crowd, before int) error {
	t.progress("idle for %v", t.options.rest())
	select {
	case <-time.After(t.options.rest()):
	case <-ctx.Done():
		return ctx.Err()
	}
	dropped, why := c.dropped()
	if t.out.Dropped = dropped; dropped > 0 {
		return fmt.Errorf("%d idle connections ended: %w", dropped, why)
	}
	if len(t.nodes) == 0 {
		return nil
	}
	idle, err := t.nodes.rss()
	if err != nil {
		return err
	}
	t.out.memory(before, idle, c.pinged())
	if t.heapProfile == "" {
		return nil
	}
	return t.nodes[0].ask(profile{"heap", t.heapProfile})
}

// post does a plan with so many members of each room following it, and counts into
// into.
func (t *test) post(ctx context.Context, c *crowd, p plan, followers int, into *tally) (cost, error) {
	tag := rand.Uint32()
	c.begin(tag)
	before, err := t.usage(ctx)
	if err != nil {
		return cost{}, err
	}
	start := time.Now().Add(leadIn)
	late, err := c.post(ctx, p, tag, start, followers)
	if err != nil {
		return cost{}, err
	}
	after, err := t.usage(ctx)
	if err != nil {
		return cost{}, err
	}
	// The barrier. A connection that has ended cannot answer it; that shows in the
	// counts.
	if err := c.join(ctx, p, followers, false); err != nil && ctx.Err() != nil {
		return cost{}, err
	}
	into.late = append(into.late, late...)
	used := after.since(before)
	spent := cost{messages: p.count, micros: float64(used.nodes.Microseconds())}
	spent.deliveries = into.add(p, c.members, start, followers)
	if into == &t.all {
		t.used = t.used.plus(used)
	}
	return spent, nil
}

// leadIn is from the reading of the clock to the first message.
const leadIn = 50 * time.Millisecond

// profiled does something under the server's CPU profile, if one is wanted: then there
// is one node.
func (t *test) profiled(do func() (cost, error)) (cost, error) {
	if t.cpuProfile == "" {
		return do()
	}
	if err := t.nodes[0].ask(profile{"cpu", t.cpuProfile}); err != nil {
		return cost{}, err
	}
	spent, err := do()
	return spent, errors.Join(err, t.nodes[0].ask(profile{}))
}
