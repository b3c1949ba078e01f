package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// Nobody posts more than their share: over any members*rooms messages in a row each
// member posts once, in their own room.
func TestPlanIsEven(t *testing.T) {
	p := plan{rooms: 4, members: 3, rate: 100, count: 120}
	posts := make(map[int]int)
	for i := range p.count {
		author := p.author(i)
		if author/p.members != p.room(i) {
			t.Fatalf("message %d is posted in room %d by somebody of room %d", i, p.room(i), author/p.members)
		}
		posts[author]++
		if (i+1)%12 != 0 {
			continue
		}
		for author, n := range posts {
			if n != (i+1)/12 {
				t.Fatalf("after %d messages member %d has posted %d", i+1, author, n)
			}
		}
	}
	if len(posts) != 12 {
		t.Errorf("%d of 12 members post", len(posts))
	}
}

func TestFollowersAreTheLast(t *testing.T) {
	p := plan{rooms: 1, members: 12}
	if from, to := p.followers(1); from != 11 || to != 12 {
		t.Errorf("one follower is %d to %d", from, to)
	}
	if from, _ := p.followers(12); from != 0 {
		t.Errorf("all followers begin at %d", from)
	}
}

// Every room is on every node, and nobody is further from the even share than one.
func TestEveryRoomIsOnEveryNode(t *testing.T) {
	p := plan{rooms: 3, members: 5, nodes: 2}
	for room := range p.rooms {
		on := make([]int, p.nodes)
		for member := range p.members {
			on[p.node(p.conn(room, member))]++
		}
		if on[0] != 3 || on[1] != 2 {
			t.Errorf("the members of room %d are spread as %v", room, on)
		}
	}
	if alone := (plan{members: 5}); alone.node(4) != 0 {
		t.Error("without nodes there is one")
	}
}

// The loop is open: what holds one message up does not move those after it.
func TestScheduleIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan{rooms: 1, members: 1, rate: 10, count: 10}
		start := time.Now()
		var at []time.Duration
		err := p.each(t.Context(), start, func(i int) {
			at = append(at, time.Since(start))
			if i == 2 {
				time.Sleep(350 * time.Millisecond) // the bubble's clock
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range at {
			want := p.due(i)
			if i >= 3 && i <= 5 {
				want = 550 * time.Millisecond // late, and done at once
			}
			if got != want {
				t.Errorf("message %d was sent after %v, want %v", i, got, want)
			}
		}
	})
}
