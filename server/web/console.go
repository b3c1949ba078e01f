package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/room"
)

// consoleRoom is a room from far away.
type consoleRoom struct {
	Room room.ID `json:"room"`
	hub.Glance
	// Unreadable: what is stored of it cannot be read. The others still can.
	Unreadable bool `json:"unreadable,omitempty"`
}

// consoleShift is a shift that is to be handed over, as one of the two sees it.
type consoleShift struct {
	Shift desk.ShiftID  `json:"shift"`
	Room  room.ID       `json:"room"`
	With  string        `json:"with"` // how the other is called in that room
	Mine  bool          `json:"mine,omitempty"`
	At    int64         `json:"at"`
	Items []desk.ItemID `json:"items"`
}

// console is all of the asker's rooms at a glance, and what waits in them. It wakes no
// room, unless a shift is being handed over: then the one that tells how the other is
// called.
func (s *Server) console(w http.ResponseWriter, r *http.Request, who *visitor) error {
	ctx := r.Context()
	serves, err := s.serves(r, who.person)
	if err != nil {
		return err
	}
	mine, err := s.Desk.RoomsOf(ctx, who.person)
	if err != nil {
		return err
	}
	rooms := []consoleRoom{}
	for _, in := range mine {
		g, err := s.hub.Glance(ctx, in)
		if err != nil && !hub.Unreadable(err) {
			return err
		}
		rooms = append(rooms, consoleRoom{Room: in, Glance: g, Unreadable: err != nil})
	}
	items, err := s.itemsOf(ctx, who)
	if err != nil {
		return err
	}
	shifts, err := s.shiftsOf(r, who)
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"now": ms(s.Clock()), "duty": serves, "rooms": rooms, "items": items, "shifts": shifts})
}

func (s *Server) shiftsOf(r *http.Request, who *visitor) ([]consoleShift, error) {
	offers, err := s.Desk.Shifts(r.Context(), who.person)
	if err != nil {
		return nil, err
	}
	list := []consoleShift{}
	for _, o := range offers {
		other := o.From
		if o.From == who.person {
			other = o.To
		}
		m, err := s.hub.Membership(r.Context(), o.Room, other)
		if hub.Unreadable(err) || errors.Is(err, room.ErrNoSuchRoom) { // the desk hears of that in a moment
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, consoleShift{Shift: o.ID, Room: o.Room, With: m.Alias.Text, Mine: o.From == who.person, At: o.At, Items: o.Items})
	}
	return list, nil
}

// colleague is somebody who looks after some of the asker's rooms, too.
type colleague struct {
	OnDuty bool   `json:"on_duty,omitempty"`
	Rooms  []seat `json:"rooms"`
}

// seat is what somebody is in one room.
type seat struct {
	Room   room.ID `json:"room"`
	Member string  `json:"member"`
	Alias  string  `json:"alias"`
}

// colleagues is whom one can hand something over to, each once, those on duty first.
func (s *Server) colleagues(w http.ResponseWriter, r *http.Request, who *visitor) error {
	mine, err := s.Desk.RoomsOf(r.Context(), who.person)
	if err != nil {
		return err
	}
	list := []*colleague{}
	known := make(map[person.ID]*colleague)
	for _, in := range mine {
		team, err := s.hub.Team(r.Context(), in)
		if err != nil && !hub.Unreadable(err) {
			return err
		}
		for _, m := range team {
			if m.Person == who.person {
				continue
			}
			c := known[m.Person]
			if c == nil {
				c = &colleague{}
				known[m.Person], list = c, append(list, c)
			}
			c.OnDuty = c.OnDuty || m.OnDuty
			c.Rooms = append(c.Rooms, seat{in, s.hub.Tokens.Member(in, m.Person), m.Alias.Text})
		}
	}
	slices.SortStableFunc(list, func(a, b *colleague) int { return cmp.Compare(dutyRank(a), dutyRank(b)) })
	return ok(w, map[string]any{"colleagues": list})
}

func dutyRank(c *colleague) int {
	if c.OnDuty {
		return 0
	}
	return 1
}

// handOver gives one item to a colleague.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Item   desk.ItemID `json:"item"`
		Room   room.ID     `json:"room"`
		Member string      `json:"member"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	to, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	if err := s.Desk.HandOver(r.Context(), in.Item, who.person, to); err != nil {
		return err
	}
	return done(w)
}

// offerShift asks a colleague to take over; what is open goes with it.
func (s *Server) offerShift(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID `json:"room"`
		Member string  `json:"member"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	to, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	var random [fact.IDBytes]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	id := desk.ShiftID(fact.FormID("h_", random))
	if err := s.Desk.OfferShift(r.Context(), id, who.person, to, in.Room); err != nil {
		return err
	}
	return ok(w, map[string]any{"shift": id})
}

// takeShift is the other's yes: they are on duty from now on. Who handed over is not any
// more, unless they look after a room that the other does not.
func (s *Server) takeShift(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Shift desk.ShiftID `json:"shift"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.offeredTo(r, in.Shift, who.person); err != nil {
		return err
	}
	// First the one who comes: the rooms are never without anybody in between, and if this
	// node dies on the way, the shift is still there to be taken.
	if err := s.setDuty(r, who.person, s.Duty.Begin); err != nil {
		return err
	}
	from, err := s.Desk.TakeShift(r.Context(), in.Shift, who.person)
	if err != nil {
		return err
	}
	return ok(w, map[string]bool{"ended": s.endShift(r, who.person, from)})
}

// endShift takes who handed over off duty, if who took over looks after all their rooms;
// false: they are on duty still. The shift is taken already: what fails here is noted, and
// ends when their page falls silent.
func (s *Server) endShift(r *http.Request, who, from person.ID) bool {
	on, err := s.serves(r, from)
	if err == nil && !on {
		return true
	}
	all, failed := s.Desk.Covers(r.Context(), who, from)
	if err = errors.Join(err, failed); err == nil && all {
		err = s.setDuty(r, from, s.Duty.End)
	}
	if err != nil {
		s.logger.Error("who handed over a shift could not be taken off duty", "reason", err)
	}
	return err == nil && all
}

// offeredTo refuses a shift that is not offered to somebody.
func (s *Server) offeredTo(r *http.Request, id desk.ShiftID, who person.ID) error {
	offers, err := s.Desk.Shifts(r.Context(), who)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(offers, func(o desk.Offer) bool { return o.ID == id && o.To == who }) {
		return desk.ErrNoShift
	}
	return nil
}

// withdrawShift ends an offer, by either of the two.
func (s *Server) withdrawShift(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Shift desk.ShiftID `json:"shift"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.Desk.WithdrawShift(r.Context(), in.Shift, who.person); err != nil {
		return err
	}
	return done(w)
}
