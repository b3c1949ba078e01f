package hub

import (
	"context"
	"errors"
	"time"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// sweepEvery is how often the due index is followed.
const sweepEvery = time.Minute

func (h *Hub) sweepLoop() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := h.Sweep(h.ctx); err != nil && h.ctx.Err() == nil {
				h.Logger.Error("what is due could not be done, trying again", "reason", err)
			}
		case <-h.ctx.Done():
			return
		}
	}
}

// Sweep does what has come due in every room, and clears expired values.
func (h *Hub) Sweep(ctx context.Context) error {
	rooms, err := h.Values.List(ctx, dueBucket)
	if err != nil {
		return err
	}
	var failed error
	for _, v := range rooms {
		if parseHint(v.Data).due > h.Now() {
			continue
		}
		if err := h.eraseDue(ctx, room.ID(v.Key)); err != nil {
			failed = err
		}
	}
	_, err = h.Values.Sweep(ctx, h.Clock())
	return errors.Join(failed, err)
}

// eraseDue erases until nothing is due, then sets the next hint.
func (h *Hub) eraseDue(ctx context.Context, id room.ID) error {
	for {
		q := &dueNow{}
		if err := h.ask(ctx, id, q); err != nil || len(q.bodies) == 0 && q.to == 0 && len(q.over) == 0 {
			return err
		}
		if err := h.endTerms(ctx, id, q.over); err != nil {
			return err
		}
		if len(q.bodies) == 0 && q.to == 0 {
			continue
		}
		_, err := h.Do(ctx, id, "", h.NewID(), room.EraseDue{Bodies: q.bodies, To: q.to})
		if err != nil && !errors.Is(err, room.ErrNothingDue) {
			return err
		}
	}
}

// endTerms writes down that memberships have ended by themselves. That they have no
// rights any more, every node knew by the clock.
func (h *Hub) endTerms(ctx context.Context, id room.ID, over []person.ID) error {
	for _, who := range over {
		_, err := h.Do(ctx, id, "", h.NewID(), room.EndMembership{Person: who})
		if err != nil && !errors.Is(err, room.ErrNoSuchMember) {
			return err
		}
	}
	return nil
}

// dueNow asks what is due; where nothing is, it moves the hint on.
type dueNow struct {
	bodies []room.Seq
	to     room.Seq
	over   []person.ID // whose term is over
}

func (d *dueNow) serve(l *live) error {
	now := l.state.Clock(l.hub.Now())
	d.bodies, d.to = l.state.Due(now)
	if d.over = l.state.TermsOver(now); len(d.bodies) > 0 || d.to != 0 || len(d.over) > 0 {
		return nil
	}
	ctx, cancel := l.context()
	defer cancel()
	return l.moveHint(ctx)
}
