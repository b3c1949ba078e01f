// Package people is what happens to a person in several streams at once: coming
// into a room, opening one, and what they are in all of theirs. Each act is a list
// of idempotent steps under ids derived from the act, so that doing it again after
// a crash finishes it and doubles nothing. The truth about a membership is the
// room's own stream; the person's is the index by which their rooms are found.
package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// People joins those who come in with the rooms they come into.
type People struct {
	gate      *auth.Gate
	hub       *hub.Hub
	programme *programme
	values    eventlog.Values
}

// New makes a People. Gate and hub work on the same log and values.
func New(log eventlog.Log, values eventlog.Values, gate *auth.Gate, h *hub.Hub) *People {
	return &People{gate, h, &programme{log: log}, values}
}

// Join lets a person into a room, once for each command id. A refusal of the room
// is an *auth.Error with the room's code; then nothing has changed.
func (p *People) Join(ctx context.Context, in room.ID, as room.AddMember, id room.CommandID) error {
	who := as.Person
	_, err := p.hub.Do(ctx, in, "", id, as)
	if refusal, ok := errors.AsType[*room.Refusal](err); ok {
		return auth.Refuse(refusal.Code, refusal.Field, err)
	}
	if err != nil {
		return err
	}
	if err := p.index(ctx, who, in); err != nil {
		return err
	}
	p.hub.SignalRooms(who)
	return nil
}

// index puts a room on a person's list, and says so once more where it is there: else an
// unindex that has looked at the room before the person came in could come after.
func (p *People) index(ctx context.Context, who person.ID, in room.ID) error {
	return p.gate.ChangePerson(ctx, who, who.Actor(), func(person.State) ([]fact.Fact, error) {
		return []fact.Fact{person.RoomJoined{Room: in}}, nil
	})
}

// unindex takes a room off a person's list, unless they are in it again.
func (p *People) unindex(ctx context.Context, who person.ID, in room.ID) error {
	return p.gate.ChangePerson(ctx, who, who.Actor(), func(s person.State) ([]fact.Fact, error) {
		if !s.In(in) {
			return nil, nil
		}
		_, err := p.hub.Membership(ctx, in, who)
		if err == nil {
			return nil, nil
		}
		if !errors.Is(err, room.ErrNoSuchRoom) {
			return nil, err
		}
		return []fact.Fact{person.RoomLeft{Room: in}}, nil
	})
}

// NewRoom is a room that is to be opened.
type NewRoom struct{ Name, Topic, Rules, Alias string }

// OpenRoom opens a room with by as its lead. The room comes first, then the lead's
// index, then the programme's list: a crash in between leaves a room that nobody
// sees, or one that Resume puts on the list.
func (p *People) OpenRoom(ctx context.Context, by person.ID, n NewRoom) (room.ID, error) {
	var random [fact.IDBytes]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	id := room.ID(fact.FormID("r_", random))
	steps := []room.Action{
		room.OpenRoom{Name: n.Name},
		room.AddMember{Person: by, Alias: n.Alias, Role: room.Lead},
	}
	for i, step := range steps {
		if err := p.step(ctx, id, "", step, i); err != nil {
			return "", err
		}
	}
	if n.Topic != "" {
		if err := p.step(ctx, id, by, room.SetTopic{Text: n.Topic}, 2); err != nil {
			return "", err
		}
	}
	if n.Rules != "" {
		if err := p.step(ctx, id, by, room.SetRules{Text: n.Rules}, 3); err != nil {
			return "", err
		}
	}
	if err := p.index(ctx, by, id); err != nil {
		return "", err
	}
	p.hub.SignalRooms(by)
	return id, p.list(ctx, by, id)
}

// list puts a room on the programme's list, once.
func (p *People) list(ctx context.Context, by person.ID, id room.ID) error {
	return p.gate.ChangeProgram(ctx, by.Actor(), func(s program.State) ([]fact.Fact, error) {
		if s.HasRoom(id) {
			return nil, nil
		}
		return []fact.Fact{program.RoomOpened{Room: id}}, nil
	})
}

// Resume puts rooms on the programme's list whose opening was cut off before that.
func (p *People) Resume(ctx context.Context) error {
	programme, err := p.Programme(ctx)
	if err != nil {
		return err
	}
	for _, lead := range programme.Leads {
		state, err := p.gate.Person(ctx, lead)
		if err != nil {
			return err
		}
		for _, id := range state.Rooms {
			if programme.HasRoom(id) {
				continue
			}
			if err := p.list(ctx, lead, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *People) step(ctx context.Context, in room.ID, by person.ID, act room.Action, n int) error {
	sum := sha256.Sum256(append([]byte("open "+string(in)+" "), byte(n)))
	_, err := p.hub.Do(ctx, in, by, room.NewCommandID(p.hub.Now(), [10]byte(sum[:10])), act)
	return err
}

// RoomLines is the rooms a person is in, as their client lists them.
func (p *People) RoomLines(ctx context.Context, who person.ID) ([]wire.RoomLine, error) {
	state, err := p.gate.Person(ctx, who)
	if err != nil {
		return nil, err
	}
	lines := []wire.RoomLine{}
	for _, id := range state.Rooms {
		line, err := p.hub.Overview(ctx, id, who)
		if errors.Is(err, room.ErrNoSuchRoom) || err == nil && line.Ended != nil {
			// The membership has ended. The index follows here, so that a new
			// invitation into the room is not taken for one too many.
			if err := p.unindex(ctx, who, id); err != nil {
				return nil, err
			}
			state.Left = append(state.Left, id)
			continue
		}
		if hub.Unreadable(err) { // the others are still theirs, and nobody has left this one
			lines = append(lines, wire.RoomLine{Room: id, Role: room.Participant, Unreadable: true})
			continue
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	sent, err := p.sentFrom(ctx, who, state.Left)
	if err != nil {
		return nil, err
	}
	visited, err := p.visited(ctx, who, lines)
	return append(append(lines, sent...), visited...), err
}

// sentFrom is the rooms that somebody was sent away from lately, with the reason.
func (p *People) sentFrom(ctx context.Context, who person.ID, left []room.ID) (lines []wire.RoomLine, err error) {
	for i, id := range left {
		if slices.Contains(left[:i], id) {
			continue
		}
		line, err := p.hub.Overview(ctx, id, who)
		switch {
		case errors.Is(err, room.ErrNoSuchRoom):
		case err != nil:
			return nil, err
		case line.Ended != nil:
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// Standing is what a person is in the programme as a whole.
type Standing struct {
	Lead  bool // leads the programme
	Staff bool // lead, or moderator of any room
}

// Standing folds the person's rooms for what they are in each. Whoever asks about somebody
// else asks this: where a room cannot be read, it is not known what they are.
func (p *People) Standing(ctx context.Context, who person.ID) (Standing, error) {
	return p.standing(ctx, who, func(error) bool { return false })
}

// Staff says whether somebody is of the team in a room that can be read, or leads: what
// they may ask for themselves. A room that cannot be read opens nothing, and must not keep
// its people out of all others; sure is false where there is one and no other says it.
func (p *People) Staff(ctx context.Context, who person.ID) (staff, sure bool, err error) {
	sure = true
	s, err := p.standing(ctx, who, func(err error) bool {
		past := hub.Unreadable(err)
		sure = sure && !past
		return past
	})
	return s.Staff, sure || s.Staff, err
}

func (p *People) standing(ctx context.Context, who person.ID, past func(error) bool) (Standing, error) {
	programme, err := p.Programme(ctx)
	if err != nil {
		return Standing{}, err
	}
	if programme.IsLead(who) {
		return Standing{Lead: true, Staff: true}, nil
	}
	state, err := p.gate.Person(ctx, who)
	if err != nil {
		return Standing{}, err
	}
	for _, id := range state.Rooms {
		m, err := p.hub.Membership(ctx, id, who)
		switch {
		case errors.Is(err, room.ErrNoSuchRoom), past(err):
		case err != nil:
			return Standing{}, err
		case m.Role.Staff():
			return Standing{Staff: true}, nil
		}
	}
	return Standing{}, nil
}
