package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// account is how one person signs in. It is the only place besides the name's own
// key where a sign-in name stands.
type account struct {
	Person person.ID `json:"person"`
	Name   string    `json:"name"`
	// Hash is a PHC string; "" for an account that nobody can sign in to by
	// passphrase (people of the demo).
	Hash string `json:"hash,omitzero"`
	// Open says that enrolment has got so far that the person may come in.
	Open bool `json:"open"`
	// Closed says that care has ended: the account never opens again.
	Closed bool `json:"closed,omitzero"`
	// Gen counts the passphrases: links to reset it and tokens of known devices
	// are good for one.
	Gen uint64 `json:"gen"`
	// Epoch counts the times that all sessions ended. A session of an earlier one
	// is over, but for Spared in the very next.
	Epoch  uint64           `json:"epoch"`
	Spared person.SessionID `json:"spared,omitzero"`
	// ResetLink is the link that gave the present passphrase, if one did.
	ResetLink string `json:"reset_link,omitzero"`
	// Second is the second step, and SecondGen how many there have been.
	Second    *second `json:"second,omitzero"`
	SecondGen uint64  `json:"second_gen,omitzero"`
	// Owed is what ended the sessions, until it is told in the log.
	Owed *ending `json:"owed,omitzero"`
}

// holder is the value under a sign-in name.
type holder struct {
	Person person.ID `json:"person"`
}

// ending is the end of all sessions of a person, or of all but one.
type ending struct {
	Cmd    string           `json:"cmd"`
	Actor  fact.Actor       `json:"actor"`
	Reason person.Reason    `json:"reason"`
	Except person.SessionID `json:"except,omitzero"`
	// Issuer is who issued the link, where the reason is a lost passphrase.
	Issuer fact.Actor `json:"issuer,omitzero"`
	// DropsSecond: the second step went with it.
	DropsSecond bool `json:"drops_second,omitzero"`
}

func (g *Gate) account(ctx context.Context, p person.ID) (stored[account], error) {
	return get[account](ctx, g, bucketAccount, string(p))
}

// accountOf finds the account of a name; the zero one where there is none. Names
// of nobody take the same two reads.
func (g *Gate) accountOf(ctx context.Context, name signInName) (stored[account], error) {
	h, err := get[holder](ctx, g, bucketName, name.key)
	if err != nil && !missing(err) {
		return stored[account]{}, err
	}
	p := h.it.Person
	if p == "" {
		p = "nobody"
	}
	a, err := g.account(ctx, p)
	if missing(err) {
		return stored[account]{}, nil
	}
	return a, err
}

// PersonNamed is whose sign-in name that is; no_such_member for nobody's. It is
// for the command line: over the network it would tell who exists.
func (g *Gate) PersonNamed(ctx context.Context, name string) (person.ID, error) {
	n, err := parseName(name)
	if err != nil {
		return "", err
	}
	a, err := g.accountOf(ctx, n)
	if err == nil && !a.it.Open {
		err = refuse(CodeNoSuchMember)
	}
	return a.it.Person, err
}

// Name is the person's own sign-in name, for themselves alone: never for peers,
// logs or metrics. no_such_member where there is no account.
func (g *Gate) Name(ctx context.Context, p person.ID) (string, error) {
	a, err := g.account(ctx, p)
	if missing(err) {
		return "", refuse(CodeNoSuchMember)
	}
	return a.it.Name, err
}
