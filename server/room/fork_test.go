package room_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/room"
)

// A batch is decided on a fork. Whether it is then appended or lost to another
// node, the state it was made from has not changed; and a fork decides exactly as
// a state that was folded from the same records.
func TestForkIsACopy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.found(t)
		w.grow(t, rapid.IntRange(0, 30).Draw(t, "before"))
		for range 3 {
			before := observe(w.state, w.bodies, w.asked)
			fork, twin := w.state.Fork(), w.refold(t, len(w.entries))
			entries, asked := decideOnBoth(t, w, fork, twin)
			if after := observe(w.state, w.bodies, w.asked[:len(w.asked)-asked]); after != before {
				t.Fatalf("deciding on a fork changed its parent from\n%s\nto\n%s", before, after)
			}
			if rapid.Bool().Draw(t, "lost") {
				continue
			}
			for _, e := range entries {
				w.commit(t, e)
			}
			if got, want := observe(w.state, w.bodies, w.asked), observe(twin, w.bodies, w.asked); got != want {
				t.Fatalf("after the append the state is\n%s\nwant\n%s", got, want)
			}
		}
	})
}

// What a fork takes away is gone for the fork, and only for it.
func TestForkTakesAway(t *testing.T) {
	w := script(t,
		step{do: room.OpenRoom{Name: "a room"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
		step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Participant}},
		step{do: room.AddMember{Person: people[2], Alias: "Cy", Role: room.Participant}},
		step{by: 0, do: room.PostMessage{Text: "here"}},
		step{by: 1, do: room.React{Message: 5, Reaction: "hug", On: true}},
		step{by: 2, do: room.React{Message: 5, Reaction: "hug", On: true}},
		step{by: 0, do: room.EditMessage{Message: 5, Text: "here again"}},
		step{later: 14 * day, by: 0, do: room.EndMembership{Person: people[0]}},
	)
	bodies := map[room.Seq]string{8: "here again"}
	before := observe(w.state, bodies, nil)
	fork := &scripted{state: w.state.Fork(), now: w.now, entries: w.entries}
	for i, c := range []struct {
		step
		code string
	}{
		{step{do: room.AddMember{Person: people[3], Alias: "Ana", Role: room.Participant}}, "alias_taken"},
		{step{do: room.AddMember{Person: people[0], Alias: "Di", Role: room.Participant}}, ""},
		{step{do: room.AddMember{Person: people[3], Alias: "Ana", Role: room.Participant}}, ""},
		{step{by: 1, do: room.React{Message: 5, Reaction: "hug", On: false}}, ""},
		{step{do: room.EraseDue{Bodies: []room.Seq{5}}}, ""},
		{step{do: room.EraseDue{Bodies: []room.Seq{5}}}, "nothing_due"},
	} {
		if code := fork.try(t, c.step); code != c.code {
			t.Errorf("step %d on the fork: %q, want %q", i, code, c.code)
		}
	}
	if after := observe(w.state, bodies, nil); after != before {
		t.Errorf("its parent changed from\n%s\nto\n%s", before, after)
	}
}

// decideOnBoth decides a random batch on a fork (now and then a fork's fork) and
// on a state of its own, which must agree, and returns what was made.
func decideOnBoth(t *rapid.T, w *world, fork, twin *room.State) (entries []room.Entry, asked int) {
	for range rapid.IntRange(1, 12).Draw(t, "batch") {
		if rapid.IntRange(0, 5).Draw(t, "fork again") == 0 {
			fork = fork.Fork()
		}
		c := w.draw(t)
		c.At = fork.Clock(w.now)
		w.asked = append(w.asked, c)
		asked++
		d, err := room.Decide(fork, c)
		same, errSame := room.Decide(twin, c)
		if codeOf(t, err) != codeOf(t, errSame) || d.Answer != same.Answer || (d.Entry == nil) != (same.Entry == nil) {
			t.Fatalf("%T: a fork says %v %+v, a folded state %v %+v", c.Do, err, d.Answer, errSame, same.Answer)
		}
		if d.Entry == nil {
			continue
		}
		for _, s := range []*room.State{fork, twin} {
			if err := room.Apply(s, *d.Entry); err != nil {
				t.Fatal(err)
			}
		}
		entries = append(entries, *d.Entry)
	}
	return entries, asked
}
