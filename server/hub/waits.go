package hub

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Calls is told of rooms where something may wait for a moderator.
type Calls interface {
	// Hint is asked before the fact, and has to be durable: whoever finds the hint later
	// looks at the room. An error refuses the command.
	Hint(ctx context.Context, in room.ID) error
	// Look is told after the fact. It never waits.
	Look(in room.ID)
}

// hintCalls makes sure that somebody looks at what is about to be appended.
func (l *live) hintCalls(ctx context.Context, made []passed) error {
	if l.hub.Calls == nil {
		return nil
	}
	for _, p := range made {
		if p.entry.Calls() {
			return l.hub.Calls.Hint(ctx, l.id)
		}
	}
	return nil
}

// called tells that an entry was folded in.
func (l *live) called(e room.Entry) {
	if l.hub.Calls != nil && e.Calls() {
		l.hub.Calls.Look(l.id)
	}
}

// Waiting is what waits in a room for those who look after it, as of the record Seq.
type Waiting struct {
	Seq   room.Seq
	Team  []person.ID
	Waits []room.Wait
}

type waiting struct{ out Waiting }

func (w *waiting) serve(l *live) error {
	if !l.state.Opened() {
		return room.ErrNoSuchRoom
	}
	l.state.LookAt(l.hub.Now())
	w.out = Waiting{Seq: l.state.Head(), Team: l.state.Team(), Waits: l.state.Waits()}
	return nil
}

// Waiting is what waits in a room now. Error: room.ErrNoSuchRoom.
func (h *Hub) Waiting(ctx context.Context, in room.ID) (Waiting, error) {
	w := &waiting{}
	err := h.ask(ctx, in, w)
	return w.out, err
}
