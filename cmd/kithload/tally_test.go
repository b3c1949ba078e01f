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
