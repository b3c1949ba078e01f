package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"time"
)

// rounds is how often the four runs of a comparison take turns, a part of -duration
// each: what else the machine does then falls on all of them.
const rounds = 5

// afterJoins lets the server tell who is here, which it does once a second, before a
// run begins.
const afterJoins = 1500 * time.Millisecond

// compare runs the server and the floor in turns.
func (t *test) compare(ctx context.Context, c *crowd) (err error) {
	p := t.plan()
	p.count /= rounds
	var f *floor
	defer func() {
		if f != nil {
			err = errors.Join(err, f.close())
		}
	}()
	list := make([]round, rounds)
	for i := range list {
		r := &list[i]
		t.progress("round %d of %d: %d of each room following", i+1, rounds, t.from)
		if r.serverOne, err = t.postTo(ctx, c, p, t.from, &t.one); err != nil {
			return err
		}
		t.progress("round %d of %d: all members following", i+1, rounds)
		all := func() (cost, error) { return t.postTo(ctx, c, p, t.members, &t.all) }
		if i == rounds-1 {
			r.serverAll, err = t.profiled(all)
		} else {
			r.serverAll, err = all()
		}
		if err != nil {
			return err
		}
		if f == nil {
			if f, err = t.startFloor(ctx, p, c.sample()); err != nil {
				return err
			}
		}
		t.progress("round %d of %d: the floor", i+1, rounds)
		if r.floorOne, err = f.write(ctx, p, t.from); err != nil {
			return err
		}
		if r.floorAll, err = f.write(ctx, p, t.members); err != nil {
			return err
		}
	}
	t.out.slopes(list)
	return nil
}

// postTo is post with other followers than before.
func (t *test) postTo(ctx context.Context, c *crowd, p plan, followers int, into *tally) (cost, error) {
	if err := c.join(ctx, p, followers, true); err != nil {
		return cost{}, err
	}
	select {
	case <-time.After(afterJoins):
	case <-ctx.Done():
		return cost{}, ctx.Err()
	}
	return t.post(ctx, c, p, followers, into)
}

// floor is the process that only writes, and those who read from it.
type floor struct {
	*child
	readers *crowd
}

func (t *test) startFloor(ctx context.Context, p plan, sample []byte) (*floor, error) {
	if sample == nil {
		return nil, errors.New("nothing was delivered, so there is no floor to compare with")
	}
	t.progress("connecting %d readers of the floor", t.conns())
	config := floorConfig{Rooms: p.rooms, Members: p.members, Count: p.count, Rate: p.rate, Payload: sample}
	process, err := start(ctx, floorChild, config, t.stderr)
	if err != nil {
		return nil, err
	}
	f := &floor{process, &crowd{progress: t.progress}}
	err = f.readers.connect(ctx, t.conns(), func(ctx context.Context, i int) (*member, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", f.Addr)
		if err != nil {
			return nil, err
		}
		_, err = conn.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
		return newMember(conn, "", &f.readers.arrived, &f.readers.answered), err
	})
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.readers.recognise(sample)
	return f, nil
}

// write is one run of the floor.
func (f *floor) write(ctx context.Context, p plan, followers int) (cost, error) {
	f.readers.arrived.Store(0)
	before, err := cpuOf(f.pid())
	if err != nil {
		return cost{}, err
	}
	if err := f.ask(floorRun{followers}); err != nil {
		return cost{}, err
	}
	if err := f.readers.quiet(ctx, 0, int64(p.count*followers)); err != nil {
		return cost{}, err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return cost{}, err
	}
	return cost{messages: p.count, deliveries: int(f.readers.arrived.Load()), micros: float64((after - before).Microseconds())}, nil
}

func (f *floor) close() error {
	f.readers.close()
	return f.stop()
}
