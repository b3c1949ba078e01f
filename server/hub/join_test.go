package hub_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// A client that returns gets what it missed, from the tail and from the log alike,
// and the answer stands before it.
func TestJoinAfterIsTheGap(t *testing.T) {
	for _, missed := range []int{0, 1, 10, 700} { // 700 reach back past the tail
		t.Run(fmt.Sprint(missed), func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				b := h.hub()
				in, who := h.crew(b, 3)
				h.post(b, in, who[0], "held already")
				ok, _ := h.connect(b, who[2], noShow).join(in, "", 50)
				var want []string
				for i := range missed {
					want = append(want, fmt.Sprintf("%03d", i))
					h.post(b, in, who[i%2], want[i])
				}
				c := h.connect(b, who[2], noShow)
				again, gap := c.join(in, ok.Pos, 50)
				if again.Reset || len(again.Messages) != 0 {
					t.Fatalf("answered with reset %v and a page of %d", again.Reset, len(again.Messages))
				}
				if got := messagesOf(t, gap); !reflect.DeepEqual(got, want) {
					t.Fatalf("the gap has %d messages, want %d", len(got), missed)
				}
				if missed > 0 && gap[len(gap)-1].Pos != again.Pos {
					t.Error("the gap does not end where the answer says")
				}
			})
		})
	}
}

// People join while others post. For each of them page, gap and what comes live are
// the whole, without a hole or a double at the seam.
func TestJoinWhileOthersPost(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		const posts, joins = 150, 12
		b := h.hub()
		in, who := h.crew(b, 4)
		first, _ := h.connect(b, who[2], noShow).join(in, "", 0)
		clients := make([]*client, joins)
		var work sync.WaitGroup
		work.Go(func() { postMany(t, b, in, who[0], "text", posts) })
		for i := range joins {
			clients[i] = h.connect(b, who[2+i%2], noShow)
			after := fields{"history": 100}
			if i%2 == 0 { // every other one returns, and is fed everything since then
				after = fields{"after": first.Pos}
			}
			work.Go(func() { clients[i].send("join", in, after) })
			clients[i].sock.waitForAFrame()
		}
		work.Wait()
		want := h.texts(in)
		for i, c := range clients {
			got := seenBy(t, c.lines())
			if i%2 == 1 && len(got) < len(want) { // the page is the newest hundred
				if !reflect.DeepEqual(got, want[len(want)-len(got):]) || len(got) < 100 {
					t.Errorf("joiner %d has a hole or a double: %d messages", i, len(got))
				}
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("joiner %d has %d of %d messages, or in another order", i, len(got), len(want))
			}
		}
	})
}

// seenBy is every message that came, on the page of a join or as an event.
func seenBy(t *testing.T, lines []line) (texts []string) {
	for _, l := range lines {
		if l.Answer != nil {
			for _, m := range pageOf(t, l) {
				texts = append(texts, m.Text)
			}
		}
		if l.Event == "message" {
			texts = append(texts, l.message(t).Text)
		}
	}
	return texts
}

// Positions that are not of this history, room, view or stay get the newest page.
func TestJoinAfterAnotherHistoryResets(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		h.post(b, in, who[0], "one")
		ok, _ := h.connect(b, who[2], noShow).join(in, "", 0)
		staff, _ := h.connect(b, who[0], noShow).join(in, "", 0)
		at, _ := h.tokens.ParsePosition(in, ok.Pos)
		forked, early, ahead := at, at, at
		forked.Digest[3] ^= 1
		early.Seq, ahead.Seq = 1, at.Seq+5
		elsewhere, _ := h.crew(b, 3)
		for name, after := range map[string]string{
			"another history": h.tokens.Position(in, forked), "before one's stay": h.tokens.Position(in, early),
			"past the end": h.tokens.Position(in, ahead), "of staff": staff.Pos, "of another room": h.tokens.Position(elsewhere, at),
			"no token": "abc", "a message's token": h.tokens.Message(in, at.Seq), "the beginning": h.tokens.Position(in, wire.Position{}),
		} {
			again, gap := h.connect(b, who[2], noShow).join(in, after, 50)
			if !again.Reset || len(gap) > 0 || len(again.Messages) != 1 {
				t.Errorf("%s: reset %v, %d events, a page of %d", name, again.Reset, len(gap), len(again.Messages))
			}
		}
	})
}

// A gap of too many events, or of too many bytes, is answered with a page: sending
// it all would fill the outbox of a client that did nothing wrong, again and again.
func TestJoinAfterTooMuchResets(t *testing.T) {
	cases := map[string]struct {
		posts int
		text  string
	}{"too many": {hub.MaxGap + 1, "short"}, "too large": {100, strings.Repeat("long ", 700)}}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				b := h.hub()
				in, who := h.crew(b, 3)
				first, _ := h.connect(b, who[2], noShow).join(in, "", 0)
				for range c.posts {
					h.post(b, in, who[0], c.text)
				}
				back := h.connect(b, who[2], noShow)
				release := back.sock.block()
				id := back.send("join", in, fields{"after": first.Pos})
				settle()
				release()
				answer, events := back.answerTo(id)
				var ok wire.Joined
				into(t, answer, &ok)
				if !ok.Reset || len(events) > 0 || len(ok.Messages) == 0 || !ok.More {
					t.Fatalf("reset %v, %d events, a page of %d", ok.Reset, len(events), len(ok.Messages))
				}
			})
		})
	}
}

// The attack: one member fills a page with the longest messages there can be, and
// nobody's outbox can take the page any more, so nobody can come in. The page is
// made shorter instead, and the rest is there to scroll back to.
func TestLongMessagesKeepNobodyOut(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		for range 100 {
			h.post(b, in, who[2], strings.Repeat("\U0001f31e", room.MaxText))
		}
		c := h.connect(b, who[3], noShow)
		release := c.sock.block()
		id := c.send("join", in, fields{"history": 100})
		settle()
		if codes, _ := c.sock.closed(); len(codes) > 0 {
			t.Fatalf("closed with %v", codes)
		}
		release()
		answer, _ := c.answerTo(id)
		if len(answer.raw) > 128<<10 {
			t.Errorf("the page has %d bytes", len(answer.raw))
		}
		page, seen := pageOf(t, answer), 0
		for len(page) > 0 {
			seen += len(page)
			var older wire.Page
			fresh := h.connect(b, who[3], noShow)
			fresh.must("history", in, fields{"before": page[0].ID, "limit": 100}, &older)
			fresh.conn.Gone()
			if page = older.Messages; !older.More {
				seen += len(page)
				break
			}
		}
		if seen != 100 {
			t.Fatalf("%d messages could be reached", seen)
		}
	})
}

// Rooms of other people cannot be told from rooms that do not exist.
func TestJoinIsForMembers(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		stranger := h.connect(b, personN(77), noShow)
		for name, id := range map[string]room.ID{"another's": in, "none": "r_QUFBQUFBQUFBQUFBQUFBQQ", "no id": "room"} {
			if code := stranger.refused("join", id, nil); code != "no_such_room" {
				t.Errorf("%s: %s", name, code)
			}
		}
		h.do(b, in, who[0], room.EndMembership{Person: who[2]})
		if code := h.connect(b, who[2], noShow).refused("join", in, nil); code != "no_such_room" {
			t.Errorf("a former member: %s", code)
		}
	})
}

// A connection follows 50 rooms at most.
func TestJoinIsBounded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		who := personN(2)
		c := h.connect(b, who, noShow)
		var before room.ID
		for i := range hub.MaxFollowed + 1 {
			in, _ := h.crew(b, 3)
			pass(1e9) // commands are limited too
			answer, _ := c.ask("join", in, fields{"history": 0})
			if i < hub.MaxFollowed && answer.Error != nil || i == hub.MaxFollowed && (answer.Error == nil || answer.Error.Code != "too_many_rooms") {
				t.Fatalf("room %d: %+v", i, answer.Error)
			}
			if i == hub.MaxFollowed { // parting makes place
				c.must("part", before, nil, nil)
				c.must("join", in, nil, nil)
			}
			before = in
		}
	})
}
