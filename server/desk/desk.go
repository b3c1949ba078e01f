// Package desk is the moderators' queue: what waits for one of them, over all rooms. It
// is pure: a fold of its own stream, decided by that alone.
//
// The rooms' logs are the truth about what waits. Somebody who follows them says to the
// desk what waits in a room as of a record of it (Seen); the desk answers with what is
// new and what is over. What was seen earlier never undoes what was seen later, so any
// number of nodes may follow, none of them in step. On the desk itself people only
// say who takes what (Claim, Release, Undo, and shift.go): an item is resolved by what is done in
// its room.
//
// No record here says what was written, nor about whom.
package desk

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Stream is the name of the stream.
const Stream = "desk"

// ItemID names one thing that waits: "d_" and 22 characters. The same thing has the same
// name, whoever saw it first; something that waits again has another.
type ItemID string

// Valid says whether id has the form of one.
func (id ItemID) Valid() bool { return fact.WellFormedID("d_", string(id)) }

// Wait is one thing that waits in a room, as its log says.
type Wait struct {
	Kind  string // a code of the room's: what it is
	Ref   uint64 // the room's own number of it
	Since int64  // ms since 1970 UTC
}

// ID is the wait's name on the desk.
func (w Wait) ID(in person.RoomID) ItemID {
	sum := sha256.Sum256(fmt.Appendf(nil, "desk item\x00%s\x00%s\x00%d\x00%d", in, w.Kind, w.Ref, w.Since))
	return ItemID(fact.FormID("d_", [fact.IDBytes]byte(sum[:fact.IDBytes])))
}

// Item is something that waits.
type Item struct {
	ID    ItemID
	Room  person.RoomID
	Kind  string
	Ref   uint64 // the room's own number of it
	Since int64
	// By has taken it, until Until (ms since 1970 UTC); "" where nobody has.
	By    person.ID
	Until int64
	Page  Page // a call: what became of sending it out

	had had
}

// ClaimedAt is who has it at a time; "" for nobody, or for somebody whose time is over.
func (i Item) ClaimedAt(now int64) person.ID {
	if now >= i.Until {
		return ""
	}
	return i.By
}

// Holder is who has an item at a time: nobody who does not look after its room any more.
func (s *State) Holder(i Item, now int64) person.ID {
	if by := i.ClaimedAt(now); s.looksAfter(by, i.Room) {
		return by
	}
	return ""
}

// State is the desk as its stream has made it.
type State struct {
	// At is the time of the last record.
	At    int64
	items map[ItemID]Item
	rooms map[person.RoomID]seen
	// offers is the shifts that are to be handed over, by who hands over.
	offers map[person.ID]Offer
}

// seen is what of a room's log the desk knows.
type seen struct {
	seq  uint64
	team []person.ID
}

// New is an empty desk.
func New() *State {
	return &State{items: make(map[ItemID]Item), rooms: make(map[person.RoomID]seen), offers: make(map[person.ID]Offer)}
}

// Of is what waits in the rooms that a person looks after: calls first, then worries, then
// what has waited longest.
func (s *State) Of(who person.ID) []Item {
	list := []Item{}
	for _, i := range s.items {
		if slices.Contains(s.rooms[i.Room].team, who) {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b Item) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// rank: who asks for a person now comes before who is worried about, and both before what
// has only waited.
func rank(i Item) int {
	switch i.Kind {
	case "call":
		return 0
	case "worry":
		return 1
	}
	return 2
}

// Item is one item that waits.
func (s *State) Item(id ItemID) (Item, bool) {
	i, ok := s.items[id]
	return i, ok
}

// Len is how much waits, over all rooms.
func (s *State) Len() int { return len(s.items) }

// Oldest is since when the item waits that has waited longest; 0: nothing does.
func (s *State) Oldest() (since int64) {
	for _, i := range s.items {
		if since == 0 || i.Since < since {
			since = i.Since
		}
	}
	return since
}
