package auth

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
)

// LinkKind is what a link is for.
type LinkKind string

// Kinds of links.
const (
	LinkInvite LinkKind = "invite" // into one room, with one role
	LinkSetup  LinkKind = "setup"  // the first lead of a new programme
	LinkReset  LinkKind = "reset"  // a new passphrase for one person
	LinkDemo   LinkKind = "demo"   // in as one person of the demo, as often as wanted
)

// Lifetimes of links.
const (
	DefaultInviteDays = 7
	MaxInviteDays     = 30
	SetupLasts        = 24 * time.Hour
	// MaxAhead is how long before the membership begins an invitation can be made.
	MaxAhead   = 90 * 24 * time.Hour
	ResetLasts = 24 * time.Hour
	// LinkRemembered is how long after its end a link still answers link_used or
	// link_expired instead of link_unknown.
	LinkRemembered = 30 * 24 * time.Hour
	// ClaimLasts is how long after its claim a link can still be finished, and
	// after its use be sent once more by who used it, for an answer that was lost.
	ClaimLasts = 24 * time.Hour
)

// Role is what somebody will be in a room.
type Role string

// Roles.
const (
	Participant Role = "participant"
	Moderator   Role = "moderator"
	Lead        Role = "lead"
)

// Staff says whether the role looks after others.
func (r Role) Staff() bool { return r == Moderator || r == Lead }

// link is the stored form. Under which secret it is kept only its key tells.
type link struct {
	Kind    LinkKind       `json:"kind"`
	Room    program.RoomID `json:"room,omitzero"`
	Role    Role           `json:"role,omitzero"`
	Person  person.ID      `json:"person,omitzero"`
	By      fact.Actor     `json:"by"`
	Issued  int64          `json:"issued"`
	Expires int64          `json:"expires"`
	// From is when the link begins to be good for something, Until when the membership
	// ends that it leads to; 0: at once, and never.
	From  int64 `json:"from,omitzero"`
	Until int64 `json:"until,omitzero"`
	// Gen is which of the person's passphrases the link replaces.
	Gen uint64 `json:"gen,omitzero"`
	// Second: it takes their second step away too.
	Second bool   `json:"second,omitzero"`
	Claim  *claim `json:"claim,omitzero"`
	// Used is when, and UsedBy by whom. Nothing else of the claim is left then.
	Used   int64     `json:"used,omitzero"`
	UsedBy person.ID `json:"used_by,omitzero"`
}

// claim binds a link to the one who began to spend it.
type claim struct {
	Person person.ID `json:"person"`
	At     int64     `json:"at"`
	Cmd    string    `json:"cmd"`
	// Alias as checked; "" where the room refused it to the first lead, whose
	// claim can't be released.
	Alias string `json:"alias"`
	// Enrols says that the person is new; then the next three are theirs.
	Enrols    bool   `json:"enrols,omitzero"`
	Name      string `json:"name,omitzero"`
	Hash      string `json:"hash,omitzero"`
	Programme string `json:"programme,omitzero"`
	// Tries counts those who took up the claim: only the last may release it.
	Tries int `json:"tries"`
	// Releasing: what the claim made is being taken away again.
	Releasing bool `json:"releasing,omitzero"`
}

// linkRef is a link as read, and its key.
type linkRef struct {
	stored[link]
	key string
	// released is the alias that was refused, if this one released its claim.
	released string
}

// put replaces the link if nobody else has; the error wraps ErrConflict then.
func (l *linkRef) put(ctx context.Context, g *Gate) error {
	end := max(l.it.Expires, l.it.Used)
	if c := l.it.Claim; c != nil {
		end = max(end, c.At)
	}
	l.expires = at(end).Add(LinkRemembered)
	return l.stored.put(ctx, g, bucketLink, l.key, l.version)
}

// liveUntil is when the link ends unused. One that was claimed in time can be
// finished a while longer.
func (l link) liveUntil() time.Time {
	end := at(l.Expires)
	if l.Claim != nil {
		if late := at(l.Claim.At).Add(ClaimLasts); late.After(end) {
			return late
		}
	}
	return end
}

// until is when the membership ends; the zero time: not by itself.
func (l link) until() time.Time {
	if l.Until == 0 {
		return time.Time{}
	}
	return at(l.Until)
}

// usedJustNow says whether p may send again what used the link.
func (g *Gate) usedJustNow(l link, p person.ID) bool {
	return l.Used != 0 && p != "" && l.UsedBy == p && g.now().Before(at(l.Used).Add(ClaimLasts))
}

// linkKey is under which key a secret's link is kept; false for what is no secret.
func linkKey(secret string) (string, bool) {
	b, err := encoding.DecodeString(secret)
	if err != nil || len(b) != secretBytes {
		return "", false
	}
	sum := sha256.Sum256(b)
	return encoding.EncodeToString(sum[:]), true
}

// find reads the link of a secret. Errors: link_unknown, also for another kind;
// link_expired, link_early. A used one is found.
func (g *Gate) find(ctx context.Context, secret string, kinds ...LinkKind) (linkRef, error) {
	key, ok := linkKey(secret)
	if !ok {
		return linkRef{}, refuse(CodeLinkUnknown)
	}
	s, err := get[link](ctx, g, bucketLink, key)
	if missing(err) {
		return linkRef{}, refuse(CodeLinkUnknown)
	}
	if err != nil {
		return linkRef{}, err
	}
	l := linkRef{stored: s, key: key}
	right := len(kinds) == 0
	for _, k := range kinds {
		right = right || k == l.it.Kind
	}
	switch {
	case !right:
		return linkRef{}, refuse(CodeLinkUnknown)
	case l.it.Used == 0 && g.now().Before(at(l.it.From)):
		return linkRef{}, refuse(CodeLinkEarly)
	case l.it.Used == 0 && !g.now().Before(l.it.liveUntil()):
		return linkRef{}, refuse(CodeLinkExpired)
	}
	return l, nil
}

// Issued is a new link: the only time its secret is known here.
type Issued struct {
	Secret  string
	Expires time.Time
}

// Invitation is what an invitation binds.
type Invitation struct {
	Room program.RoomID
	Role Role
	By   fact.Actor
	// Days it lasts: 1 to MaxInviteDays; 0 is DefaultInviteDays.
	Days int
	// From is the first moment of the membership, at most MaxAhead from now, and Until its
	// last; zero: as soon as the link is spent, and without an end.
	From, Until time.Time
}

// IssueInvite makes a link into a room. Whoever calls has decided that By may
// invite to that room and role. Error: bad_value with the field.
func (g *Gate) IssueInvite(ctx context.Context, i Invitation) (Issued, error) {
	if i.Days == 0 {
		i.Days = DefaultInviteDays
	}
	switch {
	case i.Days < 1 || i.Days > MaxInviteDays:
		return Issued{}, &Error{Code: CodeBadValue, Field: "days"}
	case i.Role != Participant && i.Role != Moderator:
		return Issued{}, &Error{Code: CodeBadValue, Field: "role"}
	case !i.Room.Valid():
		return Issued{}, &Error{Code: CodeBadValue, Field: "room"}
	case i.From.After(g.now().Add(MaxAhead)):
		return Issued{}, &Error{Code: CodeBadValue, Field: "from"}
	case !i.Until.IsZero() && (!i.Until.After(g.now()) || !i.Until.After(i.From)):
		return Issued{}, &Error{Code: CodeBadValue, Field: "until"}
	}
	lasts := time.Duration(i.Days) * 24 * time.Hour
	l := link{Kind: LinkInvite, Room: i.Room, Role: i.Role, By: i.By}
	if i.From.After(g.now()) {
		l.From = ms(i.From)
		lasts += i.From.Sub(g.now())
	}
	if !i.Until.IsZero() {
		l.Until = ms(i.Until)
	}
	return g.issue(ctx, l, lasts)
}

// IssueSetup makes a link for the first lead. It is worth nothing once there is
// a lead; then it is link_used, and so is the asking for one.
func (g *Gate) IssueSetup(ctx context.Context) (Issued, error) {
	s, err := g.Program(ctx)
	if err != nil {
		return Issued{}, err
	}
	if len(s.Leads) > 0 {
		return Issued{}, refuse(CodeLinkUsed)
	}
	return g.issue(ctx, link{Kind: LinkSetup, Role: Lead, By: fact.Machine}, SetupLasts)
}

// IssueReset makes a link that gives the person a new passphrase. Whoever calls
// has decided that by may do it: the link is as good as the account. It is worth
// nothing once the passphrase was changed in any way. Error: no_such_member.
func (g *Gate) IssueReset(ctx context.Context, p person.ID, by fact.Actor) (Issued, error) {
	return g.issueReset(ctx, p, by, false)
}

// IssueRescue is IssueReset for somebody who has lost their second step as well: it is
// gone when the link is spent, and they set up another.
func (g *Gate) IssueRescue(ctx context.Context, p person.ID, by fact.Actor) (Issued, error) {
	return g.issueReset(ctx, p, by, true)
}

func (g *Gate) issueReset(ctx context.Context, p person.ID, by fact.Actor, second bool) (Issued, error) {
	a, err := g.account(ctx, p)
	if missing(err) || err == nil && !a.it.Open {
		return Issued{}, refuse(CodeNoSuchMember)
	}
	if err != nil {
		return Issued{}, err
	}
	return g.issue(ctx, link{Kind: LinkReset, Person: p, By: by, Gen: a.it.Gen, Second: second}, ResetLasts)
}

// IssueDemo makes a link that signs in as p again and again. For the demo alone:
// nothing in it tells people apart.
func (g *Gate) IssueDemo(ctx context.Context, p person.ID, lasts time.Duration) (Issued, error) {
	return g.issue(ctx, link{Kind: LinkDemo, Person: p, By: fact.Machine}, lasts)
}

func (g *Gate) issue(ctx context.Context, l link, lasts time.Duration) (Issued, error) {
	if !l.By.Valid() {
		return Issued{}, &Error{Code: CodeBadValue, Field: "by"}
	}
	var secret [secretBytes]byte
	if err := g.random(secret[:]); err != nil {
		return Issued{}, err
	}
	now := g.now()
	l.Issued, l.Expires = ms(now), ms(now.Add(lasts))
	text := encoding.EncodeToString(secret[:])
	key, _ := linkKey(text)
	ref := linkRef{stored: stored[link]{it: l, version: eventlog.Absent}, key: key}
	if err := ref.put(ctx, g); err != nil {
		return Issued{}, err
	}
	return Issued{Secret: text, Expires: at(l.Expires)}, nil
}
