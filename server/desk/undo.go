package desk

import (
	"errors"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// ErrNoUndo: somebody has done something with it since, or there was nothing to undo.
var ErrNoUndo = errors.New("desk: nothing to undo")

// had is who had an item before the last thing was done with it, and who did that.
type had struct {
	by    person.ID
	until int64
	after person.ID // "" where it is not to be undone
}

// Undo is by taking back the last thing that they did with an item: taking it, giving it
// back, handing it to somebody. It is with whom it was with before, for as long as they had
// it then. Errors: ErrNoItem, ErrNoUndo.
func (s *State) Undo(id ItemID, by person.ID) ([]fact.Fact, error) {
	i, err := s.waitingFor(id, by)
	if err != nil {
		return nil, err
	}
	if i.had.after != by {
		return nil, ErrNoUndo
	}
	return []fact.Fact{Undone{Item: id}}, nil
}

// Undone: the record's author took back what they did with it last.
type Undone struct {
	Item ItemID `json:"item"`
}

// Kind implements fact.Fact.
func (Undone) Kind() string { return "undone" }

// Version implements fact.Fact.
func (Undone) Version() int { return 1 }

// Check says whether every field is well formed.
func (f Undone) Check() error { return demand(f.Item.Valid()) }

// pass gives an item to somebody, or to nobody; after may undo that.
func (s *State) pass(id ItemID, to person.ID, until int64, after person.ID) {
	if i, ok := s.items[id]; ok {
		i.had = had{i.By, i.Until, after}
		i.By, i.Until = to, until
		s.items[id] = i
	}
}

func (s *State) applyUndone(f Undone) {
	if i, ok := s.items[f.Item]; ok {
		i.By, i.Until, i.had = i.had.by, i.had.until, had{}
		s.items[f.Item] = i
	}
}
