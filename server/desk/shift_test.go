package desk_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

func shiftN(n byte) desk.ShiftID {
	return desk.ShiftID(fact.FormID("h_", [fact.IDBytes]byte{n}))
}

// held is what a plain list says of who has what: one holder at most, for a time.
type held struct {
	by    person.ID
	until int64
}

// before is who had it before the last act, and who may undo that.
type before struct {
	held
	after person.ID
}

// Two moderators and a third in two rooms take, give back, hand over, undo that, hand over whole shifts, leave and come back, while things begin and cease to wait and time
// goes by. No item is lost, none is had by two, and none stays with somebody who has left
// or whose time is over: whoever looks after its room then can take it.
func TestQueueUnderEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		waits := map[person.RoomID][]desk.Wait{}
		teams := map[person.RoomID][]person.ID{}
		has := map[desk.ItemID]held{}
		had := map[desk.ItemID]before{}
		seq := uint64(0)
		see := func(in person.RoomID) {
			seq++
			w.apply(t, fact.Machine, w.desk.Look(desk.Seen{Room: in, Seq: seq, Team: teams[in], Waits: waits[in]}))
		}
		for n := range byte(2) {
			teams[roomN(n)] = []person.ID{personN(1), personN(2), personN(3)}
			see(roomN(n))
		}
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			in, by := roomN(byte(rapid.IntRange(0, 1).Draw(t, "room"))), personN(byte(rapid.IntRange(1, 3).Draw(t, "by")))
			to := personN(byte(rapid.IntRange(1, 3).Draw(t, "to")))
			var id desk.ItemID
			if list := w.desk.Of(by); len(list) > 0 {
				id = list[rapid.IntRange(0, len(list)-1).Draw(t, "item")].ID
			}
			give := func(to person.ID, until int64, after person.ID) {
				had[id] = before{has[id], after}
				has[id] = held{to, until}
			}
			switch rapid.IntRange(0, 12).Draw(t, "what") {
			case 0, 1:
				kind := rapid.SampledFrom([]string{"held", "call", "worry"}).Draw(t, "kind")
				waits[in] = append(slices.Clone(waits[in]), desk.Wait{Kind: kind, Ref: uint64(step + 1), Since: w.now})
				see(in)
			case 2:
				if len(waits[in]) > 0 {
					waits[in] = waits[in][1:]
					see(in)
				}
			case 3: // somebody leaves a team, or joins it again
				if i := slices.Index(teams[in], to); i >= 0 {
					teams[in] = slices.Delete(slices.Clone(teams[in]), i, i+1)
				} else {
					teams[in] = append(slices.Clone(teams[in]), to)
				}
				see(in)
			case 4:
				w.now += rapid.SampledFrom([]int64{1, 60_000, desk.ClaimLasts - 1, desk.ClaimLasts, desk.OfferLasts}).Draw(t, "later")
			case 5, 6:
				take := rapid.Bool().Draw(t, "take")
				facts, err := w.desk.Claim(id, by, w.now, take)
				if err == nil {
					if now := has[id]; now.by != "" && now.by != by && w.now < now.until && !take && slices.Contains(teams[roomOf(w, id)], now.by) {
						t.Fatalf("%s took what %s has", by, now.by)
					}
					give(by, w.now+desk.ClaimLasts, by)
				}
				w.apply(t, by.Actor(), facts)
			case 7:
				facts, _ := w.desk.Release(id, by)
				if len(facts) > 0 {
					give("", 0, by)
				}
				w.apply(t, by.Actor(), facts)
			case 8:
				facts, err := w.desk.HandOver(id, by, to, w.now)
				if err == nil {
					give(to, w.now+desk.ClaimLasts, by)
				}
				w.apply(t, by.Actor(), facts)
			case 9:
				facts, _ := w.desk.OfferShift(shiftN(byte(step)), by, to, in)
				w.apply(t, by.Actor(), facts)
			case 10:
				for _, o := range w.desk.Shifts(by, w.now) {
					if !slices.Contains(teams[o.Room], o.From) || !slices.Contains(teams[o.Room], o.To) {
						t.Fatalf("a shift is offered to, or by, somebody who is not of the team any more")
					}
					facts, err := w.desk.TakeShift(o.ID, by, w.now)
					for _, f := range facts {
						if h, ok := f.(desk.HandedOver); ok {
							if has[h.Item].by != o.From {
								t.Fatalf("a shift handed over what %q has, not %s", has[h.Item].by, o.From)
							}
							has[h.Item], had[h.Item] = held{by, w.now + desk.ClaimLasts}, before{}
						}
					}
					if err == nil {
						w.apply(t, by.Actor(), facts)
						if _, again := w.desk.TakeShift(o.ID, by, w.now); !errors.Is(again, desk.ErrNoShift) {
							t.Fatal("a shift was taken twice")
						}
					}
				}
			case 11, 12:
				facts, err := w.desk.Undo(id, by)
				was := had[id]
				if id != "" && (err == nil) != (was.after == by) {
					t.Fatalf("%s undoes what %q did last: %v", by, was.after, err)
				}
				if err == nil {
					has[id] = was.held
					delete(had, id)
				}
				w.apply(t, by.Actor(), facts)
			}
			checkQueue(t, w, waits, teams, has)
		}
	})
}

func roomOf(w *world, id desk.ItemID) person.RoomID {
	i, _ := w.desk.Item(id)
	return i.Room
}

func checkQueue(t *rapid.T, w *world, waits map[person.RoomID][]desk.Wait, teams map[person.RoomID][]person.ID, has map[desk.ItemID]held) {
	n := 0
	for in, list := range waits {
		for _, wait := range list {
			n++
			id := wait.ID(in)
			i, there := w.desk.Item(id)
			if !there {
				t.Fatalf("%v is lost", wait)
			}
			want := has[id].by
			if w.now >= has[id].until || !slices.Contains(teams[in], want) {
				want = ""
			}
			if got := w.desk.Holder(i, w.now); got != want {
				t.Fatalf("%v is with %q, want %q", wait, got, want)
			}
			for _, who := range teams[in] {
				if _, err := w.desk.Claim(id, who, w.now, false); (err != nil) != (want != "" && want != who) {
					t.Fatalf("%s of the team takes what %q has: %v", who, want, err)
				}
			}
		}
	}
	if w.desk.Len() != n {
		t.Fatalf("%d items, want %d", w.desk.Len(), n)
	}
}

// Calls come before worries, and both before what only waits.
func TestCallsComeFirst(t *testing.T) {
	w := newWorld()
	var waits []desk.Wait
	for i, kind := range []string{"line", "worry", "call", "held", "call"} {
		waits = append(waits, desk.Wait{Kind: kind, Ref: uint64(i + 1), Since: w.now + int64(i)})
	}
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{Room: roomN(0), Seq: 1, Team: []person.ID{personN(1)}, Waits: waits}))
	var got []string
	for _, i := range w.desk.Of(personN(1)) {
		got = append(got, i.Kind)
	}
	if want := []string{"call", "call", "worry", "line", "held"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
