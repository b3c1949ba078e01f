package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
)

// Reset is what somebody with a reset link brings.
type Reset struct {
	Secret, Passphrase string
	Device             Device
}

// SpendReset gives the link's person a new passphrase, ends all their sessions,
// records who issued the link, leaves the person a notice, and starts a session.
// Sent once more with the same passphrase, after a crash or a lost answer, it goes
// on. Errors: link_unknown, link_used, link_expired, passphrase_*, slow_down.
func (g *Gate) SpendReset(ctx context.Context, in Reset) (Entry, error) {
	l, err := g.find(ctx, in.Secret, LinkReset)
	if err != nil {
		return Entry{}, err
	}
	a, err := g.account(ctx, l.it.Person)
	if missing(err) {
		return Entry{}, refuse(CodeLinkUsed)
	}
	if err != nil {
		return Entry{}, err
	}
	after := a.it
	if a.it.ResetLink == l.key {
		err = g.resetBefore(ctx, l, &a, in.Passphrase)
		after = a.it
	} else if l.it.Used != 0 || a.it.Gen != l.it.Gen {
		err = refuse(CodeLinkUsed)
	} else {
		after, err = g.reset(ctx, l, a.it, in.Passphrase)
	}
	if err != nil {
		return Entry{}, err
	}
	if l.it.Used == 0 {
		if err := g.markUsed(ctx, &l, l.it.Person); err != nil {
			return Entry{}, err
		}
	}
	return g.begin(ctx, after, in.Device)
}

// reset replaces the passphrase. Of two at once the account's compare-and-swap
// lets one through.
func (g *Gate) reset(ctx context.Context, l linkRef, a account, passphrase string) (account, error) {
	hash, err := g.newHash(ctx, passphrase, a.Name)
	if err != nil {
		return account{}, err
	}
	e := ending{Actor: a.Person.Actor(), Reason: person.PassphraseLost, Issuer: l.it.By, DropsSecond: l.it.Second && a.Second != nil}
	return g.endAll(ctx, a.Person, e, func(b *account) error {
		if b.Gen != l.it.Gen {
			return refuse(CodeLinkUsed)
		}
		b.Hash, b.Gen, b.ResetLink = hash, b.Gen+1, l.key
		if l.it.Second {
			b.Second = nil
		}
		return nil
	})
}

// resetBefore lets somebody go on who gave the passphrase that the link has set.
func (g *Gate) resetBefore(ctx context.Context, l linkRef, a *stored[account], passphrase string) error {
	if l.it.Used != 0 && !g.usedJustNow(l.it, l.it.Person) {
		return refuse(CodeLinkUsed)
	}
	try, err := g.throttle.try(g.now(), ofLink(l.key))
	if err != nil {
		return err
	}
	if err := g.mustMatch(ctx, a.it.Hash, normalPassphrase(passphrase)); err != nil {
		if CodeOf(err) != CodeLinkUsed {
			try.undo()
		}
		return err
	}
	try.succeed()
	return g.settle(ctx, a)
}
