package web

import (
	"net/http"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/person"
)

// deskItem is one thing that waits, without a word of what it is about.
type deskItem struct {
	Item  desk.ItemID   `json:"item"`
	Room  person.RoomID `json:"room"`
	Kind  string        `json:"kind"`
	Since int64         `json:"since"`
	Mine  bool          `json:"mine,omitempty"`  // the asker has taken it
	Taken bool          `json:"taken,omitempty"` // somebody else has
	Until int64         `json:"until,omitempty"` // for how long
}

func (s *Server) desk(w http.ResponseWriter, r *http.Request, who *visitor) error {
	waits, err := s.Desk.Of(r.Context(), who.person)
	if err != nil {
		return err
	}
	now, items := ms(s.Clock()), []deskItem{}
	for _, i := range waits {
		item := deskItem{Item: i.ID, Room: i.Room, Kind: i.Kind, Since: i.Since}
		if by := i.ClaimedAt(now); by != "" {
			item.Mine, item.Taken, item.Until = by == who.person, by != who.person, i.Until
		}
		items = append(items, item)
	}
	return ok(w, map[string]any{"items": items})
}

func (s *Server) claim(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Item desk.ItemID `json:"item"`
		Take bool        `json:"take,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.Desk.Claim(r.Context(), in.Item, who.person, in.Take); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) release(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Item desk.ItemID `json:"item"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.Desk.Release(r.Context(), in.Item, who.person); err != nil {
		return err
	}
	return done(w)
}
