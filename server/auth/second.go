package auth

import (
	"context"
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// Second is what a session lacks before it opens anything: who looks after others
// signs in with a second step.
type Second string

// What may be lacking.
const (
	SecondNone  Second = ""
	SecondSetUp Second = "set_up" // the account has no second step yet
	SecondGive  Second = "give"   // a code of it
)

// second is an account's second step.
type second struct {
	Secret []byte `json:"secret"`
	// Gen counts the person's second steps: a session has given a code of one.
	Gen uint64 `json:"gen"`
	// Last is the step of time of the last code that was taken.
	Last uint64 `json:"last"`
	// Recovery is the hashes of the codes that are left.
	Recovery [][]byte `json:"recovery"`
}

// lacks is what a session of the account still has to give.
func (a account) lacks(s session, staff bool) Second {
	switch {
	case !staff || s.Waived:
		return SecondNone
	case a.Second == nil:
		return SecondSetUp
	case s.Second != a.Second.Gen:
		return SecondGive
	}
	return SecondNone
}

// GiveSecond opens a session with a code of the person's app, or with a recovery code,
// which ends their other sessions: whoever needs one has lost a device. Errors:
// signed_out, locked, second_wrong, second_none (there is nothing to give),
// slow_down. A session that lacks nothing is left as it is.
func (g *Gate) GiveSecond(ctx context.Context, s Session, code string) (Session, error) {
	now, err := g.Recheck(ctx, s)
	switch {
	case err == nil:
		return now, nil
	case CodeOf(err) != CodeSecondStep:
		return Session{}, err
	case now.Second != SecondGive:
		return Session{}, refuse(CodeSecondNone)
	}
	gen, err := g.proveSecond(ctx, s, code)
	if err != nil {
		return Session{}, err
	}
	return g.gaveSecond(ctx, s, gen)
}

// gaveSecond notes in the session that a code was given.
func (g *Gate) gaveSecond(ctx context.Context, s Session, gen uint64) (Session, error) {
	return g.changeSession(ctx, s, func(now Session, v *session) error {
		if now.Locked {
			return refuse(CodeLocked)
		}
		v.Second, v.Pending, v.Input = gen, nil, ms(g.now())
		return nil
	})
}

// proveSecond takes a code, and with it the right to use it again. gen is which second
// step it was of.
func (g *Gate) proveSecond(ctx context.Context, s Session, code string) (gen uint64, err error) {
	code = tidy(code)
	try, err := g.throttle.trySecond(g.now(), s.Person)
	if err != nil {
		return 0, err
	}
	if isCode(code) {
		gen, err = g.takeCode(ctx, s.Person, code)
	} else {
		gen, err = g.takeRecovery(ctx, s, code)
	}
	switch {
	case err == nil:
		try.succeed()
	case CodeOf(err) == "":
		try.undo()
	}
	return gen, err
}

func (g *Gate) takeCode(ctx context.Context, p person.ID, code string) (gen uint64, err error) {
	_, err = change(ctx, g, bucketAccount, string(p), func(a *stored[account]) error {
		if a.it.Second == nil {
			return refuse(CodeSecondNone)
		}
		step, ok := stepOfCode(a.it.Second.Secret, code, g.now(), a.it.Second.Last)
		if !ok {
			return refuse(CodeSecondWrong)
		}
		gen, a.it.Second.Last = a.it.Second.Gen, step
		return nil
	})
	return gen, err
}

func (g *Gate) takeRecovery(ctx context.Context, s Session, code string) (gen uint64, err error) {
	e := ending{Actor: s.Person.Actor(), Reason: person.SecondRecovered, Except: s.ID}
	_, err = g.endAll(ctx, s.Person, e, func(a *account) error {
		if a.Second == nil {
			return refuse(CodeSecondNone)
		}
		i := recoveryIndex(a.Second.Recovery, code)
		if i < 0 {
			return refuse(CodeSecondWrong)
		}
		gen, a.Second.Recovery = a.Second.Gen, slices.Delete(a.Second.Recovery, i, i+1)
		return nil
	})
	return gen, err
}
