package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
)

// look tells what a link is for. It spends nothing.
func (s *Server) look(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Secret string `json:"secret"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	var by person.ID
	who, err := s.authenticate(r)
	if err == nil {
		by = who.person
		// Rooms that the person is no longer in leave their index.
		if _, err := s.roomLines(r.Context(), by); err != nil {
			return err
		}
	}
	info, err := s.gate.Look(r.Context(), in.Secret, by)
	if err != nil {
		return err
	}
	out := struct {
		Kind          auth.LinkKind `json:"kind"`
		RoomName      string        `json:"room_name,omitempty"`
		Role          auth.Role     `json:"role,omitempty"`
		ExpiresAt     int64         `json:"expires_at"`
		SignedIn      bool          `json:"signed_in"`
		MemberAlready bool          `json:"member_already"`
	}{info.Kind, "", info.Role, info.Expires.UnixMilli(), by != "", info.MemberAlready}
	if info.Room != "" {
		if out.RoomName, err = s.hub.RoomName(r.Context(), info.Room); err != nil {
			return err
		}
	}
	return ok(w, out)
}

// join is auth's way into rooms.
func (s *Server) join(ctx context.Context, who person.ID, in program.RoomID, role auth.Role, until time.Time, alias, cmd string) error {
	if in == "" {
		return nil // a new programme has no rooms yet
	}
	as, ok := room.ParseRole(string(role))
	id, valid := room.ParseCommandID(cmd)
	if !ok || !valid {
		return errors.New("web: a link with a role or command id that cannot be")
	}
	ends := room.Time(0)
	if !until.IsZero() {
		ends = room.Time(until.UnixMilli())
	}
	return s.people.Join(ctx, in, room.AddMember{Person: who, Alias: alias, Role: as, Until: ends}, id)
}

// Resume finishes what a crash left half done of people coming in.
func (s *Server) Resume(ctx context.Context) error {
	return errors.Join(s.gate.Resume(ctx, s.join), s.people.Resume(ctx), s.people.FinishActs(ctx))
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Secret     string   `json:"secret"`
		Name       string   `json:"name"`
		Passphrase string   `json:"passphrase"`
		Alias      string   `json:"alias"`
		Accepts    []string `json:"accepts"`
		Programme  string   `json:"programme,omitempty"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	entry, err := s.gate.Enrol(r.Context(), auth.Enrolment{
		Secret: in.Secret, Name: in.Name, Passphrase: in.Passphrase, Alias: in.Alias,
		Accepts: in.Accepts, Programme: in.Programme, Device: deviceOf(r),
	}, s.join)
	if err != nil {
		return err
	}
	s.admit(w, entry)
	return done(w)
}

func (s *Server) accept(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct {
		Secret  string   `json:"secret"`
		Alias   string   `json:"alias"`
		Accepts []string `json:"accepts"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if _, err := s.roomLines(r.Context(), who.person); err != nil { // as in look
		return err
	}
	id, err := s.gate.Accept(r.Context(), who.person, auth.Acceptance{
		Secret: in.Secret, Alias: in.Alias, Accepts: in.Accepts,
	}, s.join)
	if err != nil {
		return err
	}
	s.tellNewRoom(r, who.person)
	return ok(w, map[string]room.ID{"room": id})
}

func (s *Server) reset(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Secret     string `json:"secret"`
		Passphrase string `json:"passphrase"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	entry, err := s.gate.SpendReset(r.Context(), auth.Reset{
		Secret: in.Secret, Passphrase: in.Passphrase, Device: deviceOf(r),
	})
	if err != nil {
		return err
	}
	s.admit(w, entry)
	return done(w)
}

func (s *Server) demo(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Secret string `json:"secret"`
	}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if !s.Demo {
		return errNotFound
	}
	entry, err := s.gate.SpendDemo(r.Context(), in.Secret, deviceOf(r))
	if err != nil {
		return err
	}
	s.admit(w, entry)
	return done(w)
}
