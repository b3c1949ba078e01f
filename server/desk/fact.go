package desk

import (
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Waiting: something waits in a room, as of the record Seq of its log.
type Waiting struct {
	Room  person.RoomID `json:"room"`
	Wait  string        `json:"wait"` // what it is
	Ref   uint64        `json:"ref"`
	Since int64         `json:"since"`
	Seq   uint64        `json:"seq"`
}

// Over: it does not wait any more. What was done about it stands in the room's log.
type Over struct {
	Room person.RoomID `json:"room"`
	Item ItemID        `json:"item"`
	Seq  uint64        `json:"seq"`
}

// TeamSeen: these look after the room, as of the record Seq of its log.
type TeamSeen struct {
	Room person.RoomID `json:"room"`
	Team []person.ID   `json:"team"`
	Seq  uint64        `json:"seq"`
}

// Claimed: the record's author has taken an item until Until, ms since 1970 UTC.
type Claimed struct {
	Item  ItemID `json:"item"`
	Until int64  `json:"until"`
}

// Released: they gave it back.
type Released struct {
	Item ItemID `json:"item"`
}

var kinds = fact.Kinds{
	"waiting": fact.Of[Waiting](), "over": fact.Of[Over](), "team_seen": fact.Of[TeamSeen](),
	"claimed": fact.Of[Claimed](), "released": fact.Of[Released](), "undone": fact.Of[Undone](),
	"handed_over": fact.Of[HandedOver](), "shift_offered": fact.Of[ShiftOffered](), "shift_taken": fact.Of[ShiftTaken](), "shift_withdrawn": fact.Of[ShiftWithdrawn](),
	"paged": fact.Of[Paged](), "page_ended": fact.Of[PageEnded](),
}

func (Waiting) Kind() string  { return "waiting" }
func (Over) Kind() string     { return "over" }
func (TeamSeen) Kind() string { return "team_seen" }
func (Claimed) Kind() string  { return "claimed" }
func (Released) Kind() string { return "released" }

func (Waiting) Version() int  { return 1 }
func (Over) Version() int     { return 1 }
func (TeamSeen) Version() int { return 1 }
func (Claimed) Version() int  { return 1 }
func (Released) Version() int { return 1 }

var errField = errors.New("desk: a field is not well formed")

func demand(ok bool) error {
	if !ok {
		return errField
	}
	return nil
}

// Check says whether every field is well formed.
func (f Waiting) Check() error {
	return demand(f.Room.Valid() && code(f.Wait) && f.Ref > 0 && f.Since > 0 && f.Seq > 0)
}

// Check says whether every field is well formed.
func (f Over) Check() error { return demand(f.Room.Valid() && f.Item.Valid() && f.Seq > 0) }

// Check says whether every field is well formed.
func (f TeamSeen) Check() error {
	for _, p := range f.Team {
		if !p.Valid() {
			return errField
		}
	}
	return demand(f.Room.Valid() && f.Seq > 0)
}

// Check says whether every field is well formed.
func (f Claimed) Check() error { return demand(f.Item.Valid() && f.Until > 0) }

// Check says whether every field is well formed.
func (f Released) Check() error { return demand(f.Item.Valid()) }

// code: 1 to 16 of a-z.
func code(s string) bool {
	for _, c := range []byte(s) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 16
}

// Decode reads a record of the stream. Errors: fact.ErrUnknown, fact.ErrMalformed.
func Decode(r eventlog.Record) (fact.Header, fact.Fact, error) { return kinds.Decode(r) }

// Apply folds one record in.
func (s *State) Apply(h fact.Header, f fact.Fact) {
	s.At = h.At
	switch f := f.(type) {
	case Waiting:
		w := Wait{Kind: f.Wait, Ref: f.Ref, Since: f.Since}
		id := w.ID(f.Room)
		s.items[id] = Item{ID: id, Room: f.Room, Kind: f.Wait, Ref: f.Ref, Since: f.Since}
		s.saw(f.Room, f.Seq)
	case Over:
		delete(s.items, f.Item)
		s.saw(f.Room, f.Seq)
	case TeamSeen:
		s.saw(f.Room, f.Seq)
		at := s.rooms[f.Room]
		at.team = f.Team
		s.rooms[f.Room] = at
	case Claimed:
		s.pass(f.Item, person.ID(h.By), f.Until, person.ID(h.By))
	case Released:
		s.pass(f.Item, "", 0, person.ID(h.By))
	case Undone:
		s.applyUndone(f)
	default:
		s.applyShift(h, f)
		s.applyPage(h, f)
	}
}

func (s *State) saw(in person.RoomID, seq uint64) {
	at := s.rooms[in]
	at.seq = max(at.seq, seq)
	s.rooms[in] = at
}
