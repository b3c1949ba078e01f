package room_test

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/room"
)

// What is due, and when, is every body that something took the place of, 14 days
// after that; and what is due can be erased.
func TestDueAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.found(t)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.step(t, w.draw(t))
			tale, at := w.model.tell(), w.state.Clock(w.now)
			want, wantTo := tale.due(at)
			got, to := w.state.Due(at)
			if !slices.Equal(got, want) || to != wantTo || w.state.NextDue() != tale.next() {
				t.Fatalf("due is %v to %d, next at %d; want %v to %d, %d", got, to, w.state.NextDue(), want, wantTo, tale.next())
			}
			w.eraseNow(t, at, want, to)
		}
	})
}

// eraseNow asks for exactly what is due, now and then.
func (w *world) eraseNow(t *rapid.T, at room.Time, due []room.Seq, to room.Seq) {
	if len(due) == 0 && to == 0 || rapid.IntRange(0, 3).Draw(t, "sweep") > 0 {
		return
	}
	id := idAt(at, uint64(len(w.asked))+5000)
	if code := w.step(t, room.Command{ID: id, At: at, Do: room.EraseDue{Bodies: due, To: to}}); code != "" {
		t.Fatalf("erasing what is due: %s", code)
	}
	if erased := w.entries[len(w.entries)-1].Erases(); !slices.Equal(erased, due) {
		t.Fatalf("erased are %v, want %v", erased, due)
	}
}

// The evidence of a message that was taken back is there for staff, to the
// millisecond of its end, and for nobody else.
func TestRemovedIsForStaffUntilItEnds(t *testing.T) {
	w := script(t,
		step{do: room.OpenRoom{Name: "a room"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
		step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator}},
		step{by: 0, do: room.PostMessage{Text: "first"}},
		step{by: 0, do: room.EditMessage{Message: 4, Text: "second"}},
		step{by: 0, do: room.PostMessage{Text: "stands"}},
		step{later: minute, by: 0, do: room.RemoveMessage{Message: 4}},
	)
	author, _ := w.state.Member(people[0])
	staff, _ := w.state.Member(people[1])
	text, removed, ends, err := w.state.Removed(4, staff)
	if text != 5 || removed != start+minute || ends != start+minute+14*day || err != nil {
		t.Fatalf("evidence: text %d, removed %d, ends %d, %v", text, removed, ends, err)
	}
	if _, _, _, err := w.state.Removed(4, author); codeOf(t, err) != "not_allowed" {
		t.Fatalf("a participant asks: %v", err)
	}
	if _, _, _, err := w.state.Removed(6, staff); codeOf(t, err) != "no_such_message" {
		t.Fatalf("of a message that stands: %v", err)
	}
	early := step{later: 14*day - 1, do: room.EraseDue{Bodies: []room.Seq{5}}}
	if code := w.try(t, early); code != "nothing_due" {
		t.Fatalf("a millisecond early: %q", code)
	}
	if code := w.try(t, step{later: 1, do: room.EraseDue{Bodies: []room.Seq{4, 5}}}); code != "" {
		t.Fatalf("on time: %q", code)
	}
	if _, _, _, err := w.state.Removed(4, staff); codeOf(t, err) != "gone" {
		t.Fatalf("after its end: %v", err)
	}
	if next := w.state.NextDue(); next != start+90*day { // of the message that stands
		t.Fatalf("the next is erased at %d", next)
	}
}

// One event erases 500 bodies at most: a record's metadata stays small.
func TestErasingIsBounded(t *testing.T) {
	w := script(t,
		step{do: room.OpenRoom{Name: "a room"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Lead}},
	)
	for range 601 {
		if code := w.try(t, step{by: 0, do: room.SetTopic{Text: "a topic"}}); code != "" {
			t.Fatal(code)
		}
	}
	w.now += 14 * day
	all, _ := w.state.Due(w.now)
	if len(all) != 500 {
		t.Fatalf("%d are due at once", len(all))
	}
	if code := w.try(t, step{do: room.EraseDue{Bodies: append(all, 502)}}); code != "nothing_due" {
		t.Fatalf("501 at once: %q", code)
	}
	if code := w.try(t, step{do: room.EraseDue{Bodies: all}}); code != "" {
		t.Fatalf("500 at once: %q", code)
	}
	if left, _ := w.state.Due(w.now); len(left) != 100 {
		t.Fatalf("%d are left", len(left))
	}
}

// Whatever puts a body on the list says so: the hub sets its alarm by it,
// and an alarm that is not set is a text that is never erased.
func TestWhatMakesBodiesDueWakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.found(t)
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			n, before := len(w.entries), w.model.tell().ends
			w.step(t, w.draw(t))
			if len(w.entries) == n {
				continue
			}
			e, after := w.entries[n], w.model.tell().ends
			for body := range after {
				if _, was := before[body]; was {
					continue
				}
				if when, wakes := w.state.Wakes(e); !wakes || when > after[body].at {
					t.Fatalf("%T made body %d due and does not say so", e.Event, body)
				}
			}
		}
	})
}

// Ends is asked before anybody is shown an event: it must name whoever loses or
// changes a right with it, and nobody else.
func TestEndsAndOldest(t *testing.T) {
	entry := func(ev room.Event) room.Entry { return room.Entry{Seq: 9, Event: ev} }
	cases := []struct {
		event  room.Event
		ends   string
		oldest room.Seq
	}{
		{&room.MemberLeft{Person: people[0]}, string(people[0]), 0},
		{&room.RoleSet{Person: people[1], Role: room.Lead}, string(people[1]), 0},
		{&room.MemberJoined{Person: people[1], Role: room.Lead}, "", 0},
		{&room.MessagePosted{}, "", 9},
		{&room.MessagePosted{ReplyTo: 4}, "", 4},
		{&room.MessageEdited{Message: 5}, "", 5},
		{&room.MessageRemoved{Message: 5}, "", 5},
		{&room.ReactionSet{Message: 3}, "", 3},
		{&room.TopicSet{}, "", 0},
		{&room.BodiesErased{}, "", 0},
	}
	for _, c := range cases {
		if e := entry(c.event); string(e.Ends()) != c.ends || e.Oldest() != c.oldest {
			t.Errorf("%T: ends %q, oldest %d", c.event, e.Ends(), e.Oldest())
		}
	}
}

// WithoutText leaves the entry it was given alone: others are looking at it.
func TestWithoutTextCopies(t *testing.T) {
	e := script(t, step{do: room.OpenRoom{Name: "a room"}}).entries[0]
	blank, err := room.WithoutText(e)
	want := e.Header
	want.Fingerprint = room.Fingerprint{} // a hash of the words goes with them
	if err != nil || blank.Text() != "" || e.Text() != "a room" || !reflect.DeepEqual(blank.Header, want) {
		t.Fatalf("blank %+v, given %+v, %v", blank, e, err)
	}
}

// Once its body is erased, nothing in a record depends on what it said: whoever
// guesses the words cannot find out that they guessed right.
func TestErasedRecordsTellNothing(t *testing.T) {
	write := func(text string) (metadata, body []byte) {
		s := script(t, step{do: room.OpenRoom{Name: text}}, step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
			step{by: 0, do: room.PostMessage{Text: text}}, step{by: 0, do: room.EditMessage{Message: 3, Text: text + "!"}})
		for _, e := range s.entries {
			m, b, err := room.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			metadata, body = append(metadata, m...), append(body, b...)
		}
		return metadata, body
	}
	one, body := write("I used again")
	two, other := write("all is well")
	if string(one) != string(two) {
		t.Errorf("what is kept differs with what was said:\n%s\n%s", one, two)
	}
	if string(body) == string(other) {
		t.Error("the bodies are the same")
	}
}
