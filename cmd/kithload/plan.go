package main

import (
	"context"
	"time"
)

// plan says what is due when: message i of count, from 0, in which room and by
// whom. Rooms take turns, and in each its members do, so that the load is even and
// nobody posts more than the server allows one connection.
type plan struct {
	rooms, members int
	nodes          int     // that the members of each room are spread over; 0 is one
	rate           float64 // messages a second
	count          int
}

// due is when message i is due, from the start.
func (p plan) due(i int) time.Duration {
	return time.Duration(float64(i) / p.rate * float64(time.Second))
}

func (p plan) room(i int) int { return i % p.rooms }

// author is the index of who posts message i, over all rooms.
func (p plan) author(i int) int { return p.room(i)*p.members + i/p.rooms%p.members }

// conn is the index of a member of a room, over all rooms.
func (p plan) conn(room, member int) int { return room*p.members + member }

// node is where a member is connected: those of each room on one node after the other,
// so that every room is on every node.
func (p plan) node(conn int) int { return conn % p.members % max(p.nodes, 1) }

// crosses says whether message i goes from one node to another on its way to a member.
func (p plan) crosses(i, conn int) bool { return p.node(p.author(i)) != p.node(conn) }

// followers is which members of a room follow it where n do: the last ones, so that
// one alone is an ordinary participant and not the lead, who is the first.
func (p plan) followers(n int) (from, to int) { return p.members - n, p.members }

// each calls do for every message when it is due. It never skips one: what is late
// is done at once. It ends early with ctx.
func (p plan) each(ctx context.Context, start time.Time, do func(i int)) error {
	for i := range p.count {
		if wait := time.Until(start.Add(p.due(i))); wait > 0 {
			time.Sleep(wait)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		do(i)
	}
	return nil
}
