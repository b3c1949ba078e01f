package server_test

import (
	"testing"

	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// Two people in one room: what one says, the other sees, once, and a third who
// comes back later ends in the same state.
func TestTwoPeopleChat(t *testing.T) {
	s, rooms := servertest.StartSeeded(t, seed.Spec{Rooms: 1, Members: 3, Moderators: 1}, nil)
	in := rooms[0].ID
	lead := servertest.Dial(t, s.URL, servertest.Cookie(rooms[0].Members[0].Token))
	a := servertest.Dial(t, s.URL, servertest.Cookie(rooms[0].Members[1].Token))
	b := servertest.Dial(t, s.URL, servertest.Cookie(rooms[0].Members[2].Token))
	lead.Join(in, "")
	a.Join(in, "")
	seen := b.Join(in, "")
	if len(seen.Messages) != 0 || !seen.Reset {
		t.Fatalf("a new room is not empty: %+v", seen)
	}

	hello := a.Post(in, "hello there")
	got, err := b.Until(servertest.Event("message")).Posted()
	if err != nil || got.Text != "hello there" || got.ID != hello || got.Mine {
		t.Fatalf("b got %+v, %v", got, err)
	}
	a.Must(servertest.Command{"do": "edit", "room": in, "message": hello, "text": "hello all"}, nil)
	if l := b.Until(servertest.Event("edited")); l.Text != "hello all" {
		t.Fatalf("b got %s", l.Raw)
	}
	b.Must(servertest.Command{"do": "react", "room": in, "message": hello, "reaction": "heart", "on": true}, nil)
	pos := lead.Until(servertest.Event("reaction")).Pos
	a.Must(servertest.Command{"do": "remove", "room": in, "message": hello}, nil)
	b.Until(servertest.Event("removed"))

	// The lead was away since the reaction and comes back.
	again := servertest.Dial(t, s.URL, servertest.Cookie(rooms[0].Members[0].Token))
	if back := again.Join(in, pos); back.Reset || len(back.Messages) != 0 {
		t.Fatalf("resume: %+v", back)
	}
	again.Until(func(l wireclient.Line) bool { return l.Event == "removed" })
	var ev struct{ Text string }
	again.Must(servertest.Command{"do": "show_removed", "room": in, "message": hello}, &ev)
	if ev.Text != "hello all" {
		t.Fatalf("the sealed text is %q", ev.Text)
	}
	b.Refused("not_allowed", servertest.Command{"do": "show_removed", "room": in, "message": hello})
}
