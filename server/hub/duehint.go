package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
)

// dueBucket is the index of rooms in which something must happen while nobody looks: room
// id, and a hint. A hint is written before the fact it speaks of: one too many, or too
// early, costs a look, and none may be missing or late. So it is only ever brought
// forward, by compare-and-swap, and moved on by a sweep alone: once it is due, and once
// nothing of what it spoke of can be on its way any more.
const dueBucket = "due"

// hint is when a room has to be looked at, and when that was last said.
type hint struct{ due, said room.Time }

// parseHint reads a hint. One that cannot be read is due.
func parseHint(data []byte) (h hint) {
	if len(data) >= 8 {
		h.due = room.Time(binary.BigEndian.Uint64(data))
	}
	if len(data) >= 16 {
		h.said = room.Time(binary.BigEndian.Uint64(data[8:]))
	}
	return h
}

func (h hint) bytes() []byte {
	data := binary.BigEndian.AppendUint64(nil, uint64(h.due))
	return binary.BigEndian.AppendUint64(data, uint64(h.said))
}

// hintHolds is how long after a hint what it speaks of may still be on its way into the
// log: far longer than an append may take.
const hintHolds = sweepEvery

// hintDue makes sure that this room is woken when what is about to be appended
// comes due.
func (l *live) hintDue(ctx context.Context, made []passed) error {
	first := room.Time(0)
	for _, p := range made {
		if when, wakes := l.state.Wakes(p.entry); wakes && (first == 0 || when < first) {
			first = when
		}
	}
	// A hint that is not due for a while nobody has moved on.
	if first == 0 || l.dueHint > l.hub.Now()+room.Time(hintHolds.Milliseconds()) && l.dueHint <= first {
		return nil
	}
	return l.bringForward(ctx, first)
}

// bringForward has the room woken at that time or before.
func (l *live) bringForward(ctx context.Context, when room.Time) error {
	for {
		was, err := l.hub.Values.Get(ctx, dueBucket, string(l.id))
		switch {
		case errors.Is(err, eventlog.ErrNotFound):
			was.Version = eventlog.Absent
		case err != nil:
			return err
		default:
			when = min(when, parseHint(was.Data).due)
		}
		// Said anew, though it may be there already: a sweep must not move it on now.
		said := hint{when, l.hub.Now()}
		_, err = l.hub.Values.Put(ctx, dueBucket, string(l.id), said.bytes(), time.Time{}, was.Version)
		if errors.Is(err, eventlog.ErrConflict) {
			continue
		}
		if err == nil {
			l.dueHint = when
		}
		return err
	}
}

// moveHint is what a sweep does when nothing is due: the hint moves on to what comes due
// next, or away.
func (l *live) moveHint(ctx context.Context) error {
	was, err := l.hub.Values.Get(ctx, dueBucket, string(l.id))
	if errors.Is(err, eventlog.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if parseHint(was.Data).said > l.hub.Now()-room.Time(hintHolds.Milliseconds()) {
		return nil // looked at again by the next sweep
	}
	if err := l.catchUp(); err != nil {
		return err
	}
	next := l.state.NextDue()
	if next != 0 {
		_, err = l.hub.Values.Put(ctx, dueBucket, string(l.id), hint{due: next}.bytes(), time.Time{}, was.Version)
	} else {
		err = l.hub.Values.Delete(ctx, dueBucket, string(l.id), was.Version)
	}
	if errors.Is(err, eventlog.ErrConflict) {
		return nil // somebody spoke up meanwhile
	}
	if err == nil {
		l.dueHint = next
	}
	return err
}
