package web

import (
	"context"
	"net/http"
	"time"

	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// duty puts the asker on duty in every room that they look after, or takes them off. It is
// answered once the rooms know.
func (s *Server) duty(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		On bool `json:"on"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	put := s.Duty.End
	if in.On {
		put = s.Duty.Begin
	}
	if err := s.setDuty(r, who.person, put); err != nil {
		return err
	}
	return done(w)
}

// setDuty writes it on the list, then has the rooms know.
func (s *Server) setDuty(r *http.Request, who person.ID, put func(context.Context, person.ID) error) error {
	if err := put(r.Context(), who); err != nil {
		return err
	}
	return s.TellDuty(r.Context(), who)
}

// tellNewRoom has a room that somebody may look after from now on know whether they are on
// duty. Where that fails, the others are told, and this one within some minutes.
func (s *Server) tellNewRoom(r *http.Request, who person.ID) {
	if err := s.TellDuty(r.Context(), who); err != nil {
		s.logger.Error("a room could not be told who is on duty; it is tried again", "reason", err)
	}
}

// leaveDuty says that a page of the team's has locked or gone. Where that cannot be noted,
// its silence says it a little later.
func (s *Server) leaveDuty(ctx context.Context, who *visitor) {
	if !who.Staff() {
		return
	}
	if err := s.Duty.Leave(ctx, who.person); err != nil {
		s.logger.Warn("that a page on duty has gone was not noted", "reason", err)
	}
}

// serves says whether somebody is on duty.
func (s *Server) serves(r *http.Request, who person.ID) (bool, error) {
	e, _, err := s.Duty.Has(r.Context(), who)
	return e.Serves(s.Clock()), err
}

// Page is somebody's open page: when it was heard last, and when they last touched it.
type Page struct{ Heard, Touched time.Time }

// Answering is those of the team whose page answers through this node: their console need
// not be what it shows.
func (s *Server) Answering() map[person.ID]Page {
	now := room.Time(s.Clock().UnixMilli())
	answering := make(map[person.ID]Page)
	for _, c := range s.hub.Conns("") {
		who, ok := c.Session.(*visitor)
		if !ok || !who.Staff() || who.LocksAt() <= now || now-c.Heard() > room.Time(duty.AnswersWithin.Milliseconds()) {
			continue
		}
		page := answering[who.person]
		if heard := time.UnixMilli(int64(c.Heard())); heard.After(page.Heard) {
			page.Heard = heard
		}
		if touched := who.session.Load().Input; touched.After(page.Touched) {
			page.Touched = touched
		}
		answering[who.person] = page
	}
	return answering
}
