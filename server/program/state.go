// Package program is the programme as a whole: its name, its rooms, the people
// it knows and who leads it. It is pure. The truth is the stream "program";
// State is its fold.
//
// What a command in a room needs (membership, role) is not here but in the
// room's own stream. Words, which is the programme's name alone, stand only in
// bodies. Applying the same event twice changes nothing.
package program

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// Stream is the name of the programme's stream.
const Stream = "program"

// State is the programme as its stream tells. States are values: Apply leaves
// the one it is given as it was.
type State struct {
	Name string
	// Rooms, People and Leads are in the order in which they came.
	Rooms  []RoomID
	People []person.ID
	Leads  []person.ID
	// Open is the acts over several streams that are not finished, oldest first.
	Open []Intent
	// At is the time of the newest event, in ms since 1970 UTC.
	At int64
}

// IsLead says whether the person leads the programme.
func (s State) IsLead(p person.ID) bool { return slices.Contains(s.Leads, p) }

// HasRoom says whether the room is one of the programme's.
func (s State) HasRoom(r RoomID) bool { return slices.Contains(s.Rooms, r) }

// Knows says whether the person was enrolled.
func (s State) Knows(p person.ID) bool { return slices.Contains(s.People, p) }

// Apply is the state after e.
func (s State) Apply(e Event) State {
	s.At = max(s.At, e.At)
	switch f := e.Fact.(type) {
	case ProgramNamed:
		s.Name = f.Name
	case RoomOpened:
		s.Rooms = with(s.Rooms, f.Room)
	case PersonEnrolled:
		s.People = with(s.People, f.Person)
	case LeadAppointed:
		s.Leads = with(s.Leads, f.Person)
	case IntentBegun:
		s.Open = s.begun(e, f)
	case IntentDone:
		s.Open = s.done(f.ID)
	case LeadRemoved:
		s.Leads = slices.DeleteFunc(slices.Clone(s.Leads), func(p person.ID) bool { return p == f.Person })
	}
	return s
}

func with[T comparable](all []T, one T) []T {
	if slices.Contains(all, one) {
		return all
	}
	return append(slices.Clone(all), one)
}
