package web

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Names of the cookies. With TLS they carry the prefix that binds them to this
// host alone (RFC 6265bis, section 4.1.3).
const (
	sessionCookie = "kith"
	knownCookie   = "kith-known"
	hostPrefix    = "__Host-"
	knownLasts    = 365 * 24 * time.Hour
)

// visitor is who sent a request, or who holds a socket: a hub.Session.
type visitor struct {
	person  person.ID
	gate    *auth.Gate
	session atomic.Pointer[auth.Session]
}

func newVisitor(g *auth.Gate, s auth.Session) *visitor {
	v := &visitor{person: s.Person, gate: g}
	v.session.Store(&s)
	return v
}

// ID names the session.
func (v *visitor) ID() string { return string(v.session.Load().ID) }

// Staff says whether the session was held to what the team's are.
func (v *visitor) Staff() bool { return v.session.Load().Staff }

// LocksAt is when the session locks, or ends, if nothing is entered until then.
func (v *visitor) LocksAt() room.Time {
	s := v.session.Load()
	end := s.LocksAt()
	if s.EndsAt().Before(end) {
		end = s.EndsAt()
	}
	return room.Time(end.UnixMilli())
}

// Touch notes input.
func (v *visitor) Touch(ctx context.Context) (room.Time, error) {
	s, err := v.gate.Touch(ctx, *v.session.Load())
	if err != nil {
		switch auth.CodeOf(err) {
		case auth.CodeLocked, auth.CodeSecondStep:
			err = wire.Err("locked")
		case auth.CodeSignedOut:
			err = hub.ErrSessionEnded
		}
		return v.LocksAt(), err
	}
	v.session.Store(&s)
	return v.LocksAt(), nil
}

// recheck asks whether the session still opens anything.
func (v *visitor) recheck(ctx context.Context) error {
	s, err := v.gate.Recheck(ctx, *v.session.Load())
	if err == nil {
		v.session.Store(&s)
	}
	return err
}

func (s *Server) cookieName(name string) string {
	if s.secure {
		return hostPrefix + name
	}
	return name
}

func (s *Server) cookie(name, value string, lasts time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

func (s *Server) cookieOf(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// admit gives the browser its session.
func (s *Server) admit(w http.ResponseWriter, e auth.Entry) {
	if e.Token != "" {
		http.SetCookie(w, s.cookie(sessionCookie, e.Token, auth.EndsAfter))
	}
	if e.Known != "" {
		http.SetCookie(w, s.cookie(knownCookie, e.Known, knownLasts))
	}
}

// authenticate says who sent the request. A locked session, and one that lacks its
// second step, is an error and a visitor too.
func (s *Server) authenticate(r *http.Request) (*visitor, error) {
	token := s.cookieOf(r, sessionCookie)
	if token == "" {
		return nil, errSignedOut
	}
	session, err := s.gate.Authenticate(r.Context(), token)
	switch auth.CodeOf(err) {
	case auth.CodeSignedOut:
		return nil, errSignedOut
	case auth.CodeLocked:
		return newVisitor(s.gate, session), errLocked
	case auth.CodeSecondStep:
		return newVisitor(s.gate, session), errSecondStep
	}
	if err != nil {
		return nil, err
	}
	return newVisitor(s.gate, session), nil
}

// visiting is a handler for somebody with an open session.
type visiting func(http.ResponseWriter, *http.Request, *visitor) error

// in lets only open sessions through.
func (s *Server) in(h visiting) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := s.authenticate(r)
		if err != nil {
			return err
		}
		return h(w, r, who)
	}
}

// lead lets only those through who lead the programme.
func (s *Server) lead(h visiting) visiting {
	return func(w http.ResponseWriter, r *http.Request, who *visitor) error {
		standing, err := s.people.Standing(r.Context(), who.person)
		if err != nil {
			return err
		}
		if !standing.Lead {
			return errNotAllowed
		}
		return h(w, r, who)
	}
}

// deviceOf is what kind of thing a browser says it runs on; nothing finer is kept.
func deviceOf(r *http.Request) auth.Device {
	agent := r.UserAgent()
	has := func(s string) bool { return strings.Contains(agent, s) }
	switch {
	case has("iPad"), has("Android") && !has("Mobile"):
		return auth.Tablet
	case has("Mobile"), has("iPhone"):
		return auth.Phone
	case has("Windows"), has("Macintosh"), has("X11"), has("CrOS"):
		return auth.Computer
	}
	return auth.Unknown
}
