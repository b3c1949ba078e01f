package hub

import (
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
)

// Moved tells the hub that a room's log went on elsewhere, with the new records if
// they are known. Rooms that are not active learn of it when they are loaded.
func (h *Hub) Moved(id room.ID, news eventlog.News) {
	if l := h.active(id); l != nil && uint64(news.Head.Seq) > l.reached.Load() {
		l.tell(moved{news.Head, news.Records})
	}
}

// Compare tells the hub which head a room's log has now, after the store may have
// gone back to another history: a failover, a restart, a restored file.
func (h *Hub) Compare(id room.ID, head eventlog.Position) {
	if l := h.active(id); l != nil {
		l.tell(compare{head})
	}
}

// Rooms is every active room.
func (h *Hub) Rooms() []room.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]room.ID, 0, len(h.rooms))
	for id := range h.rooms {
		list = append(list, id)
	}
	return list
}

func (h *Hub) active(id room.ID) *live {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[id]
}

// nudge asks a room for something that may be lost; false: there is no place in its inbox.
func (l *live) nudge(r request) bool {
	select {
	case l.inbox <- envelope{r, make(chan error, 1)}:
		return true
	default:
		return false
	}
}

// tell has a room hear of its log. Nobody says it twice: where there is no place for it
// now, the room looks by itself with its next tick.
func (l *live) tell(r request) {
	if !l.nudge(r) {
		l.missed.Store(true)
	}
}

// lookAgain is for news of the log that the room had no place for, or could not follow: it
// reads on by itself. Who follows the room must not wait until somebody writes.
func (l *live) lookAgain() {
	if l.hub.fenced.Load() {
		return
	}
	switch {
	case !l.loaded && len(l.seats) > 0:
		if err := l.aside(l.load); err != nil && l.hub.ctx.Err() == nil {
			l.hub.Logger.Warn("a room could not be read on, trying again", "room", l.id, "reason", err)
		}
	case l.loaded && l.missed.Swap(false):
		_ = l.aside(l.catchUp) // an error has it loaded anew
	}
}

// moved has the room take in what was appended elsewhere.
type moved struct {
	head    eventlog.Position
	records []eventlog.Record // ending at head; nil: read them
}

func (m moved) serve(l *live) error {
	if m.head.Seq <= l.head.Seq {
		return nil
	}
	if !l.follows(m.records) {
		return l.catchUp()
	}
	for _, r := range m.records {
		if r.Seq <= l.head.Seq {
			continue
		}
		if err := l.fold(r, func(p passed) { l.fanOut(p, nil) }); err != nil {
			l.unload(err)
			return err
		}
	}
	return nil
}

// follows tells whether records go on from this room's head, without a gap and in
// its history. If not, the log says what is true.
func (l *live) follows(records []eventlog.Record) bool {
	at := l.head
	for _, r := range records {
		if r.Seq <= l.head.Seq {
			continue
		}
		if at = at.Next(r); at.Seq != r.Seq || at.Digest != r.Digest {
			return false
		}
	}
	return at != l.head
}

// compare holds what the room knows against the log's head of now.
type compare struct{ head eventlog.Position }

func (c compare) serve(l *live) error {
	switch {
	case c.head == l.head:
		return nil
	case c.head.Seq > l.head.Seq:
		return l.catchUp() // it finds out whether that goes on from here
	}
	// The log is shorter, or other than what is known here: unless this room has
	// appended since the head was looked at, it is another history.
	ctx, cancel := l.context()
	defer cancel()
	err := l.sameHistory(ctx)
	if err != nil {
		l.unload(err)
	}
	return err
}

// wake has a room that was forgotten loaded again, so that those who follow it are
// shown what they missed.
type wake struct{}

func (wake) serve(*live) error { return nil }
