package web

import (
	"errors"
	"net/http"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Asking for a person goes over plain requests, not over the socket: it has to work when
// that is dead.

// help is how things stand for who may need a person: in each of their rooms who is there,
// or when somebody will be, and whether a call of theirs was read.
func (s *Server) help(w http.ResponseWriter, r *http.Request, who *visitor) error {
	rooms, err := s.helpOf(r, who.person)
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"now": ms(s.Clock()), "rooms": rooms, "pages_after_ms": s.PagesAfter.Milliseconds()})
}

// roomHelp is that of one room.
type roomHelp struct {
	hub.Help
	// What became of sending a call out that nobody has read.
	PagedAt     int64 `json:"paged_at,omitempty"`
	PagingFails bool  `json:"paging_fails,omitempty"`
}

func (s *Server) helpOf(r *http.Request, who person.ID) ([]roomHelp, error) {
	state, err := s.gate.Person(r.Context(), who)
	if err != nil {
		return nil, err
	}
	rooms := []roomHelp{}
	for _, in := range state.Rooms {
		one, err := s.hub.Help(r.Context(), in, who)
		switch {
		case errors.Is(err, room.ErrNoSuchRoom), errors.Is(err, room.ErrNotAllowed), hub.Unreadable(err):
		case err != nil:
			return nil, err
		default:
			rooms = append(rooms, s.paged(r, one))
		}
	}
	return rooms, nil
}

// paged adds what became of sending a call out. That this cannot be told must not keep
// anybody from asking for a person.
func (s *Server) paged(r *http.Request, one hub.Help) roomHelp {
	out := roomHelp{Help: one}
	if one.Call == nil || one.Call.AnsweredAt != 0 || s.PagesAfter == 0 {
		return out
	}
	page, err := s.Desk.PageOf(r.Context(), one.Room, one.Ref)
	if err != nil {
		s.logger.Error("what became of a call cannot be told", "reason", err)
	}
	out.PagedAt, out.PagingFails = page.Sent, page.Sent == 0 && page.Code != ""
	return out
}

// call asks for a moderator now: in the room that is named, or where somebody is on duty.
// The id is the client's, so that sending it again asks once. Who has called already is
// told how that stands.
func (s *Server) call(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		ID   string  `json:"id"`
		Room room.ID `json:"room,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	id, valid := room.ParseCommandID(in.ID)
	if !valid {
		return &problem{Status: http.StatusBadRequest, Code: "bad_id", Text: "The id is no UUIDv7 in lower case. Make one.", Field: "id"}
	}
	if err := s.calls.allow(who.person, s.Clock()); err != nil {
		return err
	}
	rooms, err := s.helpOf(r, who.person)
	if err != nil {
		return err
	}
	to, found := roomToCall(rooms, in.Room)
	if !found {
		return room.ErrNoSuchRoom
	}
	_, err = s.hub.Do(r.Context(), to, who.person, id, room.CallForHelp{})
	if err != nil && !errors.Is(err, room.ErrAlreadyCalled) {
		return err
	}
	return s.help(w, r, who)
}

// roomToCall is the room that was named, else one where somebody is on duty, else the
// first.
func roomToCall(rooms []roomHelp, named room.ID) (room.ID, bool) {
	var best *roomHelp
	for _, one := range rooms {
		if one.Room == named {
			return named, true
		}
		if best == nil || len(best.OnDuty) == 0 && len(one.OnDuty) > 0 {
			best = &one
		}
	}
	if named != "" || best == nil {
		return "", false
	}
	return best.Room, true
}

// endCall takes one's own call back.
func (s *Server) endCall(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room room.ID `json:"room"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.calls.allow(who.person, s.Clock()); err != nil {
		return err
	}
	_, err := s.hub.Do(r.Context(), in.Room, who.person, s.hub.NewID(), room.EndCall{})
	if err != nil && !errors.Is(err, room.ErrNoCall) {
		return err
	}
	return s.help(w, r, who)
}

// answerCall says to who called that somebody has read it: from the queue, without the
// room.
func (s *Server) answerCall(w http.ResponseWriter, r *http.Request, who *visitor) error {
	item, err := s.itemOf(w, r, who)
	if err != nil {
		return err
	}
	if item.Kind != string(room.WaitCall) {
		return errNoItem
	}
	caller, err := s.hub.MemberAt(r.Context(), item.Room, int(item.Ref)-1)
	if err != nil {
		return err
	}
	_, err = s.hub.Do(r.Context(), item.Room, who.person, s.hub.NewID(), room.AnswerCall{Person: caller})
	if err != nil && !errors.Is(err, room.ErrCallAnswered) {
		return err
	}
	return ok(w, map[string]any{"room": item.Room, "member": s.hub.Tokens.Member(item.Room, caller)})
}
