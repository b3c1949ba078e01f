package hub

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// markerFlush is how many seconds read markers wait in memory. A crash within
// that time shows some messages as unread again, and nothing worse.
const markerFlush = 5

// markerFresh is how long what was read of the markers counts, so that somebody who
// read on with another node is found out about, and a storm of returning members
// costs one look at the store.
const markerFresh = markerFlush * room.Second

// markers is how far each member has read. They are told to nobody and never
// enter the room's log. A room's stand together, so that one look brings all.
type markers struct {
	known map[person.ID]room.Seq
	dirty map[person.ID]bool
	asOf  room.Time // when the store was last looked at
	ticks int
}

func newMarkers() markers {
	return markers{known: make(map[person.ID]room.Seq), dirty: make(map[person.ID]bool)}
}

func (l *live) markerBucket() string { return "read/" + l.id.Key() }

// get is the newest message a member has read; 0 if they have read none.
func (m *markers) get(ctx context.Context, l *live, who person.ID) (room.Seq, error) {
	now := l.hub.Now()
	if m.asOf != 0 && now < m.asOf+markerFresh {
		return m.known[who], nil
	}
	list, err := l.hub.Values.List(ctx, l.markerBucket())
	if err != nil {
		return 0, err
	}
	for _, v := range list {
		if len(v.Data) == 8 {
			whose := person.ID(v.Key)
			m.known[whose] = max(m.known[whose], room.Seq(binary.BigEndian.Uint64(v.Data)))
		}
	}
	m.asOf = now
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
		if _, err := l.hub.Values.Put(ctx, l.markerBucket(), string(who), data, time.Time{}, eventlog.Any); err != nil {
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
