package hub

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Signals carries between nodes what is never stored: who is here, who types. It may
// lose anything, and brings what this node said as well.
type Signals interface {
	Signal(ctx context.Context, payload []byte)
	// Heard is what all nodes say. It is closed when there is nothing more to come.
	Heard() <-chan []byte
}

const (
	// hereEvery is how often a node says again who is here with it; hereFor how long
	// that counts, so that presence is right within 30 s after a node died.
	hereEvery = 10 * room.Second
	hereFor   = 25 * room.Second
	// saidBuffer bounds the signals waiting to go out; more are dropped.
	saidBuffer = 256
	// sayEvery is how long signals are gathered.
	sayEvery   = 100 * time.Millisecond
	sayTimeout = time.Second
)

// said is one signal between nodes.
type said struct {
	Node string      `json:"n"`
	Room room.ID     `json:"r"`
	Here []person.ID `json:"here,omitempty"` // with Kind "here": everybody who is here with that node
	Kind string      `json:"k"`              // here, typing, ask, ignores
	Who  person.ID   `json:"who,omitempty"`
	On   bool        `json:"on,omitempty"`
}

// say sends a signal to the other nodes. It never waits.
func (l *live) say(s said) {
	if l.hub.Signals == nil {
		return
	}
	s.Node, s.Room = l.hub.node, l.id
	select {
	case l.hub.said <- s:
	default:
		l.hub.Metrics.lostSignals.Inc()
	}
}

// sayLoop gathers what rooms say for a moment and sends it as one signal: when a
// thousand people come back at once, that is a few messages instead of hundreds.
func (h *Hub) sayLoop() {
	for {
		select {
		case s := <-h.said:
			all, open := h.gatherSaid(s)
			if !open {
				return
			}
			payload, err := json.Marshal(all)
			if err != nil {
				continue // it has nothing that could fail
			}
			ctx, cancel := context.WithTimeout(h.ctx, sayTimeout)
			h.Signals.Signal(ctx, payload)
			cancel()
		case <-h.ctx.Done():
			return
		}
	}
}

// gatherSaid is s and what is said soon after it; false: the hub closes.
func (h *Hub) gatherSaid(s said) (all []said, open bool) {
	all = []said{s}
	soon := time.NewTimer(sayEvery)
	defer soon.Stop()
	for len(all) < saidBuffer {
		select {
		case s := <-h.said:
			all = append(all, s)
		case <-soon.C:
			return all, true
		case <-h.ctx.Done():
			return nil, false
		}
	}
	return all, true
}

func (h *Hub) hearLoop() {
	for {
		select {
		case payload, ok := <-h.Signals.Heard():
			if !ok {
				return
			}
			h.hear(payload)
		case <-h.ctx.Done():
			return
		}
	}
}

func (h *Hub) hear(payload []byte) {
	var all []said
	if err := json.Unmarshal(payload, &all); err != nil {
		h.Metrics.lostSignals.Inc()
		return
	}
	for _, s := range all {
		if s.Node == h.node || h.fenced.Load() || len(s.Here) > maxHere {
			continue
		}
		if l := h.active(s.Room); l != nil {
			l.nudge(heard{s})
		}
	}
}

// maxHere bounds what one node may claim about one room.
const maxHere = 10_000

// heard takes in what another node said of this room.
type heard struct{ said }

func (s heard) serve(l *live) error {
	switch s.Kind {
	case "ask":
		l.presence.announce = true
	case "ignores": // whom they do not want to see has changed
		ctx, cancel := l.context()
		defer cancel()
		l.ignores.asOf = 0
		ids, err := l.ignores.get(ctx, l, s.Who)
		if err != nil {
			return err
		}
		l.reseat(s.Who, ids)
	case "here":
		l.presence.elsewhere(s.Node, s.Here, l.hub.Now()+hereFor)
	case "typing":
		if _, member := l.state.Present(s.Who); member {
			l.types(s.Who, s.On)
		}
	}
	return nil
}
