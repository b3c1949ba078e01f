package desk_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

func personN(n byte) person.ID   { return person.ID(fact.FormID("p_", [fact.IDBytes]byte{n})) }
func roomN(n byte) person.RoomID { return person.RoomID(fact.FormID("r_", [fact.IDBytes]byte{n})) }

// world is rooms as their logs have them, each with its whole past, and the desk.
type world struct {
	past  map[person.RoomID][]desk.Seen
	nodes [2][3]int // how far each node has read each room
	desk  *desk.State
	now   int64
}

func newWorld() *world {
	w := &world{past: make(map[person.RoomID][]desk.Seen), desk: desk.New(), now: 1_800_000_000_000}
	for n := range byte(3) {
		w.past[roomN(n)] = []desk.Seen{{Room: roomN(n)}}
	}
	return w
}

// apply folds facts in as a store and a reader would.
func (w *world) apply(t interface{ Fatal(...any) }, by fact.Actor, facts []fact.Fact) {
	for _, f := range facts {
		r, err := fact.Encode(w.now, by, f)
		if err != nil {
			t.Fatal(err)
		}
		h, again, err := desk.Decode(r)
		if err != nil || !reflect.DeepEqual(again, f) {
			t.Fatal("reads as something else", f, again, err)
		}
		w.desk.Apply(h, again)
	}
}

// move changes what waits in a room, or who looks after it.
func (w *world) move(t *rapid.T) {
	in := roomN(rapid.ByteRange(0, 2).Draw(t, "room"))
	past := w.past[in]
	next := past[len(past)-1]
	next.Seq++
	next.Waits, next.Team = slices.Clone(next.Waits), slices.Clone(next.Team)
	switch rapid.IntRange(0, 2).Draw(t, "what") {
	case 0:
		kind := rapid.SampledFrom([]string{"held", "worry", "line"}).Draw(t, "kind")
		w.now++
		next.Waits = append(next.Waits, desk.Wait{Kind: kind, Ref: rapid.Uint64Range(1, 3).Draw(t, "ref"), Since: w.now})
	case 1:
		if n := len(next.Waits); n > 0 {
			i := rapid.IntRange(0, n-1).Draw(t, "over")
			next.Waits = slices.Delete(next.Waits, i, i+1)
		}
	case 2:
		who := personN(rapid.ByteRange(0, 3).Draw(t, "who"))
		if i := slices.Index(next.Team, who); i >= 0 {
			next.Team = slices.Delete(next.Team, i, i+1)
		} else {
			next.Team = append(next.Team, who)
		}
	}
	w.past[in] = append(past, next)
}

// look is one of two nodes that follow the rooms, each at its own pace: it reads on in a
// room, not always to the end, and tells the desk what it sees.
func (w *world) look(t *rapid.T) {
	node := &w.nodes[rapid.IntRange(0, 1).Draw(t, "node")]
	in := rapid.ByteRange(0, 2).Draw(t, "room")
	last := rapid.IntRange(node[in], len(w.past[roomN(in)])-1).Draw(t, "up to")
	node[in] = last
	w.apply(t, fact.Machine, w.desk.Look(w.past[roomN(in)][last]))
}

// catchUp has both nodes read on to the end, in any order.
func (w *world) catchUp(t *rapid.T) {
	for _, turn := range rapid.Permutation([]int{0, 1, 2, 3, 4, 5}).Draw(t, "order") {
		past := w.past[roomN(byte(turn/2))]
		w.apply(t, fact.Machine, w.desk.Look(past[len(past)-1]))
	}
}

// want is what somebody should find on the desk, by the rooms as they are.
func (w *world) want(who person.ID) (ids []desk.ItemID) {
	for in, past := range w.past {
		now := past[len(past)-1]
		if !slices.Contains(now.Team, who) {
			continue
		}
		for _, wait := range now.Waits {
			ids = append(ids, wait.ID(in))
		}
	}
	slices.Sort(ids)
	return ids
}

// However the rooms moved, and however far behind the nodes were that looked: once each
// has read on to the end, everybody finds what waits in their rooms, all of it, and
// nothing else.
func TestDeskIsWhatWaitsInTheRooms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "look") {
				w.look(t)
			} else {
				w.move(t)
			}
		}
		w.catchUp(t)
		for n := range byte(4) {
			var got []desk.ItemID
			for _, i := range w.desk.Of(personN(n)) {
				got = append(got, i.ID)
			}
			slices.Sort(got)
			if want := w.want(personN(n)); !slices.Equal(got, want) {
				t.Fatalf("person %d finds %v, want %v", n, got, want)
			}
		}
		for _, past := range w.past {
			if facts := w.desk.Look(past[len(past)-1]); len(facts) > 0 {
				t.Fatalf("looking again found %v", facts)
			}
		}
	})
}

// crowded is a desk with one item in a room that two people look after.
func crowded(t *testing.T) (*world, desk.ItemID) {
	t.Helper()
	w := newWorld()
	wait := desk.Wait{Kind: "held", Ref: 7, Since: w.now}
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{
		Room: roomN(0), Seq: 9, Team: []person.ID{personN(1), personN(2)}, Waits: []desk.Wait{wait},
	}))
	return w, wait.ID(roomN(0))
}

// Who takes an item has it for a quarter of an hour, unless they give it back or
// somebody takes it over and says so.
func TestClaim(t *testing.T) {
	w, id := crowded(t)
	claim := func(by byte, take bool, want error) {
		t.Helper()
		facts, err := w.desk.Claim(id, personN(by), w.now, take)
		if !errors.Is(err, want) {
			t.Fatalf("person %d: %v, want %v", by, err, want)
		}
		w.apply(t, personN(by).Actor(), facts)
	}
	has := func(want person.ID) {
		t.Helper()
		if i, ok := w.desk.Item(id); !ok || i.ClaimedAt(w.now) != want {
			t.Fatalf("%+v, want %q", i, want)
		}
	}
	has("")
	claim(1, false, nil)
	has(personN(1))
	claim(2, false, desk.ErrTaken)
	w.now += desk.ClaimLasts - 1
	claim(2, false, desk.ErrTaken)
	claim(1, false, nil) // for longer
	w.now += desk.ClaimLasts - 1
	has(personN(1))
	w.now++
	has("")
	claim(2, false, nil)
	claim(1, true, nil)
	has(personN(1))
	facts, err := w.desk.Release(id, personN(2))
	if len(facts) > 0 || err != nil {
		t.Fatal("gave back what another has:", facts, err)
	}
	facts, err = w.desk.Release(id, personN(1))
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, personN(1).Actor(), facts)
	has("")
}

// A moderator of another room takes nothing, gives nothing back and is told nothing; nor
// is one of this room once it is not theirs any more.
func TestAttackDeskOfAnotherRoom(t *testing.T) {
	w, id := crowded(t)
	if list := w.desk.Of(personN(3)); len(list) > 0 {
		t.Fatal("told", list)
	}
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{
		Room: roomN(0), Seq: 10, Team: []person.ID{personN(2)}, Waits: []desk.Wait{{Kind: "held", Ref: 7, Since: w.now}},
	}))
	for _, by := range []byte{1, 3} {
		if _, err := w.desk.Claim(id, personN(by), w.now, true); !errors.Is(err, desk.ErrNoItem) {
			t.Errorf("person %d: %v", by, err)
		}
		if _, err := w.desk.Release(id, personN(by)); !errors.Is(err, desk.ErrNoItem) {
			t.Errorf("person %d: %v", by, err)
		}
	}
}

// Worries come first, then what has waited longest.
func TestOrder(t *testing.T) {
	w := newWorld()
	var waits []desk.Wait
	for i, kind := range []string{"held", "worry", "line", "worry"} {
		waits = append(waits, desk.Wait{Kind: kind, Ref: 1, Since: w.now - int64(i)})
	}
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{Room: roomN(0), Seq: 1, Team: []person.ID{personN(1)}, Waits: waits}))
	var got []string
	for _, i := range w.desk.Of(personN(1)) {
		got = append(got, fmt.Sprint(i.Kind, w.now-i.Since))
	}
	if want := []string{"worry3", "worry1", "line2", "held0"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if w.desk.Len() != 4 || w.desk.Oldest() != w.now-3 {
		t.Error(w.desk.Len(), w.desk.Oldest())
	}
}

// A room with more than one record's worth of news is taken in several steps.
func TestManyAtOnce(t *testing.T) {
	w := newWorld()
	at := desk.Seen{Room: roomN(0), Seq: 1, Team: []person.ID{personN(1)}}
	for n := range uint64(150) {
		at.Waits = append(at.Waits, desk.Wait{Kind: "held", Ref: n + 1, Since: w.now})
	}
	for steps := 0; ; steps++ {
		facts := w.desk.Look(at)
		if len(facts) == 0 {
			break
		}
		if len(facts) > 64 || steps > 3 {
			t.Fatal(len(facts), steps)
		}
		w.apply(t, fact.Machine, facts)
	}
	if w.desk.Len() != 150 {
		t.Error(w.desk.Len())
	}
}

// What a node saw earlier does not undo what another saw later.
func TestLateNewsUndoesNothing(t *testing.T) {
	w, id := crowded(t)
	earlier := desk.Seen{Room: roomN(0), Seq: 9, Team: []person.ID{personN(1), personN(2)}, Waits: []desk.Wait{{Kind: "held", Ref: 7, Since: w.now}}}
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{Room: roomN(0), Seq: 12, Team: []person.ID{personN(2)}}))
	if facts := w.desk.Look(earlier); len(facts) > 0 {
		t.Errorf("the desk takes %v", facts)
	}
	if _, there := w.desk.Item(id); there {
		t.Error("the item is there again")
	}
}

// The term of a room's records is over: what waited there waits no more.
func TestRoomThatHasEnded(t *testing.T) {
	w, id := crowded(t)
	w.apply(t, fact.Machine, w.desk.Look(desk.Seen{Room: roomN(0)}))
	if _, there := w.desk.Item(id); there {
		t.Error("the item is still there")
	}
	if facts := w.desk.Look(desk.Seen{Room: roomN(0)}); len(facts) > 0 {
		t.Errorf("looking again found %v", facts)
	}
}
