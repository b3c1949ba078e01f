package auth

import (
	"context"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// EndAll ends every session of the person: end of care, or a role that changed.
// Whoever calls has decided that by may do it.
func (g *Gate) EndAll(ctx context.Context, p person.ID, reason person.Reason, by fact.Actor) error {
	_, err := g.endAll(ctx, p, ending{Actor: by, Reason: reason}, nil)
	return err
}

// EndAllOnce is EndAll, done at most once for each cmd: an act that is finished after a
// crash does not end the sessions that began since.
func (g *Gate) EndAllOnce(ctx context.Context, p person.ID, reason person.Reason, by fact.Actor, cmd string) error {
	s, err := g.Person(ctx, p)
	if err != nil || slices.Contains(s.Endings, cmd) {
		return err
	}
	_, err = g.endAll(ctx, p, ending{Actor: by, Reason: reason, Cmd: cmd}, func(*account) error {
		// What was owed is told by now: it may have been this very ending.
		s, err := g.Person(ctx, p)
		if err == nil && slices.Contains(s.Endings, cmd) {
			err = errUnchanged
		}
		return err
	})
	return err
}

// EndOthers ends every session of the person but s.
func (g *Gate) EndOthers(ctx context.Context, s Session) error {
	_, err := g.endAll(ctx, s.Person, ending{Actor: s.Person.Actor(), Reason: person.EndedByOwner, Except: s.ID}, nil)
	return err
}

// endAll ends sessions, and changes the account, in one compare-and-swap: from
// then on none of them is let in. Telling the log comes after, and is owed in the
// account until it is done. also may refuse; then nothing happens.
func (g *Gate) endAll(ctx context.Context, p person.ID, e ending, also func(*account) error) (account, error) {
	if e.Cmd == "" {
		cmd, err := g.newCommandID()
		if err != nil {
			return account{}, err
		}
		e.Cmd = cmd
	}
	a, err := change(ctx, g, bucketAccount, string(p), func(a *stored[account]) error {
		// One ending is told before the next begins: none is lost.
		if err := g.settle(ctx, a); err != nil {
			return err
		}
		if also != nil {
			if err := also(&a.it); err != nil {
				return err
			}
		}
		a.it.Epoch++
		a.it.Spared = e.Except
		a.it.Owed = &e
		return nil
	})
	if missing(err) {
		return account{}, refuse(CodeNoSuchMember)
	}
	if err != nil {
		return account{}, err
	}
	return a.it, g.settle(ctx, &a)
}

// settle tells the log what the account owes and clears away what is over. It may
// be done again, and by two at once. a is as stored afterwards.
func (g *Gate) settle(ctx context.Context, a *stored[account]) error {
	e := a.it.Owed
	if e == nil {
		return nil
	}
	if err := g.ChangePerson(ctx, a.it.Person, e.Actor, e.facts); err != nil {
		return err
	}
	if err := g.spare(ctx, a.it); err != nil {
		return err
	}
	if err := g.clearSessions(ctx, a.it); err != nil {
		return err
	}
	done, err := change(ctx, g, bucketAccount, string(a.it.Person), func(now *stored[account]) error {
		if now.it.Owed == nil || now.it.Owed.Cmd != e.Cmd {
			return errUnchanged
		}
		now.it.Owed = nil
		return nil
	})
	if err == nil {
		*a = done
	}
	return err
}

// facts are the records of the ending, unless they are there already.
func (e *ending) facts(s person.State) ([]fact.Fact, error) {
	if slices.Contains(s.Endings, e.Cmd) {
		return nil, nil
	}
	facts := []fact.Fact{person.SessionsEnded{Reason: e.Reason, Except: e.Except, Cmd: e.Cmd}}
	switch e.Reason {
	case person.PassphraseLost:
		facts = append(facts, person.PassphraseReset{By: e.Issuer})
	case person.NewPassphrase:
		facts = append(facts, person.PassphraseChanged{})
	case person.SecondWasSet, person.SecondDropped, person.SecondRecovered:
		facts = append(facts, person.SecondStep{Did: e.Reason})
	}
	if e.DropsSecond {
		facts = append(facts, person.SecondStep{Did: person.SecondDropped})
	}
	return facts, nil
}

// spare carries the session that stays over into the new epoch, so that it
// outlives the next ending too.
func (g *Gate) spare(ctx context.Context, a account) error {
	if a.Spared == "" {
		return nil
	}
	_, err := change(ctx, g, bucketSessions(a.Person), string(a.Spared), func(s *stored[session]) error {
		if s.it.Epoch+1 != a.Epoch {
			return errUnchanged
		}
		s.it.Epoch = a.Epoch
		return nil
	})
	if missing(err) {
		return nil
	}
	return err
}

// clearSessions removes the values of sessions that are over. It is tidiness:
// the epoch has ended them.
func (g *Gate) clearSessions(ctx context.Context, a account) error {
	all, err := g.sessions(ctx, a.Person)
	if err != nil {
		return err
	}
	for id, s := range all {
		// One of a later epoch began after what this account remembers.
		if a.admits(id, s.it) || s.it.Epoch > a.Epoch {
			continue
		}
		err := g.values.Delete(ctx, bucketSessions(a.Person), string(id), s.version)
		if err != nil && !conflict(err) {
			return err
		}
	}
	return nil
}

// admits says whether the session is of the present epoch.
func (a account) admits(id person.SessionID, s session) bool {
	return s.Epoch == a.Epoch || id == a.Spared && s.Epoch+1 == a.Epoch
}

// CloseAccount ends the person's sessions and their account: nobody can sign in to it any
// more. Its id and its sign-in name stay taken. Closing it again does nothing. Whoever
// calls has decided that by may do it.
func (g *Gate) CloseAccount(ctx context.Context, p person.ID, by fact.Actor) error {
	a, err := g.account(ctx, p)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.it.Closed {
		return g.settle(ctx, &a)
	}
	_, err = g.endAll(ctx, p, ending{Actor: by, Reason: person.EndOfCare}, func(a *account) error {
		a.Open, a.Closed = false, true
		return nil
	})
	return err
}

// Closed says whether the person's account was closed for good. Nobody has none.
func (g *Gate) Closed(ctx context.Context, p person.ID) (bool, error) {
	a, err := g.account(ctx, p)
	if missing(err) {
		return false, nil
	}
	return a.it.Closed, err
}
