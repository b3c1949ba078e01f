package auth

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// SpendDemo signs in as the person of a demo link, as often as wanted. Errors:
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
	return g.begin(ctx, a.it, d)
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
	h := stored[holder]{it: holder{id}}
	if err := h.put(ctx, g, bucketName, name.key, eventlog.Absent); conflict(err) {
		return "", &Error{Code: CodeNameTaken, Field: "name"}
	} else if err != nil {
		return "", err
	}
	a := stored[account]{it: account{Person: id, Name: name.shown, Hash: hash, Open: true, Gen: 1, Epoch: 1}}
	if err := a.put(ctx, g, bucketAccount, string(id), eventlog.Absent); err != nil {
		return "", err
	}
	return id, errors.Join(
		g.ChangePerson(ctx, id, fact.Machine, func(person.State) ([]fact.Fact, error) {
			return []fact.Fact{person.Enrolled{}}, nil
		}),
		g.ChangeProgram(ctx, fact.Machine, knows(id)))
}
