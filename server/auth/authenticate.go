package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// Authenticate says whose session the token is. Errors: signed_out for a token
// that opens nothing, whatever the reason; locked for a session that needs the
// passphrase and second_step for one that lacks it, and then the Session is there all
// the same. Two reads.
func (g *Gate) Authenticate(ctx context.Context, token string) (Session, error) {
	t, ok := parseSessionToken(token)
	if !ok {
		return Session{}, refuse(CodeSignedOut)
	}
	return g.admit(ctx, t.person, t.session, func(s session) bool {
		return subtle.ConstantTimeCompare(hashed(t.secret), s.Hash) == 1
	})
}

// Recheck is Authenticate for a session that is open already, such as a live
// socket's: after each record in the person's stream, and every so often to hear
// of input or a lock from another tab.
func (g *Gate) Recheck(ctx context.Context, s Session) (Session, error) {
	return g.admit(ctx, s.Person, s.ID, func(session) bool { return true })
}

func (g *Gate) admit(ctx context.Context, p person.ID, id person.SessionID, proven func(session) bool) (Session, error) {
	s, err := get[session](ctx, g, bucketSessions(p), string(id))
	if missing(err) {
		return Session{}, refuse(CodeSignedOut)
	}
	if err != nil {
		return Session{}, err
	}
	if !proven(s.it) {
		return Session{}, refuse(CodeSignedOut)
	}
	return g.judge(ctx, p, id, s.it)
}

// closed says whether err is of a session that is not over and opens nothing now.
func closed(err error) bool {
	code := CodeOf(err)
	return code == CodeLocked || code == CodeSecondStep
}

// judge is where a stored session is found to be live, closed or over.
func (g *Gate) judge(ctx context.Context, p person.ID, id person.SessionID, s session) (Session, error) {
	a, err := g.account(ctx, p)
	if missing(err) {
		return Session{}, refuse(CodeSignedOut)
	}
	if err != nil {
		return Session{}, err
	}
	if !a.it.Open || s.Ending != "" || !a.it.admits(id, s) {
		return Session{}, refuse(CodeSignedOut)
	}
	staff, err := g.staff(ctx, p)
	if err != nil {
		return Session{}, fmt.Errorf("auth: asking for the person's role: %w", err)
	}
	shown := s.shown(p, id, staff)
	now := g.now()
	if !now.Before(shown.EndsAt()) {
		return Session{}, refuse(CodeSignedOut)
	}
	if !now.Before(shown.LocksAt()) {
		shown.Locked = true
	}
	shown.Second = a.it.lacks(s, staff)
	switch {
	case shown.Locked:
		return shown, refuse(CodeLocked)
	case shown.Second != SecondNone:
		return shown, refuse(CodeSecondStep)
	}
	return shown, nil
}

// List is the live sessions of the person, locked ones too, the one with the
// newest input first.
func (g *Gate) List(ctx context.Context, p person.ID) ([]Session, error) {
	all, err := g.sessions(ctx, p)
	if err != nil {
		return nil, err
	}
	var live []Session
	for id, s := range all {
		shown, err := g.judge(ctx, p, id, s.it)
		if CodeOf(err) == CodeSignedOut {
			continue
		}
		if err != nil && !closed(err) {
			return nil, err
		}
		live = append(live, shown)
	}
	slices.SortFunc(live, func(a, b Session) int { return b.Input.Compare(a.Input) })
	return live, nil
}
