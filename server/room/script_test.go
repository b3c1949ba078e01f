package room_test

import (
	"testing"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// step is one act of a history that is written down. by counts people; acts that
// belong to the programme are its own.
type step struct {
	later room.Time
	by    int
	do    room.Action
}

// scripted is a room made of a script.
type scripted struct {
	state   *room.State
	entries []room.Entry
	now     room.Time
}

// script does steps that must all be allowed.
func script(t testing.TB, steps ...step) *scripted {
	t.Helper()
	w := &scripted{state: room.New(), now: start}
	for _, s := range steps {
		if code := w.try(t, s); code != "" {
			t.Fatalf("step %d, %T: %s", len(w.entries)+1, s.do, code)
		}
	}
	return w
}

// try does one step and returns the code of its refusal.
func (w *scripted) try(t testing.TB, s step) string {
	t.Helper()
	w.now += s.later
	c := room.Command{ID: idAt(w.now, uint64(len(w.entries))), Actor: actorOf(s), At: w.state.Clock(w.now), Do: s.do, Zone: someZone}
	d, err := room.Decide(w.state, c)
	if err != nil {
		return codeOf(t, err)
	}
	if err := room.Apply(w.state, *d.Entry); err != nil {
		t.Fatal(err)
	}
	w.entries = append(w.entries, *d.Entry)
	return ""
}

func actorOf(s step) person.ID {
	switch s.do.(type) {
	case room.OpenRoom, room.AddMember, room.SetRole, room.EraseDue, room.OpenVisit, room.EndVisit, room.SetDuty:
		return ""
	}
	return people[s.by]
}
