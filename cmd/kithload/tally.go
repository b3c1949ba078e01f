package main

import "time"

// counts is what became of a run's messages.
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
}

// tally counts a run that has come to its barrier.
func tally(p plan, members []*member, start time.Time, followers int) counts {
	c := counts{Sent: p.count}
	since := func(a arrival) time.Duration { return a.at.Sub(start) - p.due(int(a.n)) }
	acked := make([]bool, p.count)
	var acks, deliveries []time.Duration
	for _, m := range members {
		m.mu.Lock()
		for _, a := range m.acked {
			if int(a.n) < p.count && !acked[a.n] {
				acked[a.n] = true
				c.Acked++
				acks = append(acks, since(a))
			}
		}
		for code, n := range m.refused {
			if c.RefusedCodes == nil {
				c.RefusedCodes = make(map[string]int)
			}
			c.RefusedCodes[code] += n
			c.Refused += n
		}
		for _, a := range m.seen {
			if int(a.n) < p.count {
				deliveries = append(deliveries, since(a))
			}
		}
		m.mu.Unlock()
	}
	c.Expected = c.Acked * followers
	from, _ := p.followers(followers)
	for room := range p.rooms {
		c.countRoom(p, room, members[room*p.members:(room+1)*p.members], from, acked)
	}
	c.Lost = c.Expected - c.Delivered
	c.AckMS, c.DeliveryMS = spreadOf(acks), spreadOf(deliveries)
	return c
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

// addFaults keeps the faults of an earlier run in sight: with -floor there are two,
// and both have to be without any.
func (c *counts) addFaults(earlier counts) {
	c.Lost += earlier.Lost
	c.Duplicated += earlier.Duplicated
	c.OutOfOrder += earlier.OutOfOrder
	c.Misdelivered += earlier.Misdelivered
	c.Refused += earlier.Refused
}
