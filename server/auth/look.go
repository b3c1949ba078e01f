package auth

import (
	"context"
	"time"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
)

// LinkInfo is what the holder of a secret may know before spending it.
type LinkInfo struct {
	Kind    LinkKind
	Room    program.RoomID // invitations
	Role    Role           // invitations and setup
	Expires time.Time
	// MemberAlready: the one who looks is in the room.
	MemberAlready bool
}

// Look tells what a link is for and changes nothing: it may be done by programs
// that open every link they see. by is who is signed in, or "". Errors:
// link_unknown, link_used, link_expired.
func (g *Gate) Look(ctx context.Context, secret string, by person.ID) (LinkInfo, error) {
	l, err := g.find(ctx, secret)
	if err != nil {
		return LinkInfo{}, err
	}
	over, err := g.over(ctx, l.it)
	if err != nil {
		return LinkInfo{}, err
	}
	if over {
		return LinkInfo{}, refuse(CodeLinkUsed)
	}
	info := LinkInfo{Kind: l.it.Kind, Room: l.it.Room, Role: l.it.Role, Expires: at(l.it.Expires)}
	if by != "" && l.it.Room != "" {
		s, err := g.Person(ctx, by)
		if err != nil {
			return LinkInfo{}, err
		}
		info.MemberAlready = s.In(l.it.Room)
	}
	return info, nil
}

// over says whether nobody can spend the link any more, by itself or because what
// it was for has happened in another way.
func (g *Gate) over(ctx context.Context, l link) (bool, error) {
	if l.Used != 0 {
		return true, nil
	}
	switch l.Kind {
	case LinkSetup:
		return g.setUp(ctx, l)
	case LinkReset:
		a, err := g.account(ctx, l.Person)
		if missing(err) {
			return true, nil
		}
		return a.it.Gen != l.Gen, err
	default:
		return false, nil
	}
}

// setUp says whether the programme has a lead who did not come by this link.
func (g *Gate) setUp(ctx context.Context, l link) (bool, error) {
	s, err := g.Program(ctx)
	mine := l.Claim != nil && s.IsLead(l.Claim.Person)
	return len(s.Leads) > 0 && !mine, err
}
