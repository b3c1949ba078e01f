package web

import (
	"context"
	"net/http"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// deskItem is one thing that waits, without a word of what it is about.
type deskItem struct {
	Item  desk.ItemID   `json:"item"`
	Room  person.RoomID `json:"room"`
	Kind  string        `json:"kind"`
	About string        `json:"about,omitempty"` // what it is about, as the room names it
	Since int64         `json:"since"`
	Mine  bool          `json:"mine,omitempty"`  // the asker has taken it
	Taken bool          `json:"taken,omitempty"` // somebody else has
	Until int64         `json:"until,omitempty"` // for how long
	// A call that nobody read in time: when it went out by the pager, or that it could not.
	PagedAt int64 `json:"paged_at,omitempty"`
	Failing int   `json:"failing,omitempty"` // tries so far
}

func (s *Server) desk(w http.ResponseWriter, r *http.Request, who *visitor) error {
	items, err := s.itemsOf(r.Context(), who)
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"items": items})
}

func (s *Server) itemsOf(ctx context.Context, who *visitor) ([]deskItem, error) {
	waits, err := s.Desk.Of(ctx, who.person)
	if err != nil {
		return nil, err
	}
	items := []deskItem{}
	for _, i := range waits {
		item := deskItem{Item: i.ID, Room: i.Room, Kind: i.Kind, Since: i.Since, About: s.about(i.Item)}
		if by := i.Holder; by != "" {
			item.Mine, item.Taken, item.Until = by == who.person, by != who.person, i.Until
		}
		if item.PagedAt = i.Page.Sent; item.PagedAt == 0 && i.Page.Code != "" {
			item.Failing = i.Page.Tries
		}
		items = append(items, item)
	}
	return items, nil
}

// about is the message, or the note, that an item is about. Whose line or call it is takes
// the room to know.
func (s *Server) about(i desk.Item) string {
	switch room.WaitKind(i.Kind) {
	case room.WaitLine, room.WaitCall:
		return ""
	}
	return s.hub.Tokens.Message(i.Room, room.Seq(i.Ref))
}

// itemOf reads which item a request is about: one that waits for the asker.
func (s *Server) itemOf(w http.ResponseWriter, r *http.Request, who *visitor) (deskbook.Waiting, error) {
	var in struct {
		Item desk.ItemID `json:"item"`
	}
	if err := decode(w, r, &in); err != nil {
		return deskbook.Waiting{}, err
	}
	waits, err := s.Desk.Of(r.Context(), who.person)
	if err != nil {
		return deskbook.Waiting{}, err
	}
	for _, i := range waits {
		if i.ID == in.Item {
			return i, nil
		}
	}
	return deskbook.Waiting{}, errNoItem
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

// undo takes back what the asker did with an item last.
func (s *Server) undo(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Item desk.ItemID `json:"item"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.Desk.Undo(r.Context(), in.Item, who.person); err != nil {
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
