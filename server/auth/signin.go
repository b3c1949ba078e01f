package auth

import (
	"context"
	"net/netip"

	"github.com/kith-chat/kith/server/person"
)

// Credentials is what somebody signs in with.
type Credentials struct {
	Name, Passphrase string
	// Known is the device's token from an earlier Entry, or "".
	Known  string
	Device Device
	// From is the address the request came from.
	From netip.Addr
}

// SignIn starts a session. Errors: sign_in_wrong, whatever was wrong; slow_down.
// A try at a name of nobody is counted, and costs, what any other does.
func (g *Gate) SignIn(ctx context.Context, c Credentials) (Entry, error) {
	name, nameErr := parseName(c.Name)
	if nameErr != nil {
		// No account can have it; the tries at it are counted all the same.
		name.key = "\x00" + c.Name
	}
	a, err := g.accountOf(ctx, name)
	if err != nil {
		return Entry{}, err
	}
	key := ofName(name.key)
	if nonce, ok := g.deviceOf(a.it, c.Known); ok {
		key = ofDevice(nonce)
	}
	try, err := g.throttle.tryFrom(g.now(), key, ofNetwork(c.From))
	if err != nil {
		return Entry{}, err
	}
	passphrase := normalPassphrase(c.Passphrase)
	ok, outdated, err := g.hasher.verify(ctx, a.it.Hash, passphrase)
	if err != nil {
		try.undo()
		return Entry{}, err
	}
	if !ok || !a.it.Open {
		return Entry{}, refuse(CodeSignInWrong)
	}
	try.succeed()
	if outdated {
		g.hashAnew(ctx, a, passphrase)
	}
	return g.begin(ctx, a.it, c.Device)
}

// hashAnew stores the hash at today's cost. Failing at it changes nothing for the
// person: the old hash stays good, and the next sign-in tries again.
func (g *Gate) hashAnew(ctx context.Context, a stored[account], passphrase string) {
	p, err := g.hasher.hash(ctx, passphrase)
	if err != nil {
		return
	}
	a.it.Hash = p.String()
	_ = a.put(ctx, g, bucketAccount, string(a.it.Person), a.version)
}

// ChangePassphrase gives the session's person a new passphrase. Their other
// sessions end, and they are told. Errors: signed_out, locked, sign_in_wrong,
// slow_down, and CheckPassphrase's with the field "new". The Known in the answer
// replaces the device's; its Token is "": the session goes on as it is.
func (g *Gate) ChangePassphrase(ctx context.Context, s Session, old, fresh string) (Entry, error) {
	now, err := g.Recheck(ctx, s)
	if err != nil {
		return Entry{}, err
	}
	a, err := g.prove(ctx, s, old)
	if err != nil {
		return Entry{}, err
	}
	hash, err := g.newHash(ctx, fresh, a.Name)
	if err != nil {
		return Entry{}, inField(err, "new")
	}
	e := ending{Actor: s.Person.Actor(), Reason: person.NewPassphrase, Except: s.ID}
	changed, err := g.endAll(ctx, s.Person, e, func(b *account) error {
		// The old one was proven for the account as it was then.
		if b.Gen != a.Gen {
			return refuse(CodeSignInWrong)
		}
		b.Hash, b.Gen, b.ResetLink = hash, b.Gen+1, ""
		return nil
	})
	if err != nil {
		return Entry{}, err
	}
	known, err := g.knownDevice(changed)
	return Entry{Known: known, Session: now}, err
}

// newHash checks a passphrase that somebody chose and hashes it.
func (g *Gate) newHash(ctx context.Context, passphrase string, about ...string) (string, error) {
	programme, err := g.Program(ctx)
	if err != nil {
		return "", err
	}
	normal, err := CheckPassphrase(passphrase, append(about, programme.Name)...)
	if err != nil {
		return "", err
	}
	p, err := g.hasher.hash(ctx, normal)
	return p.String(), err
}

func inField(err error, field string) error {
	if e, ok := err.(*Error); ok && e.Field != "" {
		return &Error{Code: e.Code, Field: field, Wait: e.Wait, cause: e.cause}
	}
	return err
}
