package room_test

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/room"
)

// Snapshot and tail are the full fold, wherever the snapshot was made, and though
// bodies that the snapshot's state knew have been erased since.
func TestSnapshotAndTailIsTheFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.found(t)
		w.grow(t, rapid.IntRange(0, 25).Draw(t, "steps"))
		want := observe(w.refold(t, len(w.entries)), w.bodies, w.asked)
		for cut := range len(w.entries) + 1 {
			frozen := freeze(t, w.refold(t, cut))
			s, err := room.Thaw(frozen, w.bodiesOf)
			if err != nil {
				t.Fatal(err)
			}
			if cut == len(w.entries) {
				s.LookAt(w.model.now) // as refold does
			}
			if got, want := observe(s, w.bodies, nil), observe(w.refold(t, cut), w.bodies, nil); got != want {
				t.Fatalf("thawed at %d:\n%s\nwant\n%s", cut, got, want)
			}
			w.fold(t, s, cut)
			s.LookAt(w.model.now)
			if got := observe(s, w.bodies, w.asked); got != want {
				t.Fatalf("a snapshot of %d and its tail:\n%s\nwant\n%s", cut, got, want)
			}
		}
		w.holdsNoText(t, freeze(t, w.state))
	})
}

// fold applies the entries after the first n, as the store has them now.
func (w *world) fold(t *rapid.T, s *room.State, n int) {
	for _, e := range w.entries[n:] {
		if _, kept := w.bodies[e.Seq]; !kept {
			e, _ = room.WithoutText(e)
		}
		if err := room.Apply(s, e); err != nil {
			t.Fatal(err)
		}
	}
}

func freeze(t interface{ Fatal(...any) }, s *room.State) []byte {
	data, err := room.Freeze(s)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// holdsNoText looks for whatever people wrote. Words under four letters turn up in
// any bytes by chance.
func (w *world) holdsNoText(t *rapid.T, data []byte) {
	t.Helper()
	for _, text := range w.texts() {
		if len(text) >= 4 && bytes.Contains(data, []byte(text)) {
			t.Fatalf("the snapshot holds the text %q", text)
		}
	}
}

// A snapshot is stored beside the log and is not part of what an erasure covers:
// a name in it would outlive its erasure.
func TestSnapshotHoldsNoText(t *testing.T) {
	s := script(t,
		step{do: room.OpenRoom{Name: "canary name"}},
		step{do: room.AddMember{Person: people[0], Alias: "canary alias", Role: room.Lead}},
		step{by: 0, do: room.SetTopic{Text: "canary topic"}},
		step{by: 0, do: room.SetRules{Text: "canary rules"}},
		step{by: 0, do: room.PostMessage{Text: "canary message"}},
	).state
	if data := freeze(t, s); bytes.Contains(bytes.ToLower(data), []byte("canary")) {
		t.Fatal("the snapshot holds text")
	}
}

func TestThawRefusesWhatItCannotRead(t *testing.T) {
	whole := freeze(t, script(t, step{do: room.OpenRoom{Name: "a room"}}).state)
	none := func([]room.Seq) (map[room.Seq]string, error) { return nil, nil }
	for n := range len(whole) {
		if _, err := room.Thaw(whole[:n], none); !errors.Is(err, room.ErrOldSnapshot) {
			t.Fatalf("cut off after %d bytes: %v", n, err)
		}
	}
	failed := errors.New("the store is away")
	_, err := room.Thaw(whole, func([]room.Seq) (map[room.Seq]string, error) { return nil, failed })
	if !errors.Is(err, failed) {
		t.Fatalf("the store's error became %v", err)
	}
}

func FuzzThaw(f *testing.F) {
	f.Add(freeze(f, script(f, step{do: room.OpenRoom{Name: "a room"}}).state))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = room.Thaw(data, func([]room.Seq) (map[room.Seq]string, error) { return nil, nil })
	})
}
