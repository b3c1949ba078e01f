package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
)

// Setup is what the app on a person's phone needs to know, once.
type Setup struct {
	// Secret is how it is typed in; URL is how a picture of it is read.
	Secret, URL string
}

// BeginSecond makes the secret of a second step for a session that lacks one, or says
// it again: nothing is settled before ConfirmSecond. Errors: signed_out, locked,
// second_set (there is one).
func (g *Gate) BeginSecond(ctx context.Context, s Session) (Setup, error) {
	a, err := g.account(ctx, s.Person)
	if err != nil {
		return Setup{}, err
	}
	var fresh [secretSize]byte
	if err := g.random(fresh[:]); err != nil {
		return Setup{}, err
	}
	var secret []byte
	_, err = g.changeSession(ctx, s, func(now Session, v *session) error {
		if err := settingUp(now); err != nil {
			return err
		}
		if secret = v.Pending; len(secret) == secretSize {
			return errUnchanged
		}
		v.Pending = fresh[:]
		secret = v.Pending
		return nil
	})
	if err != nil && CodeOf(err) != CodeSecondStep {
		return Setup{}, err
	}
	return Setup{Secret: spelt(secret), URL: appURL(secret, a.it.Name)}, nil
}

func settingUp(now Session) error {
	switch {
	case now.Locked:
		return refuse(CodeLocked)
	case now.Second != SecondSetUp:
		return refuse(CodeSecondSet)
	}
	return nil
}

// ConfirmSecond settles the second step that BeginSecond began, with a first code of
// it, and opens the session. The person's other sessions end. The recovery codes are
// told this once. Errors: signed_out, locked, second_set, second_wrong, slow_down.
func (g *Gate) ConfirmSecond(ctx context.Context, s Session, code string) (codes []string, err error) {
	now, err := g.Recheck(ctx, s)
	if err == nil {
		return nil, refuse(CodeSecondSet)
	}
	if CodeOf(err) != CodeSecondStep {
		return nil, err
	}
	if err := settingUp(now); err != nil {
		return nil, err
	}
	pending, err := get[session](ctx, g, bucketSessions(s.Person), string(s.ID))
	if err != nil {
		return nil, err
	}
	try, err := g.throttle.trySecond(g.now(), s.Person)
	if err != nil {
		return nil, err
	}
	step, ok := stepOfCode(pending.it.Pending, tidy(code), g.now(), 0)
	if !ok || len(pending.it.Pending) != secretSize {
		return nil, refuse(CodeSecondWrong)
	}
	try.succeed()
	codes, hashes, err := g.newRecovery()
	if err != nil {
		return nil, err
	}
	made := second{Secret: pending.it.Pending, Last: step, Recovery: hashes}
	gen, err := g.setSecond(ctx, s, made)
	if err != nil {
		return nil, err
	}
	_, err = g.gaveSecond(ctx, s, gen)
	return codes, err
}

func (g *Gate) setSecond(ctx context.Context, s Session, made second) (gen uint64, err error) {
	e := ending{Actor: s.Person.Actor(), Reason: person.SecondWasSet, Except: s.ID}
	_, err = g.endAll(ctx, s.Person, e, func(a *account) error {
		if a.Second != nil {
			return refuse(CodeSecondSet)
		}
		a.SecondGen++
		made.Gen = a.SecondGen
		gen, a.Second = made.Gen, &made
		return nil
	})
	return gen, err
}

// NewRecoveryCodes replaces the person's recovery codes, given a code of their app.
// Errors: signed_out, locked, second_step, second_none, second_wrong, slow_down.
func (g *Gate) NewRecoveryCodes(ctx context.Context, s Session, code string) (codes []string, err error) {
	if _, err := g.Recheck(ctx, s); err != nil {
		return nil, err
	}
	if !isCode(tidy(code)) {
		return nil, refuse(CodeSecondWrong)
	}
	gen, err := g.proveSecond(ctx, s, code)
	if err != nil {
		return nil, err
	}
	codes, hashes, err := g.newRecovery()
	if err != nil {
		return nil, err
	}
	_, err = change(ctx, g, bucketAccount, string(s.Person), func(a *stored[account]) error {
		if a.it.Second == nil || a.it.Second.Gen != gen {
			return refuse(CodeSecondNone)
		}
		a.it.Second.Recovery = hashes
		return nil
	})
	return codes, err
}

// ForgetSecond drops the person's second step, given a code of it, so that another
// phone can be set up. Their other sessions end, and this one lacks it again. Errors
// as for NewRecoveryCodes.
func (g *Gate) ForgetSecond(ctx context.Context, s Session, code string) error {
	if _, err := g.Recheck(ctx, s); err != nil {
		return err
	}
	gen, err := g.proveSecond(ctx, s, code)
	if err != nil {
		return err
	}
	e := ending{Actor: s.Person.Actor(), Reason: person.SecondDropped, Except: s.ID}
	_, err = g.endAll(ctx, s.Person, e, func(a *account) error {
		if a.Second == nil || a.Second.Gen != gen {
			return refuse(CodeSecondNone)
		}
		a.Second = nil
		return nil
	})
	return err
}

// HasSecond says whether the person has set up a second step.
func (g *Gate) HasSecond(ctx context.Context, p person.ID) (bool, error) {
	n, err := g.RecoveryLeft(ctx, p)
	return n >= 0, err
}

// RecoveryLeft is how many recovery codes the person has not used; -1: they have no
// second step.
func (g *Gate) RecoveryLeft(ctx context.Context, p person.ID) (int, error) {
	a, err := g.account(ctx, p)
	if err != nil {
		return 0, err
	}
	if a.it.Second == nil {
		return -1, nil
	}
	return len(a.it.Second.Recovery), nil
}
