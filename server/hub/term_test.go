package hub_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
)

// A text ends with its term: at the millisecond it is seen by nobody, and soon it is
// erased, with nobody doing anything.
func TestTextEndsWithItsTerm(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		h.do(b, in, who[0], room.SetKeep{For: room.Day})
		old := h.post(b, in, who[2], "canary of yesterday")
		time.Sleep(24*time.Hour - time.Second)
		h.post(b, in, who[2], "of today")
		seen := func() (texts string) {
			page, _ := h.connect(b, who[3], hub.Shows{}).join(in, "", 50)
			for _, m := range page.Messages {
				texts += m.Text + "\n"
			}
			return texts
		}
		if !strings.Contains(seen(), "canary") {
			t.Fatal("gone before its time")
		}
		time.Sleep(time.Second + time.Millisecond)
		if strings.Contains(seen(), "canary") {
			t.Error("shown after its term")
		}
		time.Sleep(2 * time.Minute)
		settle()
		if text, there := h.bodyOf(in, old); there {
			t.Errorf("its body still holds %q", text)
		}
	})
}

// A held message keeps the time since when it waits, however long nobody looks, over a
// restart too, and stops waiting when it is decided.
func TestHeldMessageKeepsItsAge(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		h.do(b, in, who[0], room.SetHold{Mode: room.HoldEveryone})
		since := b.Now()
		held := h.post(b, in, who[2], "waits")
		age := func(b *hub.Hub) room.Time {
			w, err := b.Waiting(context.Background(), in)
			if err != nil || len(w.Waits) != 1 || w.Waits[0].Kind != room.WaitHeld {
				t.Fatal(w, err)
			}
			return b.Now() - w.Waits[0].Since
		}
		for _, hours := range []room.Time{1, 11, 60} {
			time.Sleep(time.Duration(hours) * time.Hour)
			if got, want := age(b), b.Now()-since; got != want {
				t.Errorf("it has waited for %d ms, is said to have for %d", want, got)
			}
		}
		again := h.hub()
		if got, want := age(again), b.Now()-since; got != want {
			t.Errorf("after a restart it has waited for %d ms, want %d", got, want)
		}
		h.do(again, in, who[1], room.ReleaseMessage{Held: held})
		if w, err := again.Waiting(context.Background(), in); err != nil || len(w.Waits) != 0 {
			t.Error(w, err)
		}
	})
}
