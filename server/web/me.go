package web

import (
	"net/http"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// me is everything the client needs to begin.
type me struct {
	Now    int64 `json:"now"`
	Locked bool  `json:"locked"`
	Staff  bool  `json:"staff"`
	// Second is what the session lacks yet: then it is shown nothing else.
	Second      auth.Second      `json:"second,omitempty"`
	Preferences auth.Preferences `json:"preferences"`
	LocksAt     room.Time        `json:"locks_at,omitempty"`
	LockAfterMS int64            `json:"lock_after_ms,omitempty"`
	Programme   string           `json:"programme,omitempty"`
	Lead        bool             `json:"lead"`
	Demo        bool             `json:"demo"`
	Name        string           `json:"name,omitempty"`
	// RecoveryLeft is of who has a second step.
	RecoveryLeft *int            `json:"recovery_left,omitempty"`
	Rooms        []wire.RoomLine `json:"rooms,omitzero"`
	Notices      []notice        `json:"notices,omitzero"`
}

type notice struct {
	ID   person.NoticeID   `json:"id"`
	Kind person.NoticeKind `json:"kind"`
	At   int64             `json:"at"`
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r)
	if err == errSignedOut {
		return &problem{
			Status: errSignedOut.Status, Code: errSignedOut.Code, Text: errSignedOut.Text,
			extra: map[string]any{"demo": s.Demo},
		}
	}
	if err != nil && err != errLocked && err != errSecondStep {
		return err
	}
	session := who.session.Load()
	out := me{Now: ms(s.Clock()), Locked: err == errLocked, Staff: session.Staff, Demo: s.Demo}
	if out.Preferences, err = s.gate.Preferences(r.Context(), who.person); err != nil {
		return err
	}
	if err := s.secondOf(r, who, &out); err != nil {
		return err
	}
	if !out.Locked && out.Second == auth.SecondNone {
		out.LocksAt, out.LockAfterMS = who.LocksAt(), session.LockAfter().Milliseconds()
		err = s.fill(r, who, &out)
	}
	if err != nil {
		return err
	}
	return ok(w, out)
}

// fill adds what only an open session may see.
func (s *Server) fill(r *http.Request, who *visitor, out *me) error {
	ctx := r.Context()
	programme, err := s.people.Programme(ctx)
	if err != nil {
		return err
	}
	out.Programme, out.Lead = programme.Name, programme.IsLead(who.person)
	if out.Name, err = s.gate.Name(ctx, who.person); err != nil {
		return err
	}
	if out.Rooms, err = s.roomLines(ctx, who.person); err != nil {
		return err
	}
	state, err := s.gate.Person(ctx, who.person)
	if err != nil {
		return err
	}
	out.Notices = []notice{}
	for _, n := range state.Notices {
		out.Notices = append(out.Notices, notice{n.ID, n.Kind, n.At})
	}
	return nil
}

func (s *Server) preferences(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in auth.PreferencesChange
	if err := decodeOptional(w, r, &in); err != nil {
		return err
	}
	all, err := s.gate.ChangePreferences(r.Context(), who.person, in)
	if err != nil {
		return err
	}
	if shows, err := s.shows(r.Context(), who.person); err == nil {
		s.hub.Show(r.Context(), who.person, shows)
	}
	return ok(w, all)
}

func (s *Server) noticeSeen(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		ID person.NoticeID `json:"id"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := s.gate.NoticeSeen(r.Context(), who.person, in.ID); err != nil {
		return err
	}
	return done(w)
}
