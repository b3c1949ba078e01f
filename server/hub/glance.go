package hub

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// glanceBucket has, of each room, what the team's console shows of it: so that opening the
// console folds no room.
const glanceBucket = "glance"

const (
	// glanceEvery is how often a room's glance is written down at most.
	glanceEvery = 10 * room.Second
	// glanceHere is how long what a glance says of who is here counts, where several nodes
	// write it. Each says it again before that.
	glanceHere = 25 * room.Second
)

// Glance is a room from far away. It holds no text and no name.
type Glance struct {
	Seq        room.Seq  `json:"seq"`
	LastAt     room.Time `json:"last_at,omitempty"`    // the newest message
	Unanswered int       `json:"unanswered,omitempty"` // messages that nobody has said anything to
	Since      room.Time `json:"since,omitempty"`      // the first of those
	Members    int       `json:"members"`
	Here       int       `json:"here,omitempty"`
	OnDuty     int       `json:"on_duty,omitempty"`
	Said       room.Time `json:"said"`
}

// glances is what a room knows of its own glance as it is stored. Owned by the room.
type glances struct {
	kept   Glance
	saving chan struct{}
}

func (l *live) glance() Glance {
	now := l.hub.Now()
	l.state.LookAt(now)
	g := Glance{Seq: l.state.Head(), Members: len(l.state.Members()), OnDuty: len(l.state.OnDuty()), Said: now}
	g.LastAt = l.state.LastAt(room.Member{Role: room.Visitor})
	g.Unanswered, g.Since = l.state.Unanswered()
	g.Here = len(l.presence.everybody())
	return g
}

// tick writes the glance down where it has changed, or has to be said again.
func (g *glances) tick(l *live) {
	now := l.hub.Now()
	if now < g.kept.Said+glanceEvery || !l.state.Opened() {
		return
	}
	again := l.hub.Signals != nil && len(l.presence.conns) > 0
	if l.state.Head() == g.kept.Seq && len(l.presence.everybody()) == g.kept.Here && !again {
		return
	}
	select {
	case g.saving <- struct{}{}:
	default:
		return
	}
	g.kept = l.glance()
	kept := g.kept
	l.hub.work.Go(func() {
		defer func() { <-g.saving }()
		l.keepGlance(kept)
	})
}

// flush writes it down before the room goes to sleep: nobody is here then.
func (g *glances) flush(l *live) {
	if !l.state.Opened() {
		return
	}
	g.saving <- struct{}{}
	defer func() { <-g.saving }()
	if now := l.glance(); now.Seq != g.kept.Seq || now.Here != g.kept.Here {
		g.kept = now
		l.keepGlance(now)
	}
}

func (l *live) keepGlance(g Glance) {
	ctx, cancel := l.context()
	defer cancel()
	data, err := json.Marshal(g)
	if err == nil {
		_, err = l.hub.Values.Put(ctx, glanceBucket, string(l.id), data, time.Time{}, eventlog.Any)
	}
	if err != nil && l.hub.ctx.Err() == nil {
		l.hub.Logger.Warn("what the console shows of a room was not kept", "room", l.id, "reason", err)
	}
}

type glancing struct{ out Glance }

func (g *glancing) serve(l *live) error {
	g.out = l.glance()
	return nil
}

// Glance is a room from far away, without waking it: as it is now where it is awake with
// this node, else as it was last written down.
func (h *Hub) Glance(ctx context.Context, in room.ID) (Glance, error) {
	if l := h.active(in); l != nil {
		g := &glancing{}
		err := h.ask(ctx, in, g)
		return g.out, err
	}
	v, err := h.Values.Get(ctx, glanceBucket, string(in))
	if errors.Is(err, eventlog.ErrNotFound) {
		return Glance{}, nil
	}
	var g Glance
	if err == nil {
		err = json.Unmarshal(v.Data, &g)
	}
	if h.Signals == nil || h.Now() > g.Said+glanceHere {
		g.Here = 0 // whoever was here is with no node now
	}
	return g, err
}

type memberAt struct {
	index int
	out   person.ID
}

func (m *memberAt) serve(l *live) error {
	if !l.state.Opened() || m.index < 0 || m.index >= l.state.EverMembers() {
		return room.ErrNoSuchMember
	}
	m.out = l.state.MemberAt(m.index).Person
	return nil
}

// MemberAt is the person with an index in a room. Error: room.ErrNoSuchMember.
func (h *Hub) MemberAt(ctx context.Context, in room.ID, index int) (person.ID, error) {
	m := &memberAt{index: index}
	err := h.ask(ctx, in, m)
	return m.out, err
}
