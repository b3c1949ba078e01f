package people

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// SetDuty tells every room that somebody looks after whether they are on duty. Doing it
// again does nothing. all is false where a room could not be told because it cannot be
// read: that is no error, but it must not be forgotten.
func (p *People) SetDuty(ctx context.Context, who person.ID, on bool) (all bool, err error) {
	state, err := p.gate.Person(ctx, who)
	if err != nil {
		return false, err
	}
	all = true
	var errs []error
	for _, in := range state.Rooms {
		set := func() error {
			_, err := p.hub.Do(ctx, in, "", p.hub.NewID(), room.SetDuty{Person: who, On: on})
			return err
		}
		err := set()
		if hub.Unreadable(err) { // a history that was replaced is read anew
			err = set()
		}
		switch {
		case err == nil, errors.Is(err, room.ErrNothingDue), errors.Is(err, room.ErrNoSuchMember), errors.Is(err, room.ErrNoSuchRoom):
		case hub.Unreadable(err):
			all = false
		default:
			errs = append(errs, err)
		}
	}
	return all, errors.Join(errs...)
}
