package hub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Promise 10: one that does not read is closed with "come back and resume"; until
// then no more waits for it than its bound, and nobody else notices anything.
func TestSlowReaderIsClosed(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		slow, quick := h.follow(b, in, who[2]), h.follow(b, in, who[3])
		slow.sock.block()
		text := strings.Repeat("long ", 800)
		n, most := 0, 0
		for ; n < 200; n++ {
			h.post(b, in, who[0], text)
			settle()
			most = max(most, slow.conn.Waiting())
			if codes, _ := slow.sock.closed(); len(codes) > 0 {
				if len(codes) != 1 || codes[0] != wire.CloseSlow {
					t.Errorf("closed with %v", codes)
				}
				break
			}
		}
		if most > hub.OutboxBytes || most < hub.OutboxBytes/2 || slow.conn.Waiting() != 0 {
			t.Errorf("after %d posts at most %d bytes waited, and now %d", n, most, slow.conn.Waiting())
		}
		if got := quick.events(); len(got) != n+1 {
			t.Errorf("the quick one saw %d of %d", len(got), n+1)
		}
		h.post(b, in, who[0], "the room goes on")
		if got := quick.events(); len(got) != 1 || len(slow.lines()) != 0 {
			t.Errorf("then %q", got)
		}
	})
}

// From half full on typing and presence are dropped, events are not.
func TestSignalsAreDroppedFirst(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		slow := h.follow(b, in, who[2])
		typist := h.connect(b, who[3], hub.Shows{Typing: true})
		typist.join(in, "", 0)
		release := slow.sock.block()
		typist.must("typing", in, fields{"on": true}, nil)
		for slow.conn.Waiting() <= hub.OutboxBytes/2 {
			h.post(b, in, who[0], strings.Repeat("long ", 800))
			settle()
		}
		typist.must("typing", in, fields{"on": false}, nil)
		h.post(b, in, who[0], "the last")
		release()
		typing, last := 0, ""
		for _, l := range slow.lines() {
			if l.Signal == "typing" {
				typing++
			}
			if l.Event != "" {
				last = l.short(t)
			}
		}
		if typing != 1 || last != "message the last" {
			t.Errorf("%d typing signals, last %q", typing, last)
		}
	})
}

// One line larger than the box is taken while nothing much waits: a room of
// thousands has a list of members of its own size.
func TestAMemberListLargerThanTheOutbox(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 2)
		for i := range 2500 {
			h.programme(b, in, room.AddMember{Person: personN(100 + i), Alias: fmt.Sprintf("Member %d", i), Role: room.Participant})
		}
		c := h.connect(b, who[0], noShow)
		c.conn.Greet(nil)
		release := c.sock.block()
		id := c.send("join", in, nil)
		h.post(b, in, who[1], "live")
		settle()
		release()
		answer, events := c.answerTo(id)
		var ok wire.Joined
		into(t, answer, &ok)
		if len(answer.raw) < hub.OutboxBytes || len(ok.Room.Members) != 2502 {
			t.Fatalf("%d members in %d bytes", len(ok.Room.Members), len(answer.raw))
		}
		if len(shorts(t, events)) != 1 {
			t.Errorf("and %d events", len(events))
		}
	})
}

// Frames are put together from lines that wait, within their bound.
func TestFramesAreBounded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[2])
		settle()
		c.lines()
		release := c.sock.block()
		for i := range 50 {
			h.post(b, in, who[0], fmt.Sprintf("%02d %s", i, strings.Repeat("long ", 500)))
		}
		settle()
		release()
		settle()
		frames := c.sock.taken()
		for _, frame := range frames {
			if len(frame) > hub.FrameBytes {
				t.Errorf("a frame of %d bytes", len(frame))
			}
		}
		if len(frames) > 10 {
			t.Errorf("50 lines that waited came in %d frames", len(frames))
		}
	})
}

// A person has 12 connections at most, and a place again once one has gone.
func TestConnectionsOfOnePersonAreBounded(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		var first *client
		for range hub.MaxConns {
			if c := h.connect(b, personN(1), noShow); first == nil {
				first = c
			}
		}
		if _, err := b.Connect(personN(1), first.sess, newSocket(), noShow); err != hub.ErrTooMany {
			t.Fatalf("one more: %v", err)
		}
		h.connect(b, personN(2), noShow)
		first.conn.Gone()
		h.connect(b, personN(1), noShow)
	})
}

// A socket that can be tried gets its events without a goroutine, in the same order
// as one that cannot, also over a while in which it was stuck.
func TestSocketsThatCanBeTried(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		over := &tried{socket: newSocket()}
		c := h.connectOver(b, who[2], noShow, over, over.socket)
		c.join(in, "", 0)
		var want []string
		say := func(n int) {
			for range n {
				want = append(want, fmt.Sprintf("message %03d", len(want)))
				h.post(b, in, who[0], want[len(want)-1][len("message "):])
			}
		}
		say(20)
		settle()
		took := over.took.Load()
		release := over.block()
		say(20)
		settle()
		release()
		say(20)
		settle()
		if got := c.events(); !slices.Equal(got, want) {
			t.Errorf("%d events of %d, or in another order", len(got), len(want))
		}
		if took == 0 {
			t.Error("it was never tried")
		}
	})
}
