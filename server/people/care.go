package people

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
)

// ErrAtWork: an act on the same person is not finished yet. Try again in a moment.
var ErrAtWork = &room.Refusal{Code: "at_work"}

// EndCare ends somebody's time in the programme: out of every room, every session, and
// the account; with erase, their texts too. It returns once every stream has its part.
// kept says that a legal hold kept texts from being erased. Errors: room.ErrNoSuchMember,
// room.ErrNotAllowed for who leads the programme, ErrAtWork, or those of the store: then
// it may be under way, and is finished by itself.
func (p *People) EndCare(ctx context.Context, by, who person.ID, erase bool) (kept bool, err error) {
	return p.act(ctx, by, program.IntentBegun{Act: program.EndOfCare, Person: who, Erase: erase})
}

// Move takes somebody from one room into another, under a name that is free there.
// Errors as of EndCare, and what the other room refuses: then nothing has changed.
func (p *People) Move(ctx context.Context, by, who person.ID, from, to room.ID, alias string) error {
	_, err := p.act(ctx, by, program.IntentBegun{Act: program.Move, Person: who, From: from, To: to, Alias: alias})
	return err
}

// SetRole makes a member of a room a participant or a moderator there. Their sessions
// end: what a session may show is settled when it begins. Errors as of EndCare.
func (p *People) SetRole(ctx context.Context, by, who person.ID, in room.ID, role room.Role) error {
	if role != room.Participant && role != room.Moderator {
		return room.ErrNotAllowed
	}
	_, err := p.act(ctx, by, program.IntentBegun{Act: program.SetRole, Person: who, From: in, Role: role.String()})
	return err
}

// act writes the intent and carries it out.
func (p *People) act(ctx context.Context, by person.ID, begun program.IntentBegun) (kept bool, err error) {
	begun.ID = p.hub.NewID().String()
	var intent program.Intent
	err = p.gate.ChangeProgram(ctx, by.Actor(), func(s program.State) ([]fact.Fact, error) {
		switch {
		case !s.Knows(begun.Person) || begun.From != "" && !s.HasRoom(begun.From) || begun.To != "" && !s.HasRoom(begun.To):
			return nil, room.ErrNoSuchMember
		case s.IsLead(begun.Person):
			return nil, room.ErrNotAllowed
		case slices.ContainsFunc(s.Open, func(i program.Intent) bool { return i.Person == begun.Person }):
			return nil, ErrAtWork
		}
		return []fact.Fact{begun}, nil
	})
	if err != nil {
		return false, err
	}
	state, err := p.Programme(ctx)
	if err != nil {
		return false, err
	}
	for _, open := range state.Open {
		if open.ID == begun.ID {
			intent = open
		}
	}
	if intent.ID == "" { // another node was faster to finish it
		return false, nil
	}
	return p.carryOut(ctx, intent)
}

// FinishActs carries out what a crash has left under way. It goes on past those that fail.
func (p *People) FinishActs(ctx context.Context) error {
	state, err := p.Programme(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, intent := range state.Open {
		if _, err := p.carryOut(ctx, intent); err != nil && !refused(err) {
			errs = append(errs, fmt.Errorf("people: finishing an act: %w", err))
		}
	}
	return errors.Join(errs...)
}

// carryOut does every step that is not done yet, then says so. It may be done by several
// at once: each step has one id, and its first answer stands.
func (p *People) carryOut(ctx context.Context, i program.Intent) (kept bool, err error) {
	switch i.Act {
	case program.EndOfCare:
		kept, err = p.endCare(ctx, i)
	case program.Move:
		err = p.move(ctx, i)
	case program.SetRole:
		err = p.setRole(ctx, i)
	}
	if err != nil && !refused(err) {
		return kept, err
	}
	done := p.gate.ChangeProgram(ctx, i.By, func(s program.State) ([]fact.Fact, error) {
		if !slices.ContainsFunc(s.Open, func(open program.Intent) bool { return open.ID == i.ID }) {
			return nil, nil
		}
		return []fact.Fact{program.IntentDone{ID: i.ID}}, nil
	})
	return kept, errors.Join(err, done)
}

func refused(err error) bool {
	_, ok := errors.AsType[*room.Refusal](err)
	return ok
}

// endCare: first the account, so that nobody comes in again, then every room of the
// programme. The rooms themselves are asked, not the person's list, which may lag.
func (p *People) endCare(ctx context.Context, i program.Intent) (kept bool, err error) {
	if err := p.gate.CloseAccount(ctx, i.Person, i.By); err != nil {
		return false, err
	}
	programme, err := p.Programme(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range programme.Rooms {
		if err := p.leave(ctx, i, id); err != nil {
			return kept, err
		}
		if !i.Erase {
			continue
		}
		held, err := p.erase(ctx, i, id)
		if kept = kept || held; err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// leave ends a membership, if there is one.
func (p *People) leave(ctx context.Context, i program.Intent, id room.ID) error {
	_, err := p.hub.Do(ctx, id, "", stepID(i, id, "leave", 0), room.EndMembership{Person: i.Person})
	if err != nil && !errors.Is(err, room.ErrNoSuchMember) {
		return err
	}
	return p.unindex(ctx, i.Person, id)
}

// erase ends the person's texts in a room, some hundred at a time.
func (p *People) erase(ctx context.Context, i program.Intent, id room.ID) (kept bool, err error) {
	for n := 0; ; n++ {
		_, err := p.hub.Do(ctx, id, "", stepID(i, id, "erase", n), room.ErasePerson{Person: i.Person, Reason: "care_ended"})
		switch {
		case errors.Is(err, room.ErrNothingDue), errors.Is(err, room.ErrNoSuchMember):
			return false, nil
		case errors.Is(err, room.ErrLegalHold):
			return true, nil
		case err != nil:
			return false, err
		}
	}
}

// move: into the new room first. If that refuses, nothing has changed.
func (p *People) move(ctx context.Context, i program.Intent) error {
	was, err := p.hub.Membership(ctx, i.From, i.Person)
	role := was.Role
	if errors.Is(err, room.ErrNoSuchRoom) { // out already, or never in: the first step's answer says which
		role = room.Participant
	} else if err != nil {
		return err
	}
	join := room.AddMember{Person: i.Person, Alias: i.Alias, Role: role, Until: was.Until}
	if _, err := p.hub.Do(ctx, i.To, "", stepID(i, i.To, "join", 0), join); err != nil && !errors.Is(err, room.ErrAlreadyMember) && !errors.Is(err, room.ErrIDReused) {
		return err
	}
	if err := p.index(ctx, i.Person, i.To); err != nil {
		return err
	}
	if err := p.leave(ctx, i, i.From); err != nil {
		return err
	}
	p.hub.SignalRooms(i.Person)
	return nil
}

// setRole: the room first, which may refuse; then nothing has changed.
func (p *People) setRole(ctx context.Context, i program.Intent) error {
	role, ok := room.ParseRole(i.Role)
	if !ok {
		return room.ErrNotAllowed
	}
	_, err := p.hub.Do(ctx, i.From, "", stepID(i, i.From, "role", 0), room.SetRole{Person: i.Person, Role: role})
	if err != nil {
		return err
	}
	return p.gate.EndAllOnce(ctx, i.Person, person.RoleHasChanged, i.By, stepID(i, i.From, "sessions", 0).String())
}

// stepID is the id of one step of an act: the same each time it is done.
func stepID(i program.Intent, in room.ID, step string, n int) room.CommandID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", i.ID, in, step, n))
	return room.NewCommandID(room.Time(i.At), [10]byte(sum[:10]))
}
