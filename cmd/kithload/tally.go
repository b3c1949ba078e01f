package main

import "time"

// counts is what became of messages.
type counts struct {
	Sent         int `json:"sent"`
	Acked        int `json:"acked"`
	Refused      int `json:"refused"`
	Expected     int `json:"expected"`
	Delivered    int `json:"delivered"`
	Lost         int `json:"lost"`
	Duplicated   int `json:"duplicated"`
	OutOfOrder   int `json:"out_of_order"`
	Misdelivered int `json:"misdelivered"`
	// Unacked are messages that came to somebody although they were not
	// acknowledged: they may be.
	Unacked int `json:"delivered_unacked"`
	// RefusedCodes are the server's error codes.
	RefusedCodes map[string]int `json:"refused_codes,omitempty"`

	AckMS      *spread `json:"ack_ms"`
	DeliveryMS *spread `json:"delivery_ms"`
	// CrossMS is of those deliveries whose author is connected to another node.
	CrossMS *spread `json:"cross_delivery_ms"`
	// LateMS is how late this program sent what was due: where it is large, the
	// clients and not the server were at their limit.
	LateMS *spread `json:"sent_late_ms"`
}

// tally is the counts of several runs, and how long things took in them.
type tally struct {
	counts
	acks, deliveries, late []time.Duration
	cross                  []time.Duration // those of deliveries that went from node to node
}

// spreads fills in what is printed of the times.
func (t *tally) spreads() {
	t.AckMS, t.DeliveryMS, t.LateMS = spreadOf(t.acks), spreadOf(t.deliveries), spreadOf(t.late)
	t.CrossMS = spreadOf(t.cross)
}

// add counts a run that has come to its barrier, and returns its deliveries.
func (t *tally) add(p plan, members []*member, start time.Time, followers int) int {
	acked := t.answers(p, members, start)
	since := func(a arrival) time.Duration { return a.at.Sub(start) - p.due(int(a.n)) }
	for conn, m := range members {
		m.mu.Lock()
		for _, a := range m.seen {
			if int(a.n) >= p.count {
				continue
			}
			t.deliveries = append(t.deliveries, since(a))
			if p.crosses(int(a.n), conn) {
				t.cross = append(t.cross, since(a))
			}
		}
		m.mu.Unlock()
	}
	var run counts
	from, _ := p.followers(followers)
	for room := range p.rooms {
		run.countRoom(p, room, members[room*p.members:(room+1)*p.members], from, acked)
	}
	for _, yes := range acked {
		if yes {
			run.Acked++
		}
	}
	run.Sent, run.Expected = p.count, run.Acked*followers
	run.Lost = run.Expected - run.Delivered
	t.counts.add(run)
	return run.Delivered
}

// answers notes how messages were answered, and says which were acknowledged.
func (t *tally) answers(p plan, members []*member, start time.Time) []bool {
	acked := make([]bool, p.count)
	for _, m := range members {
		m.mu.Lock()
		for _, a := range m.acked {
			if int(a.n) < p.count && !acked[a.n] {
				acked[a.n] = true
				t.acks = append(t.acks, a.at.Sub(start)-p.due(int(a.n)))
			}
		}
		for code, n := range m.refused {
			if t.RefusedCodes == nil {
				t.RefusedCodes = make(map[string]int)
			}
			t.RefusedCodes[code] += n
			t.Refused += n
		}
		m.mu.Unlock()
	}
	return acked
}

// countRoom counts what the members of one room saw; those before from do not
// follow it.
func (c *counts) countRoom(p plan, room int, members []*member, from int, acked []bool) {
	all := make([][]uint32, len(members))
	unacked := make(map[uint32]bool)
	for i, m := range members {
		had := make(map[uint32]bool)
		m.mu.Lock()
		for _, a := range m.seen {
			switch n := int(a.n); {
			case n >= p.count || p.room(n) != room || i < from:
				c.Misdelivered++
				continue
			case had[a.n]:
				c.Duplicated++
			case acked[n]:
				c.Delivered++
			default:
				unacked[a.n] = true
			}
			had[a.n] = true
			all[i] = append(all[i], a.n)
		}
		m.mu.Unlock()
	}
	c.Unacked += len(unacked)
	ranks := rankOf(orderOf(all))
	for _, one := range all {
		c.OutOfOrder += outOfOrder(one, ranks)
	}
}

// add adds a run's counts.
func (c *counts) add(run counts) {
	c.Sent += run.Sent
	c.Acked += run.Acked
	c.Expected += run.Expected
	c.Delivered += run.Delivered
	c.Lost += run.Lost
	c.Duplicated += run.Duplicated
	c.OutOfOrder += run.OutOfOrder
	c.Misdelivered += run.Misdelivered
	c.Unacked += run.Unacked
}
