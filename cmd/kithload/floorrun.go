package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
)

// measureFloor runs the floor's process with one member of each room and with all,
// and compares.
func (t *test) measureFloor(ctx context.Context, sample []byte, one, all cost) (err error) {
	if sample == nil {
		return errors.New("nothing was delivered, so there is no floor to compare with")
	}
	p := t.plan()
	t.progress("connecting for the floor")
	f, err := start(ctx, floorChild, floorConfig{Rooms: p.rooms, Members: p.members, Count: p.count, Rate: p.rate, Payload: sample}, t.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.stop()) }()
	c := &crowd{progress: t.progress}
	defer c.close()
	err = c.connect(ctx, t.conns(), func(ctx context.Context, i int) (*member, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, "tcp", f.Addr)
		if err != nil {
			return nil, err
		}
		_, err = conn.Write(binary.BigEndian.AppendUint32(nil, uint32(i)))
		return newMember(conn, "", &c.arrived, &c.answered), err
	})
	if err != nil {
		return err
	}
	c.recognise(sample)
	var costs [2]cost
	for i, followers := range []int{1, t.members} {
		t.progress("writing the floor, %d of each room", followers)
		if costs[i], err = t.writeOnce(ctx, f, c, p, followers); err != nil {
			return err
		}
	}
	t.out.slopes(one, all, costs[0], costs[1])
	return nil
}

// writeOnce is one run of the floor.
func (t *test) writeOnce(ctx context.Context, f *child, c *crowd, p plan, followers int) (cost, error) {
	c.arrived.Store(0)
	before, err := cpuOf(f.pid())
	if err != nil {
		return cost{}, err
	}
	if err := f.ask(floorRun{followers}); err != nil {
		return cost{}, err
	}
	if err := c.quiet(ctx, 0, int64(p.count*followers)); err != nil {
		return cost{}, err
	}
	after, err := cpuOf(f.pid())
	if err != nil {
		return cost{}, err
	}
	return cost{messages: p.count, deliveries: int(c.arrived.Load()), micros: float64((after - before).Microseconds())}, nil
}
