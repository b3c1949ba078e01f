package web

import (
	"net/http"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/room"
)

func (s *Server) openRoom(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Name  string `json:"name"`
		Topic string `json:"topic,omitempty"`
		Rules string `json:"rules,omitempty"`
		Alias string `json:"alias"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := room.CheckTexts(in.Name, in.Topic, in.Rules); err != nil {
		return err
	}
	alias, err := auth.CheckAlias(in.Alias, true)
	if err != nil {
		return err
	}
	id, err := s.people.OpenRoom(r.Context(), who.person, people.NewRoom{
		Name: in.Name, Topic: in.Topic, Rules: in.Rules, Alias: alias,
	})
	if err != nil {
		return err
	}
	s.tellNewRoom(r, who.person)
	return ok(w, map[string]room.ID{"room": id})
}

// invite makes a link into a room: its moderators for participants, the lead for
// moderators too.
func (s *Server) invite(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room room.ID   `json:"room"`
		Role auth.Role `json:"role"`
		Days int       `json:"days"`
		// From and Until are when the membership begins and ends, ms since 1970 UTC.
		From  int64 `json:"from,omitempty"`
		Until int64 `json:"until,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	m, err := s.hub.Membership(r.Context(), in.Room, who.person)
	if err != nil {
		return err
	}
	if !m.Role.Staff() || in.Role != auth.Participant && m.Role != room.Lead {
		return errNotAllowed
	}
	if in.Days < 1 {
		return &problem{Status: 400, Code: "bad_value", Text: "A link lasts 1 to 30 days.", Field: "days"}
	}
	link, err := s.gate.IssueInvite(r.Context(), auth.Invitation{
		Room: in.Room, Role: in.Role, By: who.person.Actor(), Days: in.Days, From: moment(in.From), Until: moment(in.Until),
	})
	if err != nil {
		return err
	}
	return s.answerLink(w, r, link)
}

// issueReset makes a link for a new passphrase. It is as good as the account, so
// a moderator gets one for participants of their room alone, and nobody for a lead.
func (s *Server) issueReset(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Room   room.ID `json:"room"`
		Member string  `json:"member"`
		Second bool    `json:"second,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	by, err := s.hub.Membership(r.Context(), in.Room, who.person)
	if err != nil {
		return err
	}
	if !by.Role.Staff() || in.Second && by.Role != room.Lead {
		return errNotAllowed
	}
	target, err := s.memberOf(r, in.Room, in.Member)
	if err != nil {
		return err
	}
	standing, err := s.people.Standing(r.Context(), target)
	if err != nil {
		return err
	}
	if standing.Lead || standing.Staff && by.Role != room.Lead {
		return errNotAllowed
	}
	issue := s.gate.IssueReset
	if in.Second {
		issue = s.gate.IssueRescue
	}
	link, err := issue(r.Context(), target, who.person.Actor())
	if err != nil {
		return err
	}
	return s.answerLink(w, r, link)
}

// moment is a time as clients send it; 0 is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (s *Server) answerLink(w http.ResponseWriter, r *http.Request, link auth.Issued) error {
	return ok(w, map[string]any{
		"link": Link(s.originOf(r), link.Secret), "expires_at": ms(link.Expires),
	})
}

// Link is the address that brings somebody in. The secret is in the fragment,
// which no browser sends.
func Link(origin, secret string) string { return origin + "/#link=" + secret }

func (s *Server) originOf(r *http.Request) string {
	if s.Origin != "" {
		return s.Origin
	}
	if s.secure {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
