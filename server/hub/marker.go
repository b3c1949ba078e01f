package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// markerFlush is how many seconds read markers wait in memory. A crash within
// that time shows some messages as unread again, and nothing worse.
const markerFlush = 5

// markers is how far each member has read. They are told to nobody and never
// enter the room's log.
type markers struct {
	known map[person.ID]room.Seq
	dirty map[person.ID]bool
	ticks int
}

func newMarkers() markers {
	return markers{known: make(map[person.ID]room.Seq), dirty: make(map[person.ID]bool)}
}

func markerBucket(who person.ID) string { return "read/" + who.Key() }

// get is the newest message a member has read; 0 if they have read none.
func (m *markers) get(ctx context.Context, l *live, who person.ID) (room.Seq, error) {
	if seq, ok := m.known[who]; ok {
		return seq, nil
	}
	v, err := l.hub.Values.Get(ctx, markerBucket(who), string(l.id))
	switch {
	case errors.Is(err, eventlog.ErrNotFound):
		m.known[who] = 0
	case err != nil:
		return 0, err
	case len(v.Data) == 8:
		m.known[who] = room.Seq(binary.BigEndian.Uint64(v.Data))
	}
	return m.known[who], nil
}

func (m *markers) tick(l *live) {
	if m.ticks++; m.ticks%markerFlush == 0 {
		m.flush(l)
	}
}

// flush stores what has changed. What cannot be stored now is tried again later.
func (m *markers) flush(l *live) {
	if len(m.dirty) == 0 {
		return
	}
	ctx, cancel := l.context()
	defer cancel()
	for who := range m.dirty {
		data := binary.BigEndian.AppendUint64(nil, uint64(m.known[who]))
		if _, err := l.hub.Values.Put(ctx, markerBucket(who), string(l.id), data, time.Time{}, eventlog.Any); err != nil {
			return
		}
		delete(m.dirty, who)
	}
}

// read moves a member's marker. It never goes back.
type read struct {
	who     person.ID
	message room.Seq
}

func (r read) serve(l *live) error {
	if _, err := l.viewer(r.who); err != nil {
		return err
	}
	if r.message > l.state.Head() {
		return room.ErrNoSuchMessage
	}
	ctx, cancel := l.context()
	defer cancel()
	was, err := l.markers.get(ctx, l, r.who)
	if err == nil && r.message > was {
		l.markers.known[r.who] = r.message
		l.markers.dirty[r.who] = true
	}
	return err
}
