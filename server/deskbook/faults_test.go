package deskbook_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

// failing is a log that a node cannot always reach: an append fails before it is stored, or
// its answer is lost after it was.
type failing struct {
	eventlog.Log
	next string // "before", "after" or ""
}

func (f *failing) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	next := f.next
	f.next = ""
	if next == "before" {
		return eventlog.Position{}, eventlog.ErrUnavailable
	}
	at, err := f.Log.Append(ctx, stream, after, records)
	if err == nil && next == "after" {
		return eventlog.Position{}, eventlog.ErrUnavailable
	}
	return at, err
}

// queue is the desk as a fresh node folds it: who has what.
type queue map[desk.ItemID]person.ID

func (h *house) queue(t *rapid.T, team []person.ID) queue {
	q := queue{}
	for _, who := range team {
		list, err := h.book().Of(context.Background(), who)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range list {
			q[i.ID] = i.Holder
		}
	}
	return q
}

// Two moderators on two nodes, of which each may lose its store just before or just after it
// has written: whatever they do, nothing that waits is lost or there twice, what was
// acknowledged holds, what was refused changed nothing, and what is not known has happened
// or has not, in one piece. Nothing stays with whoever has left.
func TestQueueOverFaults(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		h, closing := openHouse(outer)
		defer closing()
		in, ctx := roomN(1), context.Background()
		team := []person.ID{personN(1), personN(2)}
		logs := []*failing{{Log: h.log}, {Log: h.log}}
		nodes := []*deskbook.Book{deskbook.New(logs[0], h.clock), deskbook.New(logs[1], h.clock)}
		at := desk.Seen{Room: in, Team: slices.Clone(team)}
		see := func(node int) {
			at.Seq++
			for nodes[node].Look(ctx, at) != nil { // the follower does it again until it is said
				logs[node].next = ""
			}
		}
		see(0)
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			before := h.queue(t, team)
			node := rapid.IntRange(0, 1).Draw(t, "node")
			logs[node].next = rapid.SampledFrom([]string{"", "", "before", "after"}).Draw(t, "fault")
			by, other := rapid.IntRange(0, 1).Draw(t, "by"), 0
			other = 1 - by
			var id desk.ItemID
			if len(at.Waits) > 0 {
				id = rapid.SampledFrom(at.Waits).Draw(t, "item").ID(in)
			}
			after := func(to person.ID) queue {
				q := queue{}
				for i, has := range before {
					q[i] = has
				}
				q[id] = to
				return q
			}
			var err error
			want := []queue{before}
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0, 1:
				at.Waits = append(slices.Clone(at.Waits), desk.Wait{Kind: "held", Ref: uint64(step + 1), Since: h.clock().UnixMilli()})
				see(node)
				want = nil
			case 2:
				if len(at.Waits) > 0 {
					at.Waits = at.Waits[1:]
					see(node)
				}
				want = nil
			case 3: // somebody leaves the team, or comes back
				if len(at.Team) == 2 {
					at.Team = []person.ID{team[other]}
				} else {
					at.Team = slices.Clone(team)
				}
				see(node)
				want = nil
			case 4:
				h.advance(desk.ClaimLasts * time.Millisecond)
				want = nil
			case 5:
				err = nodes[node].Claim(ctx, id, team[by], rapid.Bool().Draw(t, "take"))
				want = outcomes(err, before, after(team[by]))
			case 6:
				err = nodes[node].HandOver(ctx, id, team[by], team[other])
				want = outcomes(err, before, after(team[other]))
			case 7:
				err = nodes[node].Undo(ctx, id, team[by])
				want = nil
			}
			logs[0].next, logs[1].next = "", ""
			now := h.queue(t, team)
			if want != nil && !slices.ContainsFunc(want, func(q queue) bool { return same(q, now) }) {
				t.Fatalf("after %v: %v, want one of %v", err, now, want)
			}
			if len(at.Team) > 0 && len(now) != len(at.Waits) {
				t.Fatalf("%d things wait, the queue has %d", len(at.Waits), len(now))
			}
			for i, has := range now {
				if has != "" && !slices.Contains(at.Team, has) {
					t.Fatalf("%s is with %s, who has left", i, has)
				}
			}
			for _, b := range nodes {
				list, err := b.Of(ctx, at.Team[0])
				if err != nil || len(list) != len(now) {
					t.Fatalf("a node shows %d of %d: %v", len(list), len(now), err)
				}
				for _, i := range list {
					if i.Holder != now[i.ID] {
						t.Fatalf("a node shows %s with %q, a fresh one with %q", i.ID, i.Holder, now[i.ID])
					}
				}
			}
		}
	})
}

// outcomes is how the queue may stand after an act that had this answer.
func outcomes(err error, before, done queue) []queue {
	switch {
	case err == nil:
		return []queue{done}
	case errors.Is(err, eventlog.ErrUnavailable):
		return []queue{before, done}
	}
	return []queue{before}
}

func same(a, b queue) bool {
	for i, has := range a {
		if got, there := b[i]; !there || got != has {
			return false
		}
	}
	return len(a) == len(b)
}
