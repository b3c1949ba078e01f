package room_test

import (
	"testing"

	"github.com/kith-chat/kith/server/room"
)

// An id counts for 7 days by its own time, and 10 minutes ahead, to the
// millisecond.
func TestAgeOfIDs(t *testing.T) {
	cases := []struct {
		name string
		made room.Time
		code string
	}{
		{"now", 0, ""},
		{"as old as may be", -7 * day, ""},
		{"older", -7*day - 1, "id_too_old"},
		{"as far ahead as may be", 10 * minute, ""},
		{"further ahead", 10*minute + 1, "id_ahead"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := twoInARoom(t)
			cmd := room.Command{ID: idAt(start+c.made, 99), Actor: people[0], At: start, Do: room.PostMessage{Text: "here"}}
			if _, err := room.Decide(w.state, cmd); codeOf(t, err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
		})
	}
}

func twoInARoom(t testing.TB) *scripted {
	return script(t,
		step{do: room.OpenRoom{Name: "a room"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
		step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator}},
	)
}

// The first answer stands whatever has happened since: the author was removed, the
// message too. Otherwise a client that never heard the answer could not learn it.
func TestTheFirstAnswerStands(t *testing.T) {
	w := twoInARoom(t)
	cmd := room.Command{ID: idAt(start, 99), Actor: people[0], At: start, Do: room.PostMessage{Text: "here"}}
	first, err := room.Decide(w.state, cmd)
	if err != nil {
		t.Fatal(err)
	}
	if err := room.Apply(w.state, *first.Entry); err != nil {
		t.Fatal(err)
	}
	for _, s := range []step{{by: 0, do: room.RemoveMessage{Message: 4}}, {by: 1, do: room.EndMembership{Person: people[0]}}} {
		if code := w.try(t, s); code != "" {
			t.Fatal(code)
		}
	}
	again, err := room.Decide(w.state, cmd)
	if err != nil || again.Entry != nil || again.Answer != first.Answer {
		t.Fatalf("sent again: %+v, %v; first %+v", again, err, first.Answer)
	}
	cmd.Do = room.PostMessage{Text: "here "}
	if _, err := room.Decide(w.state, cmd); codeOf(t, err) != "id_reused" {
		t.Fatalf("other content: %v", err)
	}
}

// Ids are forgotten once Decide would refuse them for their age, never before:
// what a busy room remembers is bounded by a week.
func TestForgettingStopsAtSevenDays(t *testing.T) {
	w := twoInARoom(t)
	old := room.Command{ID: idAt(start, 2), At: start, Do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator}}
	for _, c := range []struct {
		at   room.Time
		code string
	}{{start + 7*day, ""}, {start + 7*day + 1, "id_too_old"}} {
		w.now = c.at
		if code := w.try(t, step{by: 1, do: room.SetTopic{Text: "moves the clock"}}); code != "" {
			t.Fatal(code)
		}
		freeze(t, w.state) // writing a state down clears out old ids
		old.At = c.at
		d, err := room.Decide(w.state, old)
		if codeOf(t, err) != c.code || c.code == "" && d.Entry != nil {
			t.Fatalf("at %d: %+v, %v; want %q", c.at-start, d, err, c.code)
		}
	}
}

// Time in a room's log never goes back, though a node's clock does.
func TestTimeNeverGoesBack(t *testing.T) {
	w := twoInARoom(t)
	if got := w.state.Clock(start - hour); got != start {
		t.Fatalf("a clock that is behind gives %d", got-start)
	}
	if got := w.state.Clock(start + hour); got != start+hour {
		t.Fatalf("a clock that is right gives %d", got-start)
	}
	cmd := room.Command{ID: idAt(start, 99), Actor: people[0], At: start, Do: room.PostMessage{Text: "here"}}
	d, err := room.Decide(w.state, cmd)
	if err != nil {
		t.Fatal(err)
	}
	e := *d.Entry
	e.At--
	if room.Apply(w.state, e) == nil {
		t.Fatal("a record that goes back in time was folded in")
	}
}
