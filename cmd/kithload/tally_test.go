package main

import (
	"sync/atomic"
	"testing"
	"time"
)

// One room of three, four messages; each fault is counted as what it is.
func TestTally(t *testing.T) {
	p := plan{rooms: 1, members: 3, rate: 1, count: 4}
	start := time.Unix(1000, 0)
	saw := func(list ...uint32) *member {
		m := newMember(nil, "", new(atomic.Int64), new(atomic.Int64))
		for _, n := range list {
			m.seen = append(m.seen, arrival{n, start.Add(p.due(int(n)) + 5*time.Millisecond)})
		}
		return m
	}
	members := []*member{saw(0, 1, 2, 3), saw(0, 2, 1, 1), saw(0, 1, 2, 9)}
	for n := range uint32(3) { // the fourth was not acknowledged
		members[0].acked = append(members[0].acked, arrival{n, start.Add(p.due(int(n)) + 2*time.Millisecond)})
	}
	members[0].refused["too_fast"] = 1
	var got tally
	delivered := got.add(p, members, start, 3)
	got.spreads()
	want := counts{
		Sent: 4, Acked: 3, Refused: 1, Expected: 9, Delivered: 9, Lost: 0, Duplicated: 1, OutOfOrder: 1, Misdelivered: 1, Unacked: 1,
	}
	c := got.counts
	c.RefusedCodes, c.AckMS, c.DeliveryMS, c.LateMS = nil, nil, nil, nil
	if c.Sent != want.Sent || c.Acked != want.Acked || c.Refused != want.Refused || c.Expected != want.Expected ||
		c.Delivered != want.Delivered || c.Lost != want.Lost || c.Duplicated != want.Duplicated ||
		c.OutOfOrder != want.OutOfOrder || c.Misdelivered != want.Misdelivered || c.Unacked != want.Unacked {
		t.Errorf("got %+v\nwant %+v", c, want)
	}
	if delivered != 9 || got.RefusedCodes["too_fast"] != 1 {
		t.Errorf("delivered %d, refused %v", delivered, got.RefusedCodes)
	}
	if got.CrossMS != nil {
		t.Errorf("on one node nothing goes to another: %+v", got.CrossMS)
	}
	if got.AckMS.P50 != 2 || got.DeliveryMS.P50 != 5 {
		t.Errorf("times from when messages were due: %+v %+v", got.AckMS, got.DeliveryMS)
	}

	var lost tally
	lost.add(p, []*member{members[0], saw(0, 2), saw(0, 1, 2)}, start, 3)
	if lost.Expected != 9 || lost.Lost != 9-lost.Delivered || lost.Lost != 1 {
		t.Errorf("one lost: %+v", lost.counts)
	}
	var one tally
	one.add(p, []*member{members[0], saw(), saw(0, 1, 2)}, start, 1)
	if one.Expected != 3 || one.Delivered != 3 || one.Misdelivered != 4 {
		t.Errorf("only the last follows: %+v", one.counts)
	}
}

// Two members on one node and one on the other: what the two write crosses once, and
// what the one writes crosses twice.
func TestCrossDeliveries(t *testing.T) {
	p := plan{rooms: 1, members: 3, nodes: 2, rate: 1, count: 3}
	start := time.Unix(1000, 0)
	members := make([]*member, p.members)
	for i := range members {
		members[i] = newMember(nil, "", new(atomic.Int64), new(atomic.Int64))
		for n := range p.count {
			took := time.Millisecond
			if i == 1 || n == 1 { // node 1 is far
				took = 20 * time.Millisecond
			}
			members[i].seen = append(members[i].seen, arrival{uint32(n), start.Add(p.due(n) + took)})
		}
	}
	var got tally
	got.add(p, members, start, p.members)
	got.spreads()
	if len(got.cross) != 4 || got.CrossMS.P50 != 20 {
		t.Errorf("%d deliveries cross: %+v", len(got.cross), got.CrossMS)
	}
}
