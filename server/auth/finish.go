package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
)

// finish does what the link's claim says, each step so that it can be done again:
// reserve, join, the person's and the programme's records, open, used. The room is
// asked before the account opens, so that a refusal leaves nobody half inside.
func (g *Gate) finish(ctx context.Context, l *linkRef, join Join) error {
	c := *l.it.Claim
	if c.Enrols {
		if err := g.reserve(ctx, l); err != nil {
			return g.refused(ctx, l, err)
		}
	}
	if l.it.Kind == LinkSetup {
		// The first lead is settled before anything is opened in their name.
		if err := g.appoint(ctx, c); err != nil {
			return g.refused(ctx, l, err)
		}
	}
	err := join(ctx, c.Person, l.it.Room, l.it.Role, l.it.until(), c.Alias, c.Cmd)
	if err != nil && CodeOf(err) != CodeMemberAlready {
		if l.it.Kind == LinkSetup {
			return g.refusedLead(ctx, l, err)
		}
		return g.refused(ctx, l, err)
	}
	if err := g.record(ctx, l.it, c); err != nil {
		return err
	}
	if c.Enrols {
		if err := g.open(ctx, c); err != nil {
			return err
		}
	}
	return g.markUsed(ctx, l, c.Person)
}

// refused releases the claim if err is a refusal, and returns err.
func (g *Gate) refused(ctx context.Context, l *linkRef, err error) error {
	if CodeOf(err) == "" {
		return err
	}
	if releaseErr := g.release(ctx, l); releaseErr != nil && !conflict(releaseErr) {
		return fmt.Errorf("auth: releasing a link after a refusal: %w", releaseErr)
	}
	return err
}

// refusedLead is refused for the first lead. There is a lead by then, so the claim
// can't be released; it only waits for another alias.
func (g *Gate) refusedLead(ctx context.Context, l *linkRef, err error) error {
	if CodeOf(err) == "" {
		return err
	}
	next := *l.it.Claim
	next.Alias = ""
	l.it.Claim = &next
	if putErr := l.put(ctx, g); putErr != nil && !conflict(putErr) {
		return fmt.Errorf("auth: noting a refusal: %w", putErr)
	}
	return err
}

// appoint makes the claimant the programme's lead. link_used if there is one.
func (g *Gate) appoint(ctx context.Context, c claim) error {
	return g.ChangeProgram(ctx, fact.Machine, func(s program.State) ([]fact.Fact, error) {
		switch {
		case s.IsLead(c.Person):
			return nil, nil
		case len(s.Leads) > 0:
			return nil, refuse(CodeLinkUsed)
		}
		return []fact.Fact{
			program.ProgramNamed{Name: c.Programme},
			program.PersonEnrolled{Person: c.Person},
			program.LeadAppointed{Person: c.Person},
		}, nil
	})
}

// record tells the person's stream and the programme's.
func (g *Gate) record(ctx context.Context, l link, c claim) error {
	err := g.ChangePerson(ctx, c.Person, c.Person.Actor(), func(s person.State) ([]fact.Fact, error) {
		var facts []fact.Fact
		if c.Enrols && s.EnrolledAt == 0 {
			facts = append(facts, person.Enrolled{})
		}
		if l.Room != "" && !s.In(l.Room) {
			facts = append(facts, person.RoomJoined{Room: l.Room})
		}
		return facts, nil
	})
	if err != nil || !c.Enrols {
		return err
	}
	return g.ChangeProgram(ctx, c.Person.Actor(), knows(c.Person))
}

func knows(p person.ID) func(program.State) ([]fact.Fact, error) {
	return func(s program.State) ([]fact.Fact, error) {
		if s.Knows(p) {
			return nil, nil
		}
		return []fact.Fact{program.PersonEnrolled{Person: p}}, nil
	}
}

// open lets the account be signed in to, and its name be kept for good.
func (g *Gate) open(ctx context.Context, c claim) error {
	name, err := parseName(c.Name)
	if err != nil {
		return err
	}
	_, err = change(ctx, g, bucketName, name.key, func(h *stored[holder]) error {
		if h.it.Person != c.Person {
			return errors.New("auth: a reserved name was given away")
		}
		h.expires = time.Time{}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = change(ctx, g, bucketAccount, string(c.Person), func(a *stored[account]) error {
		if a.it.Closed || a.it.Open && a.expires.IsZero() {
			return errUnchanged
		}
		a.it.Open, a.expires = true, time.Time{}
		return nil
	})
	return err
}

// markUsed leaves of the link that it was used, when and by whose id.
func (g *Gate) markUsed(ctx context.Context, l *linkRef, by person.ID) error {
	l.it.Claim, l.it.Used, l.it.UsedBy = nil, ms(g.now()), by
	err := l.put(ctx, g)
	if !conflict(err) {
		return err
	}
	// The same person, twice at once: the other one has marked it or will.
	s, err := get[link](ctx, g, bucketLink, l.key)
	if err != nil {
		return err
	}
	if c := s.it.Claim; c != nil && c.Person == by && !c.Releasing {
		l.version = s.version
		return l.put(ctx, g)
	}
	if s.it.UsedBy == by {
		return nil
	}
	return fmt.Errorf("auth: a link was taken up by somebody else: %w", eventlog.ErrConflict)
}
