package web

import (
	"errors"
	"net/http"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// endCare ends somebody's time in the programme: out of every room, and the account.
func (s *Server) endCare(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID `json:"room"`
		Member string  `json:"member"`
		Erase  bool    `json:"erase"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	target, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	kept, err := s.people.EndCare(r.Context(), who.person, target, in.Erase)
	if err != nil {
		return err
	}
	return ok(w, map[string]bool{"kept": kept})
}

// moveMember takes somebody from one room into another.
func (s *Server) moveMember(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID `json:"room"`
		Member string  `json:"member"`
		To     room.ID `json:"to"`
		Alias  string  `json:"alias"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	target, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	alias, err := auth.CheckAlias(in.Alias, false)
	if err != nil {
		return err
	}
	if err := s.people.Move(r.Context(), who.person, target, in.Room, in.To, alias); err != nil {
		return err
	}
	s.tellNewRoom(r, target)
	return done(w)
}

// setRole makes somebody a moderator of a room, or a participant again.
func (s *Server) setRole(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID `json:"room"`
		Member string  `json:"member"`
		Role   string  `json:"role"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	role, known := room.ParseRole(in.Role)
	if !known || role != room.Participant && role != room.Moderator {
		return &problem{Status: 400, Code: "bad_value", Text: "The role is participant or moderator.", Field: "role"}
	}
	target, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	if err := s.people.SetRole(r.Context(), who.person, target, in.Room, role); err != nil {
		return err
	}
	s.tellNewRoom(r, target)
	return done(w)
}

// memberOf is whom a room's name for a member stands for, if they are one now.
func (s *Server) memberOf(r *http.Request, in room.ID, member string) (person.ID, error) {
	target, ok := s.hub.Tokens.ParseMember(in, member)
	if !ok {
		return "", room.ErrNoSuchMember
	}
	if _, err := s.hub.Membership(r.Context(), in, target); errors.Is(err, room.ErrNoSuchRoom) {
		return "", room.ErrNoSuchMember
	} else if err != nil {
		return "", err
	}
	return target, nil
}
