package hub

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Help is what somebody in need is told of one of their rooms: who is there, when
// somebody is, and how their call stands.
type Help struct {
	Room   room.ID        `json:"room"`
	Name   string         `json:"name"`
	OnDuty []string       `json:"on_duty"` // how those are called who are there
	Team   []string       `json:"team"`    // how everybody of the team is called
	Coming [][2]room.Time `json:"coming_hours,omitempty"`
	Call   *wire.Call     `json:"call,omitempty"`
	Ref    uint64         `json:"-"` // the call's number on the moderators' queue
}

type helping struct {
	who person.ID
	out Help
}

func (h *helping) serve(l *live) error {
	viewer, err := l.viewer(h.who)
	if err != nil {
		return err
	}
	if viewer.Role != room.Participant {
		return room.ErrNotAllowed
	}
	h.out = Help{Room: l.id, Name: l.state.Name(), OnDuty: []string{}, Team: []string{}}
	for _, m := range l.state.OnDuty() {
		h.out.OnDuty = append(h.out.OnDuty, m.Alias.Text)
	}
	for _, m := range l.state.Members() {
		if m.Role.Staff() && l.state.Here(m) {
			h.out.Team = append(h.out.Team, m.Alias.Text)
		}
	}
	if c := l.calendar(); c != nil {
		h.out.Coming = c.ComingHours
	}
	if call, ok := l.state.CallOf(h.who, viewer); ok {
		own := l.call(call)
		h.out.Call, h.out.Ref = &own, uint64(viewer.Index)+1
	}
	return nil
}

// Colleague is one of a room's team.
type Colleague struct {
	room.Member
	OnDuty bool
}

type teaming struct{ out []Colleague }

func (t *teaming) serve(l *live) error {
	l.state.LookAt(l.hub.Now())
	on := make(map[person.ID]bool)
	for _, m := range l.state.OnDuty() {
		on[m.Person] = true
	}
	for _, m := range l.state.Members() {
		if m.Role.Staff() && l.state.Here(m) {
			t.out = append(t.out, Colleague{m, on[m.Person]})
		}
	}
	return nil
}

// Team is who looks after a room, in order of joining.
func (h *Hub) Team(ctx context.Context, in room.ID) ([]Colleague, error) {
	t := &teaming{}
	err := h.ask(ctx, in, t)
	return t.out, err
}

// Help is what a participant is told of a room when they ask for a person. Errors:
// room.ErrNoSuchRoom, room.ErrNotAllowed for who moderates it.
func (h *Hub) Help(ctx context.Context, in room.ID, who person.ID) (Help, error) {
	q := &helping{who: who}
	err := h.ask(ctx, in, q)
	return q.out, err
}
