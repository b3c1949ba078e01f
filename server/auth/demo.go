package auth

import (
	"context"
	"errors"
	"sync"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// SpendDemo signs in as the person of a demo link, as often as wanted and without a
// second step. Errors:
// link_unknown, link_expired.
func (g *Gate) SpendDemo(ctx context.Context, secret string, d Device) (Entry, error) {
	l, err := g.find(ctx, secret, LinkDemo)
	if err != nil {
		return Entry{}, err
	}
	a, err := g.account(ctx, l.it.Person)
	if missing(err) {
		return Entry{}, refuse(CodeLinkUnknown)
	}
	if err != nil {
		return Entry{}, err
	}
	return g.beginWaived(ctx, a.it, d)
}

// CreatePerson makes a person without a link, for the demo and for tests; the
// passphrase is not held against the rules, and "" is one that nothing matches.
// It is not safe against a crash between its steps. Errors: name_bad, name_taken.
func (g *Gate) CreatePerson(ctx context.Context, signIn, passphrase string) (person.ID, error) {
	name, err := parseName(signIn)
	if err != nil {
		return "", err
	}
	id, err := g.NewPersonID()
	if err != nil {
		return "", err
	}
	hash := ""
	if passphrase != "" {
		p, err := g.hasher.hash(ctx, normalPassphrase(passphrase))
		if err != nil {
			return "", err
		}
		hash = p.String()
	}
	if err := g.createAccount(ctx, id, name, hash); err != nil {
		return "", err
	}
	return id, g.ChangeProgram(ctx, fact.Machine, knows(id))
}

func (g *Gate) createAccount(ctx context.Context, id person.ID, name signInName, hash string) error {
	h := stored[holder]{it: holder{id}}
	if err := h.put(ctx, g, bucketName, name.key, eventlog.Absent); conflict(err) {
		return &Error{Code: CodeNameTaken, Field: "name"}
	} else if err != nil {
		return err
	}
	a := stored[account]{it: account{Person: id, Name: name.shown, Hash: hash, Open: true, Gen: 1, Epoch: 1}}
	if err := a.put(ctx, g, bucketAccount, string(id), eventlog.Absent); err != nil {
		return err
	}
	return g.ChangePerson(ctx, id, fact.Machine, func(person.State) ([]fact.Fact, error) {
		return []fact.Fact{person.Enrolled{}}, nil
	})
}

// CreateCrowd makes many people without passphrases at once, each with a session,
// for tests under load. They are not listed in the programme. staff says of which no
// second step is asked for, who would have to give one.
func (g *Gate) CreateCrowd(ctx context.Context, names []string, staff func(n int) bool) ([]Entry, error) {
	entries := make([]Entry, len(names))
	errs := make([]error, len(names))
	var work sync.WaitGroup
	turn := make(chan struct{}, crowdAtOnce)
	for i, signIn := range names {
		turn <- struct{}{}
		work.Go(func() {
			entries[i], errs[i] = g.createMember(ctx, signIn, staff(i))
			<-turn
		})
	}
	work.Wait()
	return entries, errors.Join(errs...)
}

// crowdAtOnce is how many of a crowd are made at the same time: enough for the
// store to commit them together.
const crowdAtOnce = 64

func (g *Gate) createMember(ctx context.Context, signIn string, staff bool) (Entry, error) {
	name, err := parseName(signIn)
	if err != nil {
		return Entry{}, err
	}
	id, err := g.NewPersonID()
	if err != nil {
		return Entry{}, err
	}
	if err := g.createAccount(ctx, id, name, ""); err != nil {
		return Entry{}, err
	}
	a, err := g.account(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if staff {
		return g.beginWaived(ctx, a.it, Unknown)
	}
	return g.begin(ctx, a.it, Unknown)
}
