package hub_test

import (
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
)

// What was read is kept for its reader alone: it survives a restart and other
// devices share it, others are told nothing.
func TestReadMarkers(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		first := h.post(b, in, who[0], "one")
		second := h.post(b, in, who[0], "two")
		h.post(b, in, who[2], "one's own does not count")
		reader, peer := h.connect(b, who[2], noShow), h.follow(b, in, who[3])
		if ok, _ := reader.join(in, "", 0); ok.Unread != 2 || ok.ReadTo != "" {
			t.Errorf("before: %d unread, read to %q", ok.Unread, ok.ReadTo)
		}
		mark := func(seq room.Seq) { reader.must("read", in, fields{"message": h.tokens.Message(in, seq)}, nil) }
		mark(second)
		mark(first) // an older one does not take it back
		if ok, _ := reader.join(in, "", 0); ok.Unread != 0 || ok.ReadTo != h.tokens.Message(in, second) {
			t.Errorf("after: %d unread", ok.Unread)
		}
		if code := reader.refused("read", in, fields{"message": h.tokens.Message(in, 999)}); code != "no_such_message" {
			t.Errorf("a message to come: %s", code)
		}
		if lines := peer.lines(); len(lines) > 0 {
			t.Errorf("a peer is told %s", lines[0].raw)
		}
		if other, err := b.Overview(t.Context(), in, who[3]); err != nil || other.Unread != 3 {
			t.Errorf("another has %d unread, %v", other.Unread, err)
		}
		reader.conn.Gone()
		b.Close() // at once: what waits in memory is written down

		again := h.hub()
		line, err := again.Overview(t.Context(), in, who[2])
		if err != nil || line.Unread != 0 || line.Name != "Tuesday" || line.Role != room.Participant || line.LastAt == 0 {
			t.Errorf("after a restart: %+v, %v", line, err)
		}
		h.post(again, in, who[0], "three")
		if line, _ := again.Overview(t.Context(), in, who[2]); line.Unread != 1 {
			t.Errorf("then %d unread", line.Unread)
		}
	})
}

// A crash loses at most some seconds of markers: a node that is alive writes them
// down by itself.
func TestReadMarkersAreWrittenSoon(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b, another := h.hub(), h.hub()
		in, who := h.crew(b, 3)
		seq := h.post(b, in, who[0], "one")
		reader := h.follow(b, in, who[2])
		reader.must("read", in, fields{"message": h.tokens.Message(in, seq)}, nil)
		pass(6 * time.Second)
		if line, err := another.Overview(t.Context(), in, who[2]); err != nil || line.Unread != 0 {
			t.Errorf("another node counts %d, %v", line.Unread, err)
		}
	})
}

// Unread counts stop at a hundred.
func TestUnreadStopsCounting(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		for range 130 {
			h.post(b, in, who[0], "one of many")
		}
		if line, err := b.Overview(t.Context(), in, who[2]); err != nil || line.Unread != 100 {
			t.Errorf("%d unread, %v", line.Unread, err)
		}
	})
}
