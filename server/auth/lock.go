package auth

import (
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Touch says that there was input: it puts off the lock and the idle end. It is
// written at most once in TouchEvery. Errors: signed_out, locked, second_step: input
// opens nothing.
func (g *Gate) Touch(ctx context.Context, s Session) (Session, error) {
	return g.changeSession(ctx, s, func(now Session, v *session) error {
		switch {
		case now.Locked:
			return refuse(CodeLocked)
		case now.Second != SecondNone:
			return refuse(CodeSecondStep)
		}
		if g.now().Sub(now.Input) < TouchEvery {
			return errUnchanged
		}
		v.Input = ms(g.now())
		return nil
	})
}

// Lock locks the session until Unlock. Locking a locked one is no error.
// Error: signed_out.
func (g *Gate) Lock(ctx context.Context, s Session) error {
	_, err := g.changeSession(ctx, s, func(_ Session, v *session) error {
		v.Locked = true
		return nil
	})
	if closed(err) {
		return nil
	}
	return err
}

// Unlock opens a locked session, but for what it lacks besides. Errors: signed_out,
// sign_in_wrong, slow_down.
// Guesses are counted for this session alone, so that nobody else's keep its
// owner out.
func (g *Gate) Unlock(ctx context.Context, s Session, passphrase string) (Session, error) {
	if _, err := g.Recheck(ctx, s); err != nil && !closed(err) {
		return Session{}, err
	}
	if _, err := g.prove(ctx, s, passphrase); err != nil {
		return Session{}, err
	}
	now, err := g.changeSession(ctx, s, func(_ Session, v *session) error {
		v.Locked = false
		v.Input = ms(g.now())
		return nil
	})
	if CodeOf(err) == CodeSecondStep {
		err = nil
	}
	return now, err
}

// prove checks that who sits at the session's device knows the passphrase.
func (g *Gate) prove(ctx context.Context, s Session, passphrase string) (account, error) {
	a, err := g.account(ctx, s.Person)
	if err != nil {
		return account{}, err
	}
	try, err := g.throttle.try(g.now(), ofSession(s.ID))
	if err != nil {
		return account{}, err
	}
	ok, _, err := g.hasher.verify(ctx, a.it.Hash, normalPassphrase(passphrase))
	switch {
	case err != nil:
		try.undo()
		return account{}, err
	case !ok:
		return account{}, refuse(CodeSignInWrong)
	}
	try.succeed()
	return a.it, nil
}

// changeSession changes a session that is not over and says what it is then.
func (g *Gate) changeSession(ctx context.Context, s Session, decide func(Session, *session) error) (Session, error) {
	v, err := change(ctx, g, bucketSessions(s.Person), string(s.ID), func(v *stored[session]) error {
		now, err := g.judge(ctx, s.Person, s.ID, v.it)
		if err != nil && !closed(err) {
			return err
		}
		if err := decide(now, &v.it); err != nil {
			return err
		}
		v.expires = v.it.expires()
		return nil
	})
	if missing(err) {
		return Session{}, refuse(CodeSignedOut)
	}
	if err != nil {
		return Session{}, err
	}
	return g.judge(ctx, s.Person, s.ID, v.it)
}

// End ends one session of the person: no right is left when it returns, and every
// node hears of it from the person's stream. One that is over already is no error.
func (g *Gate) End(ctx context.Context, p person.ID, id person.SessionID, reason person.Reason) error {
	if !id.Valid() {
		return nil
	}
	bucket, key := bucketSessions(p), string(id)
	v, err := change(ctx, g, bucket, key, func(v *stored[session]) error {
		if v.it.Ending != "" {
			return errUnchanged
		}
		v.it.Ending = reason
		return nil
	})
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := g.ChangePerson(ctx, p, p.Actor(), endOne(id, v.it.Ending)); err != nil {
		return err
	}
	// The value goes last: until then a retry finds that the record is owed.
	if err := g.values.Delete(ctx, bucket, key, v.version); err != nil && !conflict(err) {
		return fmt.Errorf("auth: removing a session: %w", err)
	}
	return nil
}

func endOne(id person.SessionID, reason person.Reason) func(person.State) ([]fact.Fact, error) {
	return func(person.State) ([]fact.Fact, error) {
		return []fact.Fact{person.SessionEnded{Session: id, Reason: reason}}, nil
	}
}
