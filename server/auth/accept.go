package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
)

// Acceptance is what somebody with an account brings to join one more room.
type Acceptance struct {
	Secret, Alias string
	// Accepts is as in Enrolment: each room has its own agreement.
	Accepts []string
}

// Accept spends an invitation for a person who is signed in. Errors: link_unknown,
// link_used, link_expired, alias_*, accept_needed, member_already (the link stays
// good for whom it is meant), and what join refused.
func (g *Gate) Accept(ctx context.Context, p person.ID, in Acceptance, join Join) (program.RoomID, error) {
	l, err := g.find(ctx, in.Secret, LinkInvite)
	if err != nil {
		return "", err
	}
	alias, err := CheckAlias(in.Alias, l.it.Role.Staff())
	if err != nil {
		return "", err
	}
	if err := checkAccepts(in.Accepts); err != nil {
		return "", err
	}
	for range maxTries {
		if g.usedJustNow(l.it, p) {
			return l.it.Room, nil
		}
		if err = g.acceptOnce(ctx, &l, p, alias, join); err == nil {
			return l.it.Room, nil
		}
		again := conflict(err) || CodeOf(err) != "" && l.released != "" && l.released != alias
		if !again {
			return "", err
		}
		if l, err = g.find(ctx, in.Secret, LinkInvite); err != nil {
			return "", err
		}
	}
	return "", err
}

func (g *Gate) acceptOnce(ctx context.Context, l *linkRef, p person.ID, alias string, join Join) error {
	if l.it.Used != 0 {
		return refuse(CodeLinkUsed)
	}
	if c := l.it.Claim; c != nil && c.Releasing {
		if err := g.release(ctx, l); err != nil {
			return err
		}
	}
	if l.it.Claim == nil {
		s, err := g.Person(ctx, p)
		if err != nil {
			return err
		}
		if s.In(l.it.Room) {
			return refuse(CodeMemberAlready)
		}
		now := g.now()
		// The version makes it another command after a release.
		l.it.Claim = &claim{Person: p, At: ms(now), Cmd: commandID(now, l.key+string(p)+versionText(l.version)), Alias: alias}
	} else {
		if l.it.Claim.Person != p || l.it.Claim.Enrols {
			return refuse(CodeLinkUsed)
		}
		next := *l.it.Claim
		next.Tries++
		l.it.Claim = &next
	}
	if err := l.put(ctx, g); err != nil {
		return err
	}
	return g.finish(ctx, l, join)
}
