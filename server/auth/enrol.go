package auth

import (
	"context"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
)

// What has to be accepted by everybody who joins a room.
const (
	AcceptAgreement    = "agreement"
	AcceptNotEmergency = "not_emergency"
)

// Join makes the person a member of the room, under the id of a command. For a
// setup link room is "" and role is Lead: do what a new programme needs, or
// nothing. It answers
//
//   - nil once it is durable, and again for the same cmdID and content;
//   - an *Error (see Refuse) where the room has refused, and only where nothing
//     was or will be done: the claim is released then. member_already counts as
//     joined;
//   - any other error where the outcome is not known: the claim stays, and the
//     same secret, name and passphrase, or Resume, ask again with the same cmdID.
type Join func(ctx context.Context, p person.ID, room program.RoomID, role Role, until time.Time, alias, cmdID string) error

// Enrolment is what a new person brings.
type Enrolment struct {
	Secret, Name, Passphrase, Alias string
	// Accepts must hold both AcceptAgreement and AcceptNotEmergency.
	Accepts []string
	// Programme is the new programme's name, with a setup link alone.
	Programme string
	Device    Device
}

// Enrol spends an invitation or setup link for somebody new and signs them in.
// What is wrong with the form is told before the link is touched. Errors:
// link_unknown, link_used, link_expired, name_bad, name_taken, passphrase_*,
// alias_*, accept_needed, bad_value, slow_down, and what join refused.
func (g *Gate) Enrol(ctx context.Context, in Enrolment, join Join) (Entry, error) {
	l, err := g.find(ctx, in.Secret, LinkInvite, LinkSetup)
	if err != nil {
		return Entry{}, err
	}
	form, err := g.checkForm(ctx, in, l.it)
	if err != nil {
		return Entry{}, err
	}
	try, err := g.throttle.try(g.now(), ofLink(l.key))
	if err != nil {
		return Entry{}, err
	}
	p, err := g.spend(ctx, l.key, form, join)
	if err != nil {
		// Wrong guesses at a claim stay counted, and questions for taken names.
		if code := CodeOf(err); code != CodeLinkUsed && code != CodeNameTaken {
			try.undo()
		}
		return Entry{}, err
	}
	try.succeed()
	a, err := g.account(ctx, p)
	if err != nil {
		return Entry{}, err
	}
	return g.begin(ctx, a.it, in.Device)
}

// form is an Enrolment that was found in order.
type form struct {
	name       signInName
	passphrase string
	alias      string
	programme  string
}

func (g *Gate) checkForm(ctx context.Context, in Enrolment, l link) (form, error) {
	var f form
	var err error
	if f.name, err = parseName(in.Name); err != nil {
		return f, err
	}
	if f.alias, err = CheckAlias(in.Alias, l.Role.Staff()); err != nil {
		return f, err
	}
	if l.Kind == LinkSetup {
		f.programme = norm.NFC.String(in.Programme)
		if n := utf8.RuneCountInString(f.programme); n < 1 || n > program.MaxName || !utf8.ValidString(f.programme) {
			return f, &Error{Code: CodeBadValue, Field: "programme"}
		}
	}
	s, err := g.Program(ctx)
	if err != nil {
		return f, err
	}
	if f.passphrase, err = CheckPassphrase(in.Passphrase, f.name.key, f.alias, f.programme, s.Name); err != nil {
		return f, err
	}
	return f, checkAccepts(in.Accepts)
}

func checkAccepts(accepts []string) error {
	var agreement, notEmergency bool
	for _, a := range accepts {
		agreement = agreement || a == AcceptAgreement
		notEmergency = notEmergency || a == AcceptNotEmergency
	}
	if !agreement || !notEmergency {
		return &Error{Code: CodeAcceptNeeded, Field: "accepts"}
	}
	return nil
}

// spend claims the link, or takes up the claim of the same person, and finishes.
// The link is read anew each time round: somebody else may have been faster, or
// an earlier claim was released.
func (g *Gate) spend(ctx context.Context, key string, f form, join Join) (person.ID, error) {
	var err error
	for range maxTries {
		var s stored[link]
		if s, err = get[link](ctx, g, bucketLink, key); err != nil {
			return "", err
		}
		l := linkRef{stored: s, key: key}
		if l.it.Used != 0 {
			return g.enrolledBefore(ctx, l.it, f)
		}
		over, overErr := g.over(ctx, l.it)
		if overErr != nil || over {
			return "", firstError(overErr, refuse(CodeLinkUsed))
		}
		if err = g.takeUp(ctx, &l, f); conflict(err) {
			continue
		} else if err != nil {
			return "", err
		}
		err = g.finish(ctx, &l, join)
		if err == nil {
			return l.it.UsedBy, nil
		}
		if conflict(err) {
			continue
		}
		// What was refused may be the alias of an earlier try; then the one given
		// now has its own turn.
		if CodeOf(err) == "" || l.it.Claim != nil || l.released == f.alias {
			return "", err
		}
	}
	return "", err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// enrolledBefore answers somebody who sends once more what has enrolled them: it
// is a sign-in with their name and passphrase, and anybody else learns nothing.
func (g *Gate) enrolledBefore(ctx context.Context, l link, f form) (person.ID, error) {
	a, err := g.account(ctx, l.UsedBy)
	if err != nil && !missing(err) {
		return "", err
	}
	if missing(err) || !g.usedJustNow(l, l.UsedBy) || !sameName(a.it.Name, f.name) {
		return "", refuse(CodeLinkUsed)
	}
	if err := g.mustMatch(ctx, a.it.Hash, f.passphrase); err != nil {
		return "", err
	}
	return l.UsedBy, nil
}

// mustMatch answers link_used to everybody but who knows the passphrase.
func (g *Gate) mustMatch(ctx context.Context, hash, passphrase string) error {
	ok, _, err := g.hasher.verify(ctx, hash, passphrase)
	if err == nil && !ok {
		return refuse(CodeLinkUsed)
	}
	return err
}

func sameName(stored string, n signInName) bool {
	s, err := parseName(stored)
	return err == nil && s.key == n.key
}
