package web

import (
	"net/http"

	"github.com/kith-chat/kith/server/room"
)

// otherRooms lists what somebody of the team could look into.
func (s *Server) otherRooms(w http.ResponseWriter, r *http.Request, who *visitor) error {
	rooms, err := s.people.OtherRooms(r.Context(), who.person)
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"rooms": rooms})
}

// visit opens a room that one is no member of: for a reason, with words, for an hour.
func (s *Server) visit(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID     `json:"room"`
		Reason room.Reason `json:"reason"`
		Text   string      `json:"text"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	until, err := s.people.Visit(r.Context(), who.person, in.Room, in.Reason, in.Text)
	if err != nil {
		return err
	}
	return ok(w, map[string]room.Time{"until": until})
}

// endVisit ends it early.
func (s *Server) endVisit(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room room.ID `json:"room"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.people.EndVisit(r.Context(), who.person, in.Room); err != nil {
		return err
	}
	return done(w)
}

// staff wraps what only the team may do: leads, and moderators of any room.
func (s *Server) staff(h visiting) visiting {
	return func(w http.ResponseWriter, r *http.Request, who *visitor) error {
		staff, _, err := s.people.Staff(r.Context(), who.person)
		if err != nil {
			return err
		}
		if !staff {
			return errNotAllowed
		}
		return h(w, r, who)
	}
}
