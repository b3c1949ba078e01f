package people

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// SetDuty tells every room that somebody looks after whether they are on duty. Doing it
// again does nothing.
func (p *People) SetDuty(ctx context.Context, who person.ID, on bool) error {
	state, err := p.gate.Person(ctx, who)
	if err != nil {
		return err
	}
	var errs []error
	for _, in := range state.Rooms {
		_, err := p.hub.Do(ctx, in, "", p.hub.NewID(), room.SetDuty{Person: who, On: on})
		switch {
		case err == nil, errors.Is(err, room.ErrNothingDue), errors.Is(err, room.ErrNoSuchMember), errors.Is(err, room.ErrNoSuchRoom), hub.Unreadable(err):
		default:
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
