package hub

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Bounds that tests hold the hub to.
const (
	OutboxBytes = outboxBytes
	FrameBytes  = frameBytes
	MaxGap      = maxGap
	MaxFollowed = maxFollowed
	MaxConns    = maxConns
	MaxStrikes  = maxStrikes
)

// ActiveRooms is how many rooms this hub holds in memory.
func (h *Hub) ActiveRooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

// Waiting is how many bytes wait for a connection.
func (c *Conn) Waiting() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.bytes
}

// TailTexts is what the room's tail holds of what people wrote, by record.
func (h *Hub) TailTexts(ctx context.Context, in room.ID) (map[room.Seq]string, error) {
	q := &tailTexts{out: make(map[room.Seq]string)}
	return q.out, h.ask(ctx, in, q)
}

type tailTexts struct{ out map[room.Seq]string }

func (q *tailTexts) serve(l *live) error {
	for _, p := range l.tail.list {
		if text := p.entry.Text(); text != "" {
			q.out[p.entry.Seq] = text
		}
	}
	return nil
}

// CloseBeforeAsking closes the hub while a caller is on its way in: it has found
// the room and not yet asked. It returns what the caller is told.
func (h *Hub) CloseBeforeAsking(in room.ID, who person.ID) error {
	l, err := h.enter(in)
	if err != nil {
		return err
	}
	defer h.leave(l)
	h.Close()
	return l.ask(context.Background(), &membership{who: who})
}

// InboxSize is how many requests wait for a room.
const InboxSize = inboxSize
