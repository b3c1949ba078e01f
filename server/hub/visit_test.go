package hub_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// A visit ends by itself after its hour: the connection is cut within a second, though
// nothing happens in the room.
func TestVisitEndsByItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, _ := h.crew(b, 3)
		visitor := personN(77)
		h.programme(b, in, room.OpenVisit{Person: visitor, Reason: "safety", Text: "on call"})
		c := h.follow(b, in, visitor)
		time.Sleep(time.Hour - 2*time.Second)
		if _, resets := c.sock.closed(); resets != 0 {
			t.Fatal("it ended early")
		}
		time.Sleep(4 * time.Second)
		settle()
		if _, resets := c.sock.closed(); resets != 1 {
			t.Errorf("it was reset %d times", resets)
		}
	})
}

// A mute ends by itself, to the millisecond, with nobody doing anything.
func TestMuteEndsByItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		h.do(b, in, who[0], room.Mute{Person: who[2], For: room.Minute, Reason: "calm"})
		if code := h.tries(b, in, who[2], room.PostMessage{Text: "now"}); code != "muted" {
			t.Fatalf("at once: %q", code)
		}
		time.Sleep(time.Minute - time.Millisecond)
		if code := h.tries(b, in, who[2], room.PostMessage{Text: "now"}); code != "muted" {
			t.Fatalf("a millisecond early: %q", code)
		}
		time.Sleep(time.Millisecond)
		if code := h.tries(b, in, who[2], room.PostMessage{Text: "now"}); code != "" {
			t.Errorf("on time: %q", code)
		}
	})
}

// tries does something and returns the code of its refusal.
func (h *house) tries(b *hub.Hub, in room.ID, by person.ID, act room.Action) string {
	h.t.Helper()
	_, err := b.Do(context.Background(), in, by, b.NewID(), act)
	if err == nil {
		return ""
	}
	refusal, ok := errors.AsType[*room.Refusal](err)
	if !ok {
		h.t.Fatalf("%T: %v", act, err)
	}
	return refusal.Code
}

// A membership ends by itself: to the millisecond for what its person does, within a
// second for what reaches them, within a minute for the record of it.
func TestTermEndsByItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		c := h.follow(b, in, who[2])
		h.do(b, in, who[0], room.SetTerm{Person: who[2], Until: b.Now() + room.Day})
		time.Sleep(24*time.Hour - time.Millisecond)
		if code := h.tries(b, in, who[2], room.PostMessage{Text: "in time"}); code != "" {
			t.Fatalf("a millisecond early: %q", code)
		}
		time.Sleep(time.Millisecond)
		if code := h.tries(b, in, who[2], room.PostMessage{Text: "late"}); code != "no_such_room" {
			t.Fatalf("on time: %q", code)
		}
		time.Sleep(time.Second)
		settle()
		if _, resets := c.sock.closed(); resets != 1 {
			t.Errorf("it was reset %d times", resets)
		}
		time.Sleep(2 * time.Minute)
		settle()
		if code := h.tries(b, in, "", room.EndMembership{Person: who[2]}); code != "no_such_member" {
			t.Errorf("no record of its end: %q", code)
		}
	})
}
