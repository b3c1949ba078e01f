package room_test

import (
	"encoding/binary"
	"errors"
	"maps"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// start is where the time of every history begins.
const start room.Time = 1_800_000_000_000

// people are those who may ever be in the room; the last two stay strangers.
var people = []person.ID{
	"p_AAAAAAAAAAAAAAAAAAAAAA", "p_BBBBBBBBBBBBBBBBBBBBBA", "p_CCCCCCCCCCCCCCCCCCCCCA",
	"p_DDDDDDDDDDDDDDDDDDDDDA", "p_EEEEEEEEEEEEEEEEEEEEEA", "p_FFFFFFFFFFFFFFFFFFFFFA", "p_GGGGGGGGGGGGGGGGGGGGGA",
}

const joiners = 5

// world is a room as the code has it, the same room as the model has it, and what
// a store would hold of it.
type world struct {
	state   *room.State
	model   model
	entries []room.Entry
	bodies  map[room.Seq]string // erased ones are gone
	now     room.Time           // this node's clock; it may go back
	asked   []room.Command      // everything ever asked, refused or not
}

func newWorld() *world {
	return &world{state: room.New(), bodies: make(map[room.Seq]string), now: start}
}

// grow does n random commands and holds each against the model.
func (w *world) grow(t *rapid.T, n int) {
	for range n {
		w.step(t, w.draw(t))
	}
}

// found opens the room with four people, so that short histories are about more
// than opening it.
func (w *world) found(t *rapid.T) {
	for i, act := range []room.Action{
		room.OpenRoom{Name: texts[0].raw},
		room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant},
		room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator},
		room.AddMember{Person: people[2], Alias: "Cy", Role: room.Participant},
		room.AddMember{Person: people[3], Alias: "Di", Role: room.Lead},
	} {
		w.step(t, room.Command{ID: idAt(w.now, uint64(i)), At: w.state.Clock(w.now), Do: act})
	}
}

// step decides a command, compares the verdict with the model's and folds it in.
func (w *world) step(t *rapid.T, c room.Command) (refused string) {
	w.asked = append(w.asked, c)
	code, text, first := w.model.verdict(c)
	w.state.LookAt(w.model.now)
	got, err := room.Decide(w.state, c)
	if have := codeOf(t, err); have != code {
		t.Fatalf("%T by %q: refused as %q, want %q", c.Do, c.Actor, have, code)
	}
	switch {
	case code != "":
		return code
	case first != nil:
		if got.Entry != nil || got.Answer.Seq != first.seq || got.Answer.At != first.at {
			t.Fatalf("a repeated command was answered %+v, first with %d at %d", got, first.seq, first.at)
		}
		return ""
	case got.Entry == nil:
		t.Fatalf("%T: no entry for a new command", c.Do)
	}
	e := *got.Entry
	if e.Seq != w.state.Head()+1 || e.At != c.At || e.Actor != c.Actor || e.Command != c.ID || e.Text() != text {
		t.Fatalf("%T: entry %+v does not say what was done", c.Do, e.Header)
	}
	before := w.state.At()
	w.commit(t, e)
	if w.state.At() < before || w.state.Head() != e.Seq {
		t.Fatalf("record %d: time or order went back", e.Seq)
	}
	held := is[room.PostMessage](c.Do) && w.model.holdsBack(c, w.model.stay(c.Actor))
	w.model.log = append(w.model.log, done{e.Seq, e.At, c, text, held})
	return ""
}

// commit folds an entry in as a store and a reader would: written and read again.
func (w *world) commit(t *rapid.T, e room.Entry) {
	meta, body, err := room.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	again, err := room.Decode(e.Seq, meta, body)
	if err != nil || !reflect.DeepEqual(again, e) {
		t.Fatalf("record %d reads as something else (%v)", e.Seq, err)
	}
	if err := room.Apply(w.state, again); err != nil {
		t.Fatal(err)
	}
	w.entries = append(w.entries, again)
	if body != nil {
		w.bodies[e.Seq] = again.Text()
	}
	for _, seq := range e.Erases() {
		delete(w.bodies, seq)
	}
}

func codeOf(t interface{ Fatalf(string, ...any) }, err error) string {
	if err == nil {
		return ""
	}
	refusal, ok := errors.AsType[*room.Refusal](err)
	if !ok {
		t.Fatalf("an error that is no refusal: %v", err)
	}
	return refusal.Code
}

// idAt is a fresh command id.
func idAt(at room.Time, n uint64) room.CommandID {
	var tail [10]byte
	binary.BigEndian.PutUint64(tail[2:], n)
	return room.NewCommandID(at, tail)
}

// refold is the state made from the first n entries alone, as the store has them
// now: bodies that were erased since are gone.
func (w *world) refold(t *rapid.T, n int) *room.State {
	s := room.New()
	for _, e := range w.entries[:n] {
		if _, kept := w.bodies[e.Seq]; !kept {
			blank, err := room.WithoutText(e)
			if err != nil {
				t.Fatal(err)
			}
			e = blank
		}
		if err := room.Apply(s, e); err != nil {
			t.Fatal(err)
		}
	}
	if n == len(w.entries) {
		s.LookAt(w.model.now)
	}
	return s
}

// bodiesOf is what Thaw asks the store for.
func (w *world) bodiesOf(seqs []room.Seq) (map[room.Seq]string, error) {
	found := make(map[room.Seq]string)
	for seq, text := range maps.All(w.bodies) {
		if slices.Contains(seqs, seq) {
			found[seq] = text
		}
	}
	return found, nil
}
