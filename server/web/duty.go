package web

import (
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
	if err := put(r.Context(), who.person); err != nil {
		return err
	}
	if err := s.TellDuty(r.Context(), who.person); err != nil {
		return err
	}
	return done(w)
}

// serves says whether somebody is on duty.
func (s *Server) serves(r *http.Request, who person.ID) (bool, error) {
	e, _, err := s.Duty.Has(r.Context(), who)
	return e.Serves(s.Clock()), err
}

// Answering is those of the team whose page answers through this node, with when they
// last touched it: their console need not be what it shows.
func (s *Server) Answering() map[person.ID]time.Time {
	now := room.Time(s.Clock().UnixMilli())
	answering := make(map[person.ID]time.Time)
	for _, c := range s.hub.Conns("") {
		who, ok := c.Session.(*visitor)
		if !ok || !who.Staff() || who.LocksAt() <= now || now-c.Heard() > room.Time(duty.AnswersWithin.Milliseconds()) {
			continue
		}
		if touched := who.session.Load().Input; touched.After(answering[who.person]) {
			answering[who.person] = touched
		}
	}
	return answering
}
