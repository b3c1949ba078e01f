package deskbook_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/eventlog/logtest"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// node is a process with a hub, a follower and the desk, on the house's store.
type node struct {
	hub      *hub.Hub
	book     *deskbook.Book
	follower *deskbook.Follower
}

func (h *house) node(c *logtest.Crash) *node {
	log, values, quiet := c.Log(h.log), c.Values(h.values), slog.New(slog.DiscardHandler)
	n := &node{book: deskbook.New(log, time.Now)}
	n.follower = deskbook.NewFollower(n.book, n, values, quiet)
	n.hub = hub.New(hub.Config{
		Log: log, Values: values, Tokens: wire.NewTokens(make([]byte, 64)), Clock: time.Now, Rand: rand.Reader, Logger: quiet, Calls: n.follower,
	})
	return n
}

// Seen implements deskbook.Rooms.
func (n *node) Seen(ctx context.Context, in room.ID) (desk.Seen, error) {
	w, err := n.hub.Waiting(ctx, in)
	at := desk.Seen{Room: in, Seq: uint64(w.Seq), Team: w.Team}
	for _, wait := range w.Waits {
		at.Waits = append(at.Waits, desk.Wait{Kind: string(wait.Kind), Ref: uint64(wait.Ref), Since: int64(wait.Since)})
	}
	return at, err
}

// story is a call for help from its beginning to its end, step by step, each by somebody who
// does it again, under the same id, until they know that it is done.
type story struct {
	in  room.ID
	ids [3]room.CommandID
}

func (s story) steps() []func(ctx context.Context, n *node) error {
	do := func(i int, by byte, act room.Action) func(context.Context, *node) error {
		return func(ctx context.Context, n *node) error {
			_, err := n.hub.Do(ctx, s.in, personN(by), s.ids[i], act)
			return err
		}
	}
	sweep := func(ctx context.Context, n *node) error { return n.follower.Sweep(ctx) }
	take := func(ctx context.Context, n *node) error {
		list, err := n.book.Of(ctx, personN(1))
		if err != nil {
			return err
		}
		if len(list) != 1 || list[0].Kind != "call" {
			return fmt.Errorf("%d things wait", len(list))
		}
		return n.book.Claim(ctx, list[0].ID, personN(1), false)
	}
	return []func(context.Context, *node) error{
		do(0, 2, room.CallForHelp{}), sweep, take, do(1, 1, room.AnswerCall{Person: personN(2)}), sweep, do(2, 2, room.EndCall{}), sweep,
	}
}

// found opens the room with one of the team and one who calls.
func (s story) found(t *testing.T, n *node) {
	t.Helper()
	for i, act := range []room.Action{
		room.OpenRoom{Name: "Evening"},
		room.AddMember{Person: personN(1), Alias: "Ruth", Role: room.Lead},
		room.AddMember{Person: personN(2), Alias: "Wren", Role: room.Participant},
	} {
		if _, err := n.hub.Do(t.Context(), s.in, "", room.NewCommandID(n.hub.Now(), [10]byte{byte(i + 1)}), act); err != nil {
			t.Fatal(err)
		}
	}
	must(t, n.follower.Sweep(t.Context()))
}

// told counts what stands in the room of a call, and what waits on the desk.
func (h *house) told(t *testing.T, in room.ID) (calls, answers, ends, waits int) {
	t.Helper()
	head, err := h.log.Head(t.Context(), hub.Stream(in))
	must(t, err)
	records, err := h.log.Read(t.Context(), hub.Stream(in), 1, head.Seq)
	must(t, err)
	for _, r := range records {
		e, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
		must(t, err)
		switch e.Event.(type) {
		case *room.HelpCalled:
			calls++
		case *room.CallAnswered:
			answers++
		case *room.CallEnded:
			ends++
		}
	}
	list, err := deskbook.New(h.log, time.Now).Of(t.Context(), personN(1))
	must(t, err)
	for _, i := range list {
		if i.Kind == "call" {
			waits++
		}
	}
	return calls, answers, ends, waits
}

// A process dies at each single write of a call for help's way, just before or just after
// that has had its effect: when somebody calls, when the team's queue hears of it, when it
// is taken, read, and over. The next goes on, and after each step there is one call, one
// item, one answer; nothing is lost and nothing there twice.
func TestCallAtEveryCrash(t *testing.T) {
	writes := 0
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			h := newHouse(t)
			s := story{in: roomN(1)}
			for i := range s.ids {
				s.ids[i] = room.NewCommandID(room.Time(time.Now().UnixMilli()), [10]byte{9, byte(i)})
			}
			first := h.node(&logtest.Crash{})
			s.found(t, first)
			first.hub.Close()
			crash := &logtest.Crash{At: at, After: after}
			n := h.node(crash)
			want := [][4]int{{1, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 0, 1}, {1, 1, 0, 1}, {1, 1, 0, 0}, {1, 1, 1, 0}, {1, 1, 1, 0}}
			for i, step := range s.steps() {
				err := step(t.Context(), n)
				if err != nil && crash.Died() {
					n.hub.Close()
					crash = &logtest.Crash{}
					n = h.node(crash)
					err = step(t.Context(), n)
				}
				if err != nil {
					t.Fatalf("dying at write %d (after: %v), step %d: %v", at, after, i, err)
				}
				calls, answers, ends, waits := h.told(t, s.in)
				// Another node, or this one a moment later, may have looked already.
				if got := [4]int{calls, answers, ends, waits}; got != want[i] {
					t.Fatalf("dying at write %d (after: %v), after step %d: %v, want %v", at, after, i, got, want[i])
				}
			}
			died := crash.At == 0
			n.hub.Close()
			if !died {
				writes = max(writes, at-1)
				break
			}
		}
	}
	t.Logf("%d writes", writes)
	if writes < 6 {
		t.Error("too few: something is not written")
	}
}
