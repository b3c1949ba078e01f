package hub

import (
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/wire"
)

// ErrFenced: this node does not know what the others have decided in the last
// second, so it shows and takes nothing. Nothing was stored.
var ErrFenced = fmt.Errorf("%w: this node is behind the log", eventlog.ErrUnavailable)

// Fence stops everything that shows what rooms hold, or allows it again. A node that
// has lost touch with the log cannot know whose rights have ended: it sends no text,
// history or signal until it has caught up. Clients are told in words; what
// people write waits with them.
//
// When it is lifted, rooms that moved must have been told by Moved already, and
// rights in people's own streams looked at anew.
func (h *Hub) Fence(up bool) {
	if h.fenced.Swap(up) == up {
		return
	}
	line := wire.Line(wire.Signal{Signal: "behind", On: &up})
	for _, c := range h.Conns("") {
		if up && c.out.waiting() {
			// What waits was written before the fence and would arrive after it.
			c.Close(wire.CloseSlow)
			continue
		}
		c.out.send(line)
	}
	if up {
		h.Metrics.fences.Inc()
		h.fencedSince.Store(time.Now().UnixNano())
		return
	}
	h.Metrics.fenceSeconds.Add(time.Since(time.Unix(0, h.fencedSince.Load())).Seconds())
	for _, id := range h.Rooms() {
		if l := h.active(id); l != nil {
			l.tell(wake{})
		}
	}
}

// Fenced tells whether the fence is up.
func (h *Hub) Fenced() bool { return h.fenced.Load() }

// passesFence: what a connection leaves behind, and what shows nothing.
func passesFence(r request) bool {
	switch r.(type) {
	case part, showsIn:
		return true
	}
	return false
}

// showsText: what is answered with what people wrote.
func showsText(r request) bool {
	switch r.(type) {
	case join, history, search, evidence, readLine, showReports, *overview:
		return true
	}
	return false
}

// holdBack keeps an entry from being shown: the fence fell while it was on its way.
// The room is forgotten, and shows it when it is loaded again.
func (l *live) holdBack() bool {
	if !l.held && !l.hub.fenced.Load() {
		return false
	}
	l.held, l.loaded = true, false
	l.reached.Store(uint64(l.shown.Seq))
	return true
}
