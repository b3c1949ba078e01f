package room_test

import (
	"testing"

	"github.com/kith-chat/kith/server/room"
)

// Texts are kept for a day in a room; a call that nobody has read outlives that, one that
// was read does not.
func TestAnOpenCallHasNoTerm(t *testing.T) {
	w := twoInARoom(t)
	for _, s := range []step{
		{do: room.AddMember{Person: people[2], Alias: "Di", Role: room.Lead}},
		{by: 2, do: room.SetKeep{For: day}},
		{by: 0, do: room.CallForHelp{}},
	} {
		if code := w.try(t, s); code != "" {
			t.Fatal(code)
		}
	}
	waits := func() (n int) {
		w.state.LookAt(w.now)
		for _, wait := range w.state.Waits() {
			if wait.Kind == room.WaitCall {
				n++
			}
		}
		return n
	}
	w.now += 3 * day
	if n := waits(); n != 1 || len(w.state.Calls()) != 1 {
		t.Errorf("after three days %d calls wait, %d are open", n, len(w.state.Calls()))
	}
	if code := w.try(t, step{by: 0, do: room.CallForHelp{}}); code != "already_called" {
		t.Errorf("calling again: %q", code)
	}
	if code := w.try(t, step{by: 1, do: room.AnswerCall{Person: people[0]}}); code != "" {
		t.Errorf("reading it: %q", code)
	}
	told := func() bool {
		viewer, _ := w.state.Viewer(people[0], w.now)
		w.state.LookAt(w.now)
		_, told := w.state.CallOf(people[0], viewer)
		return told
	}
	if !told() || len(w.state.Waits()) != 1 {
		t.Errorf("that it was read is told: %v; %v wait for words", told(), w.state.Waits())
	}
	w.now += day + 1
	if told() {
		t.Error("a day later it is still told that it was read")
	}
}
