package auth

import (
	"context"

	"github.com/kith-chat/kith/server/eventlog"
)

// takeUp makes the link's claim, or proves that it is this person's and makes
// them the last to have taken it up. Errors: name_taken, link_used for another
// name or passphrase than the claim's, ErrConflict where somebody was faster.
func (g *Gate) takeUp(ctx context.Context, l *linkRef, f form) error {
	if c := l.it.Claim; c != nil && c.Releasing {
		if err := g.release(ctx, l); err != nil {
			return err
		}
	}
	if l.it.Claim == nil {
		return g.makeClaim(ctx, l, f)
	}
	if !sameName(l.it.Claim.Name, f.name) || !l.it.Claim.Enrols {
		return refuse(CodeLinkUsed)
	}
	hash := l.it.Claim.Hash
	// The account's own passphrase counts once there is one: it may have changed.
	a, err := g.account(ctx, l.it.Claim.Person)
	if err == nil {
		hash = a.it.Hash
	} else if !missing(err) {
		return err
	}
	if err := g.mustMatch(ctx, hash, f.passphrase); err != nil {
		return err
	}
	next := *l.it.Claim
	next.Tries++
	if next.Alias == "" {
		next.Alias = f.alias
		next.Cmd = commandID(g.now(), l.key+string(next.Person)+versionText(l.version))
	}
	l.it.Claim = &next
	return l.put(ctx, g)
}

func (g *Gate) makeClaim(ctx context.Context, l *linkRef, f form) error {
	// The name's own compare-and-swap decides; asking first spares the hash, and
	// the link a claim that would have to be released.
	switch _, err := get[holder](ctx, g, bucketName, f.name.key); {
	case err == nil:
		return &Error{Code: CodeNameTaken, Field: "name"}
	case !missing(err):
		return err
	}
	hash, err := g.hasher.hash(ctx, f.passphrase)
	if err != nil {
		return err
	}
	id, err := g.NewPersonID()
	if err != nil {
		return err
	}
	now := g.now()
	l.it.Claim = &claim{
		Person: id, At: ms(now), Cmd: commandID(now, l.key+string(id)), Alias: f.alias,
		Enrols: true, Name: f.name.shown, Hash: hash.String(), Programme: f.programme,
	}
	return l.put(ctx, g)
}

// reserve takes the name and makes the account that nobody can sign in to yet.
// Both end with the link, should nobody ever finish. Error: name_taken.
func (g *Gate) reserve(ctx context.Context, l *linkRef) error {
	c := l.it.Claim
	name, err := parseName(c.Name)
	if err != nil {
		return err
	}
	h := stored[holder]{it: holder{c.Person}, expires: l.expires}
	err = h.put(ctx, g, bucketName, name.key, eventlog.Absent)
	if conflict(err) {
		h, err = get[holder](ctx, g, bucketName, name.key)
		if err == nil && h.it.Person != c.Person {
			return &Error{Code: CodeNameTaken, Field: "name"}
		}
	}
	if err != nil {
		return err
	}
	a := stored[account]{it: account{Person: c.Person, Name: c.Name, Hash: c.Hash, Gen: 1, Epoch: 1}, expires: l.expires}
	err = a.put(ctx, g, bucketAccount, string(c.Person), eventlog.Absent)
	if conflict(err) {
		return nil // made before; the key is this person's alone
	}
	return err
}

// release takes away what the claim made and frees the link, unless somebody else
// has taken the claim up since: then it is theirs to finish (ErrConflict). Only
// for a claim whose join was refused.
func (g *Gate) release(ctx context.Context, l *linkRef) error {
	c := *l.it.Claim
	if !c.Releasing {
		c.Releasing = true
		l.it.Claim = &c
		if err := l.put(ctx, g); err != nil {
			return err
		}
	}
	if c.Enrols {
		if err := g.unreserve(ctx, c); err != nil {
			return err
		}
	}
	// The link last: while it is claimed, what is left over can be found.
	l.it.Claim, l.released = nil, c.Alias
	return l.put(ctx, g)
}

func (g *Gate) unreserve(ctx context.Context, c claim) error {
	if err := g.values.Delete(ctx, bucketAccount, string(c.Person), eventlog.Any); err != nil {
		return err
	}
	name, err := parseName(c.Name)
	if err != nil {
		return err
	}
	h, err := get[holder](ctx, g, bucketName, name.key)
	if missing(err) || err == nil && h.it.Person != c.Person {
		return nil
	}
	if err != nil {
		return err
	}
	return g.values.Delete(ctx, bucketName, name.key, h.version)
}
