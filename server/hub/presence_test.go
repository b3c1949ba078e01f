package hub_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// here is who the newest presence signal names, by person; false: there was none.
func (c *client) here(in room.ID, h *house) (who []person.ID, heard bool) {
	c.t.Helper()
	pass(time.Second)
	for _, l := range c.lines() {
		if l.Signal != "presence" {
			continue
		}
		who, heard = []person.ID{}, true
		for _, token := range l.Here {
			id, ok := h.tokens.ParseMember(in, token)
			if !ok {
				c.t.Fatalf("presence names %s", token)
			}
			who = append(who, id)
		}
		if l.HereCount != len(who) {
			c.t.Errorf("presence counts %d and names %d", l.HereCount, len(who))
		}
	}
	return who, heard
}

// Who is here is told to those who follow the room, of those who want it told.
func TestPresence(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		watcher := h.connect(b, who[0], hub.Shows{Presence: true})
		watcher.join(in, "", 0)
		hidden := h.follow(b, in, who[2])
		two := []*client{h.connect(b, who[3], hub.Shows{Presence: true}), h.connect(b, who[3], hub.Shows{Presence: true})}
		steps := []struct {
			name string
			do   func()
			want []person.ID
		}{
			{"one's own, shown", func() {}, []person.ID{who[0]}},
			{"on one device", func() { two[0].join(in, "", 0) }, []person.ID{who[0], who[3]}},
			{"on two", func() { two[1].join(in, "", 0) }, []person.ID{who[0], who[3]}},
			{"on one again", func() { two[0].conn.Gone() }, []person.ID{who[0], who[3]}},
			{"no longer", func() { two[1].must("part", in, nil, nil) }, []person.ID{who[0]}},
			{"now shown", func() { b.Show(t.Context(), who[2], hub.Shows{Presence: true}) }, []person.ID{who[0], who[2]}},
			{"now hidden", func() { b.Show(t.Context(), who[2], noShow) }, []person.ID{who[0]}},
		}
		for _, s := range steps {
			s.do()
			if got, heard := watcher.here(in, h); !heard || !reflect.DeepEqual(got, s.want) {
				t.Errorf("%s: here are %v (heard: %v), want %v", s.name, got, heard, s.want)
			}
		}
		if got, heard := watcher.here(in, h); heard {
			t.Errorf("told without anything new: %v", got)
		}
		if ok, _ := hidden.join(in, "", 0); len(ok.Here) != 1 || ok.HereCount != 1 {
			t.Errorf("a hidden one is told %+v", ok.Here)
		}
	})
}

// In a room of more than fifty who are here nobody is named.
func TestPresenceOfMany(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 52)
		var last *client
		for _, p := range who {
			last = h.connect(b, p, hub.Shows{Presence: true})
			last.join(in, "", 0)
		}
		ok, _ := last.join(in, "", 0)
		if ok.Here != nil || ok.HereCount != 52 {
			t.Errorf("%d are named of %d", len(ok.Here), ok.HereCount)
		}
	})
}

func typings(lines []line) (on []bool) {
	for _, l := range lines {
		if l.Signal == "typing" {
			on = append(on, *l.On)
		}
	}
	return on
}

// Typing is off until a person switches it on, told to the others only, and ends by
// itself after 6 seconds.
func TestTyping(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		typist, peer := h.follow(b, in, who[2]), h.follow(b, in, who[3])
		typist.must("typing", in, fields{"on": true}, nil)
		if got := peer.lines(); len(got) > 0 {
			t.Fatalf("by default a peer is told %s", got[0].raw)
		}
		b.Show(t.Context(), who[2], hub.Shows{Typing: true})
		own := typings(typist.must("typing", in, fields{"on": true}, nil))
		own = append(own, typings(typist.must("typing", in, fields{"on": true}, nil))...)
		if got := typings(peer.lines()); len(own) > 0 || !reflect.DeepEqual(got, []bool{true}) {
			t.Fatalf("switched on, said twice: a peer is told %v, oneself %v", got, own)
		}
		pass(5 * time.Second)
		if got := typings(peer.lines()); len(got) > 0 {
			t.Fatalf("after 5 s: %v", got)
		}
		pass(2 * time.Second)
		if got := typings(peer.lines()); !reflect.DeepEqual(got, []bool{false}) {
			t.Fatalf("after 7 s: %v", got)
		}
		typist.must("typing", in, fields{"on": true}, nil)
		typist.must("typing", in, fields{"on": false}, nil)
		if got := typings(peer.lines()); !reflect.DeepEqual(got, []bool{true, false}) {
			t.Fatalf("on and off: %v", got)
		}
	})
}

// Neither presence nor typing nor what was read is in the log.
func TestSignalsLeaveNoRecord(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		seq := h.post(b, in, who[0], "text")
		before, err := h.log.Head(t.Context(), hub.Stream(in))
		if err != nil {
			t.Fatal(err)
		}
		c := h.connect(b, who[2], hub.Shows{Presence: true, Typing: true})
		c.join(in, "", 0)
		c.must("typing", in, fields{"on": true}, nil)
		c.must("read", in, fields{"message": h.tokens.Message(in, seq)}, nil)
		pass(time.Minute)
		if after, err := h.log.Head(t.Context(), hub.Stream(in)); err != nil || after != before {
			t.Errorf("the log went on from %d to %d (%v)", before.Seq, after.Seq, err)
		}
	})
}
