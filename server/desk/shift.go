package desk

import (
	"errors"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// OfferLasts is how long the offer of a shift can be taken, in ms.
const OfferLasts = 2 * 60 * 60 * 1000

// maxHanded bounds the items that one hand-over names.
const maxHanded = 200

// Refusals.
var (
	// ErrNoColleague: they do not look after that room, or it is the asker.
	ErrNoColleague = errors.New("desk: no such colleague")
	// ErrNoShift: it is not offered, not to them, or not any more.
	ErrNoShift = errors.New("desk: no such shift")
)

// ShiftID names a hand-over: "h_" and 22 characters, made at random by who asks.
type ShiftID string

// Valid says whether id has the form of one.
func (id ShiftID) Valid() bool { return fact.WellFormedID("h_", string(id)) }

// Offer is a shift that somebody wants to hand over: the note is what was open then. It
// stands for as long as both look after the room.
type Offer struct {
	ID    ShiftID
	From  person.ID
	To    person.ID
	Room  person.RoomID // in which both know each other
	Items []ItemID      // everything open in the rooms of both, the most urgent first
	At    int64
}

// HandOver is by giving an item to a colleague, who has it as if they had taken it. What
// somebody else has is theirs to give. Errors: ErrNoItem, ErrTaken, ErrNoColleague.
func (s *State) HandOver(id ItemID, by, to person.ID, now int64) ([]fact.Fact, error) {
	i, err := s.waitingFor(id, by)
	if err != nil {
		return nil, err
	}
	if has := s.Holder(i, now); has != "" && has != by {
		return nil, ErrTaken
	}
	if to == by || !s.looksAfter(to, i.Room) {
		return nil, ErrNoColleague
	}
	return []fact.Fact{HandedOver{Item: id, To: to, Until: now + ClaimLasts}}, nil
}

// OfferShift is by asking a colleague of a room to take over. It takes the place of an
// offer of theirs that was not taken. Error: ErrNoColleague.
func (s *State) OfferShift(id ShiftID, by, to person.ID, in person.RoomID) ([]fact.Fact, error) {
	if to == by || !s.looksAfter(by, in) || !s.looksAfter(to, in) {
		return nil, ErrNoColleague
	}
	var items []ItemID
	for _, i := range s.Of(by) {
		if s.looksAfter(to, i.Room) && len(items) < maxHanded {
			items = append(items, i.ID)
		}
	}
	return []fact.Fact{ShiftOffered{Shift: id, To: to, Room: in, Items: items}}, nil
}

// TakeShift is by, to whom it is offered, taking it: what the other has of it is theirs
// from here on. Error: ErrNoShift.
func (s *State) TakeShift(id ShiftID, by person.ID, now int64) ([]fact.Fact, error) {
	o, ok := s.offer(id, now)
	if !ok || o.To != by {
		return nil, ErrNoShift
	}
	facts := []fact.Fact{ShiftTaken{Shift: id}}
	for _, item := range o.Items {
		i, waits := s.items[item]
		if waits && s.Holder(i, now) == o.From && s.looksAfter(by, i.Room) {
			facts = append(facts, HandedOver{Item: item, To: by, Until: now + ClaimLasts})
		}
	}
	return facts, nil
}

// WithdrawShift ends an offer, by either of the two. Error: ErrNoShift.
func (s *State) WithdrawShift(id ShiftID, by person.ID, now int64) ([]fact.Fact, error) {
	o, ok := s.offer(id, now)
	if !ok || o.To != by && o.From != by {
		return nil, ErrNoShift
	}
	return []fact.Fact{ShiftWithdrawn{Shift: id}}, nil
}

// Shift is an offer that can be taken now.
func (s *State) Shift(id ShiftID, now int64) (Offer, bool) { return s.offer(id, now) }

// Shifts is the offers that concern somebody, now: their own, and those made to them.
func (s *State) Shifts(who person.ID, now int64) (list []Offer) {
	for _, o := range s.offers {
		if (o.From == who || o.To == who) && s.stands(o, now) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b Offer) int { return int(a.At - b.At) })
	return list
}

func (s *State) stands(o Offer, now int64) bool {
	return now < o.At+OfferLasts && s.looksAfter(o.From, o.Room) && s.looksAfter(o.To, o.Room)
}

// Covers says whether who looks after every room that another does.
func (s *State) Covers(who, other person.ID) bool {
	for _, in := range s.RoomsOf(other) {
		if !s.looksAfter(who, in) {
			return false
		}
	}
	return true
}

// RoomsOf is the rooms that somebody looks after, in a fixed order.
func (s *State) RoomsOf(who person.ID) (rooms []person.RoomID) {
	for in := range s.rooms {
		if s.looksAfter(who, in) {
			rooms = append(rooms, in)
		}
	}
	slices.Sort(rooms)
	return rooms
}

// Team is who looks after a room.
func (s *State) Team(in person.RoomID) []person.ID { return slices.Clone(s.rooms[in].team) }

func (s *State) looksAfter(who person.ID, in person.RoomID) bool {
	return slices.Contains(s.rooms[in].team, who)
}

func (s *State) offer(id ShiftID, now int64) (Offer, bool) {
	for _, o := range s.offers {
		if o.ID == id {
			return o, s.stands(o, now)
		}
	}
	return Offer{}, false
}

// HandedOver: To has the item from here on, until Until (ms since 1970 UTC).
type HandedOver struct {
	Item  ItemID    `json:"item"`
	To    person.ID `json:"to"`
	Until int64     `json:"until"`
}

// ShiftOffered: the record's author asks To to take over; these were open then.
type ShiftOffered struct {
	Shift ShiftID       `json:"shift"`
	To    person.ID     `json:"to"`
	Room  person.RoomID `json:"room"`
	Items []ItemID      `json:"items,omitempty"`
}

// ShiftTaken: the record's author has taken over.
type ShiftTaken struct {
	Shift ShiftID `json:"shift"`
}

// ShiftWithdrawn: nobody takes it over.
type ShiftWithdrawn struct {
	Shift ShiftID `json:"shift"`
}

func (HandedOver) Kind() string     { return "handed_over" }
func (ShiftOffered) Kind() string   { return "shift_offered" }
func (ShiftTaken) Kind() string     { return "shift_taken" }
func (ShiftWithdrawn) Kind() string { return "shift_withdrawn" }

func (HandedOver) Version() int     { return 1 }
func (ShiftOffered) Version() int   { return 1 }
func (ShiftTaken) Version() int     { return 1 }
func (ShiftWithdrawn) Version() int { return 1 }

// Check says whether every field is well formed.
func (f HandedOver) Check() error { return demand(f.Item.Valid() && f.To.Valid() && f.Until > 0) }

// Check says whether every field is well formed.
func (f ShiftOffered) Check() error {
	for _, id := range f.Items {
		if !id.Valid() {
			return errField
		}
	}
	return demand(f.Shift.Valid() && f.To.Valid() && f.Room.Valid() && len(f.Items) <= maxHanded)
}

// Check says whether every field is well formed.
func (f ShiftTaken) Check() error { return demand(f.Shift.Valid()) }

// Check says whether every field is well formed.
func (f ShiftWithdrawn) Check() error { return demand(f.Shift.Valid()) }

func (s *State) applyShift(h fact.Header, f fact.Fact) {
	switch f := f.(type) {
	case HandedOver:
		after := person.ID(h.By)
		if after == f.To { // with a shift: that was asked for, and is not to be undone
			after = ""
		}
		s.pass(f.Item, f.To, f.Until, after)
	case ShiftOffered:
		from := person.ID(h.By)
		s.offers[from] = Offer{ID: f.Shift, From: from, To: f.To, Room: f.Room, Items: f.Items, At: h.At}
	case ShiftTaken:
		s.endOffer(f.Shift)
	case ShiftWithdrawn:
		s.endOffer(f.Shift)
	}
}

func (s *State) endOffer(id ShiftID) {
	for from, o := range s.offers {
		if o.ID == id {
			delete(s.offers, from)
		}
	}
}
