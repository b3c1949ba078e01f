package hub_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Promise 6: with the event that ends a right the connection is reset, what waited
// for it is gone, and nothing of what comes later reaches it.
func TestRightsEndWithTheirEvent(t *testing.T) {
	cases := map[string]func(who person.ID) room.Action{
		"removed":    func(who person.ID) room.Action { return room.EndMembership{Person: who} },
		"other role": func(who person.ID) room.Action { return room.SetRole{Person: who, Role: room.Moderator} },
	}
	for name, act := range cases {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				b := h.hub()
				in, who := h.crew(b, 4)
				elsewhere, _ := h.crew(b, 4)
				ended, peer := h.follow(b, in, who[2]), h.follow(b, in, who[3])
				other := h.follow(b, elsewhere, who[2])
				ended.sock.block() // what it has not been sent by now it never will be
				h.post(b, in, who[3], "waits for the network")
				h.programme(b, in, act(who[2]))
				h.post(b, in, who[3], "afterwards")
				if lines := ended.lines(); len(lines) > 0 {
					t.Errorf("it was sent %s", lines[0].raw)
				}
				if codes, resets := ended.sock.closed(); resets != 1 || len(codes) > 0 {
					t.Errorf("reset %d times, closed with %v", resets, codes)
				}
				if ended.conn.Waiting() != 0 {
					t.Error("something still waits for it")
				}
				if got := peer.events(); len(got) != 3 || got[0] != "message waits for the network" || got[2] != "message afterwards" {
					t.Errorf("a peer sees %q", got)
				}
				checkOther(t, other)
			})
		})
	}
}

// checkOther: the person's connection that does not follow the room is cut too. It
// may have asked the room for pages, and what waits for it may be of that room.
func checkOther(t *testing.T, other *client) {
	t.Helper()
	if lines := other.lines(); len(lines) != 0 {
		t.Errorf("the person's other connection was sent %+v", lines)
	}
	if codes, resets := other.sock.closed(); len(codes) > 0 || resets != 1 {
		t.Errorf("the person's other connection: closed %v, reset %d times", codes, resets)
	}
}

// asked is an act, and the code of its refusal.
type asked struct {
	by   person.ID
	act  room.Action
	want string
}

// inOneBatch has acts decided in one batch: the first holds the room up, the others come
// into its inbox one after the other meanwhile.
func (h *house) inOneBatch(log *faulty, b *hub.Hub, in room.ID, acts []asked) {
	h.t.Helper()
	release := log.hold()
	errs := make([]chan error, len(acts))
	for i, a := range acts {
		errs[i] = make(chan error, 1)
		go func() {
			_, err := b.Do(h.t.Context(), in, a.by, b.NewID(), a.act)
			errs[i] <- err
		}()
		settle()
	}
	release()
	for i, a := range acts {
		got := ""
		if err := <-errs[i]; err != nil {
			got = strings.TrimPrefix(err.Error(), "room: refused: ")
		}
		if got != a.want {
			h.t.Errorf("act %d: %q, want %q", i, got, a.want)
		}
	}
}

// What is decided in one batch takes effect in its order: the message before the
// removal stands, the one after it was never made.
func TestRemovalInTheMiddleOfABatch(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		peer := h.follow(b, in, who[3])
		h.inOneBatch(log, b, in, []asked{
			{who[3], room.PostMessage{Text: "holds the room up"}, ""},
			{who[2], room.PostMessage{Text: "before"}, ""},
			{who[0], room.EndMembership{Person: who[2]}, ""},
			{who[2], room.PostMessage{Text: "after"}, "no_such_room"},
		})
		if got := peer.events(); !reflect.DeepEqual(got, []string{"message holds the room up", "message before", "member_left"}) {
			t.Errorf("a peer sees %q", got)
		}
	})
}

// A text that was replaced or taken back within the batch that made it is shown to
// nobody, not even for a moment.
func TestSupersededWithinABatch(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		peer := h.follow(b, in, who[3])
		release := log.hold()
		first := make(chan room.Seq)
		go func() { first <- h.post(b, in, who[0], "holds the room up") }()
		settle()
		next := room.Seq(7) // opened, four joined, the one that waits
		for _, act := range []room.Action{
			room.PostMessage{Text: "secret one"},
			room.EditMessage{Message: next, Text: "said better"},
			room.PostMessage{Text: "secret two"},
			room.RemoveMessage{Message: next + 2},
		} {
			go h.do(b, in, who[2], act)
			settle()
		}
		release()
		if seq := <-first; seq != next-1 {
			t.Fatalf("the room has %d records, the test is wrong", seq)
		}
		want := []string{"message holds the room up", "message said better", "edited said better", "removed"}
		if got := peer.events(); !reflect.DeepEqual(got, want) {
			t.Errorf("a peer sees %q", got)
		}
	})
}

// show_removed is for staff, for as long as it exists.
func TestShowRemovedIsForStaff(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		removed := h.post(b, in, who[2], "a hard night")
		h.do(b, in, who[2], room.RemoveMessage{Message: removed})
		stands := h.post(b, in, who[2], "stands")
		ask := func(n int, seq room.Seq) line {
			answer, _ := h.connect(b, who[n], noShow).ask("show_removed", in, fields{"message": h.tokens.Message(in, seq)})
			return answer
		}
		for _, n := range []int{0, 1} {
			var got struct {
				Text      string
				RemovedAt room.Time `json:"removed_at"`
				ErasedAt  room.Time `json:"erased_at"`
			}
			into(t, ask(n, removed), &got)
			if got.Text != "a hard night" || got.ErasedAt-got.RemovedAt != 14*room.Day {
				t.Errorf("staff is shown %+v", got)
			}
		}
		for _, n := range []int{2, 3} {
			if got := ask(n, removed); got.Error == nil || got.Error.Code != "not_allowed" {
				t.Errorf("a participant is shown %s", got.raw)
			}
		}
		if got := ask(0, stands); got.Error == nil || got.Error.Code != "no_such_message" {
			t.Errorf("of a message that stands: %s", got.raw)
		}
	})
}

// Somebody who has the passphrase of one of the team, in a session that began before they
// were, or whose list of rooms lags behind the rooms: the connection ends, and neither
// shows nor does anything. The same on a visit that outlived the role that allowed it.
func TestAttackTeamsRightsWithoutTheirSession(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		canary := h.post(b, in, who[2], "canary")
		visitor := personN(77)
		h.programme(b, in, room.OpenVisit{Person: visitor, Reason: "safety", Text: "on call"})
		for do, more := range map[string]fields{
			"join": {"history": 50}, "history": {"before": h.tokens.Message(in, canary+1), "limit": 5},
			"search": {"text": "canary"}, "hide": {"message": h.tokens.Message(in, canary), "reason": "other"}, "post": {"text": "as one of the team"},
		} {
			for _, by := range []person.ID{who[0], who[1], visitor} {
				c := h.connect(b, by, hub.Shows{})
				c.sess.plain = true
				c.send(do, in, more)
				for _, l := range c.lines() {
					if l.Error == nil {
						t.Errorf("%s: answered %s", do, l.raw)
					}
				}
				// A visitor does nothing here in any case.
				acts := do == "hide" || do == "post"
				if _, resets := c.sock.closed(); resets != 1 && !(acts && by == visitor) {
					t.Errorf("%s: reset %d times", do, resets)
				}
			}
		}
		if texts := h.texts(in); len(texts) != 1 {
			t.Errorf("the room holds %v", texts)
		}
		c := h.connect(b, who[2], hub.Shows{})
		c.sess.plain = true
		if page, _ := c.join(in, "", 50); len(page.Messages) != 1 {
			t.Errorf("a participant finds %d messages", len(page.Messages))
		}
	})
}
