package desk

import (
	"errors"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// ClaimLasts is how long somebody has an item that they took, in ms. Taking it again
// makes it last longer; when it is over others are free to take it.
const ClaimLasts = 15 * 60 * 1000

// maxFacts is how many facts one answer has at most.
const maxFacts = 64

// Refusals.
var (
	// ErrNoItem: it does not wait any more, or is not for them.
	ErrNoItem = errors.New("desk: no such item")
	// ErrTaken: somebody else has it.
	ErrTaken = errors.New("desk: somebody else has it")
)

// Seen is what somebody who followed a room's log up to Seq has seen there; Seq 0: there
// is no such log any more.
type Seen struct {
	Room  person.RoomID
	Seq   uint64
	Team  []person.ID // in a fixed order
	Waits []Wait
}

// Look compares what was seen in a room with what the desk has of it: the facts that
// are new, at most 64. None: it is up to date, or knows the room better already.
func (s *State) Look(at Seen) []fact.Fact {
	known := s.rooms[at.Room]
	if at.Seq == 0 { // the room's log has ended: nothing waits there, whatever was known
		at = Seen{Room: at.Room, Seq: known.seq}
	}
	if at.Seq < known.seq {
		return nil
	}
	var facts []fact.Fact
	if !slices.Equal(known.team, at.Team) {
		facts = append(facts, TeamSeen{Room: at.Room, Team: slices.Clone(at.Team), Seq: at.Seq})
	}
	waits := make(map[ItemID]bool, len(at.Waits))
	for _, w := range at.Waits {
		id := w.ID(at.Room)
		waits[id] = true
		if _, there := s.items[id]; !there {
			facts = append(facts, Waiting{Room: at.Room, Wait: w.Kind, Ref: w.Ref, Since: w.Since, Seq: at.Seq})
		}
	}
	for _, id := range s.inRoom(at.Room) {
		if !waits[id] {
			facts = append(facts, Over{Room: at.Room, Item: id, Seq: at.Seq})
		}
	}
	return facts[:min(len(facts), maxFacts)]
}

// inRoom is the items of a room, in a fixed order.
func (s *State) inRoom(in person.RoomID) (ids []ItemID) {
	for id, i := range s.items {
		if i.Room == in {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Claim is by taking an item at a time, in ms since 1970 UTC; from somebody else whose
// time is not over only if they say so (take). Errors: ErrNoItem, ErrTaken.
func (s *State) Claim(id ItemID, by person.ID, now int64, take bool) ([]fact.Fact, error) {
	i, err := s.waitingFor(id, by)
	if err != nil {
		return nil, err
	}
	if has := s.Holder(i, now); has != "" && has != by && !take {
		return nil, ErrTaken
	}
	return []fact.Fact{Claimed{Item: id, Until: now + ClaimLasts}}, nil
}

// Release is by giving back an item that they have; where they have it not, nothing
// happens. Error: ErrNoItem.
func (s *State) Release(id ItemID, by person.ID) ([]fact.Fact, error) {
	i, err := s.waitingFor(id, by)
	if err != nil || i.By != by {
		return nil, err
	}
	return []fact.Fact{Released{Item: id}}, nil
}

// waitingFor is an item in one of the rooms that the person looks after.
func (s *State) waitingFor(id ItemID, who person.ID) (Item, error) {
	i, ok := s.items[id]
	if !ok || !slices.Contains(s.rooms[i.Room].team, who) {
		return Item{}, ErrNoItem
	}
	return i, nil
}
