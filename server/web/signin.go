package web

import (
	"net/http"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/wire"
)

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Name       string `json:"name"`
		Passphrase string `json:"passphrase"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	entry, err := s.gate.SignIn(r.Context(), auth.Credentials{
		Name: in.Name, Passphrase: in.Passphrase, Known: s.cookieOf(r, knownCookie),
		Device: deviceOf(r), From: s.origins.network(r),
	})
	if err != nil {
		return err
	}
	s.admit(w, entry)
	return done(w)
}

// signOut always answers well: whoever leaves in a hurry needs no error.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	s.endHere(w, r)
	return done(w)
}

// leave is the page behind "leave this page": it ends the session, asks the browser
// to forget, and goes on to a neutral place. It needs no script.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) error {
	s.endHere(w, r)
	to := s.LeaveTo
	if to == "" {
		to = "about:blank"
	}
	w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	w.Header().Set("Refresh", "0; url="+to)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<!doctype html><html lang=\"en\"><title>-</title>")) // the reader may have gone
	return nil
}

func (s *Server) endHere(w http.ResponseWriter, r *http.Request) {
	who, err := s.authenticate(r)
	if err != nil && explain(err).Status >= 500 {
		s.logger.Error("a session could not be ended; its cookie is gone and it ends by itself", "reason", err)
	}
	if who != nil {
		id := person.SessionID(who.ID())
		if err := s.gate.End(r.Context(), who.person, id, person.SignedOut); err != nil {
			s.logger.Error("a session could not be ended; its cookie is gone and it ends by itself", "reason", err)
		}
		s.cut(who.person, who.ID())
		s.leaveDuty(r.Context(), who)
	}
	http.SetCookie(w, s.cookie(sessionCookie, "", 0))
}

// cut resets the sockets of one session here and now; other nodes hear of it from
// the person's stream.
func (s *Server) cut(who person.ID, session string) {
	for _, c := range s.hub.Conns(who) {
		if c.Session.ID() == session {
			c.Reset("session ended")
		}
	}
}

func (s *Server) lock(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r)
	if who == nil {
		return err
	}
	if err := s.gate.Lock(r.Context(), *who.session.Load()); err != nil {
		return err
	}
	for _, c := range s.hub.Conns(who.person) {
		if c.Session.ID() == who.ID() {
			c.Close(wire.CloseLocked)
		}
	}
	s.leaveDuty(r.Context(), who)
	return done(w)
}

func (s *Server) unlock(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Passphrase string `json:"passphrase"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	who, err := s.authenticate(r)
	if who == nil {
		return err
	}
	if _, err := s.gate.Unlock(r.Context(), *who.session.Load(), in.Passphrase); err != nil {
		return err
	}
	return done(w)
}

func (s *Server) active(w http.ResponseWriter, r *http.Request, who *visitor) error {
	locks, err := who.Touch(r.Context())
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"locks_at": locks})
}

func (s *Server) passphrase(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Old string `json:"old"`
		New string `json:"new"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	entry, err := s.gate.ChangePassphrase(r.Context(), *who.session.Load(), in.Old, in.New)
	if err != nil {
		return err
	}
	s.admit(w, entry)
	return done(w)
}

func (s *Server) sessions(w http.ResponseWriter, r *http.Request, who *visitor) error {
	list, err := s.gate.List(r.Context(), who.person)
	if err != nil {
		return err
	}
	type line struct {
		ID        person.SessionID `json:"id"`
		StartedAt int64            `json:"started_at"`
		ActiveAt  int64            `json:"active_at"`
		Device    auth.Device      `json:"device"`
		This      bool             `json:"this"`
	}
	lines := []line{}
	for _, v := range list {
		lines = append(lines, line{v.ID, ms(v.Started), ms(v.Input), v.Device, string(v.ID) == who.ID()})
	}
	return ok(w, map[string]any{"sessions": lines})
}

func (s *Server) endSessions(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		ID     person.SessionID `json:"id,omitempty"`
		Others bool             `json:"others,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	var err error
	switch {
	case in.Others == (in.ID != ""):
		return &problem{Status: 400, Code: "bad_value", Text: "Send either id or others.", Field: "id"}
	case in.Others:
		err = s.gate.EndOthers(r.Context(), *who.session.Load())
	default:
		err = s.gate.End(r.Context(), who.person, in.ID, person.EndedByOwner)
	}
	if err != nil {
		return err
	}
	s.Recheck(r.Context(), who.person)
	return done(w)
}

func ms(t time.Time) int64 { return t.UnixMilli() }
