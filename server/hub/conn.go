package hub

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Limits of one connection and one person.
const (
	maxFollowed = 50 // rooms on one connection
	maxConns    = 12 // connections of one person: a few devices, a few tabs each
	burst       = 20 // commands at once
	perSecond   = 5  // commands in the long run
	maxStrikes  = 30 // refused lines in a row before the connection is closed
)

// ErrSessionEnded: the session that a connection was opened with is over.
var ErrSessionEnded = errors.New("hub: the session has ended")

// ErrTooMany: the person has as many connections as are allowed.
var ErrTooMany = errors.New("hub: too many connections of this person")

// Socket is the network side of a connection.
type Socket interface {
	// Write sends one text frame; it may wait, for a bounded time. After an error
	// the socket is closed.
	Write(frame []byte) error
	// Close says goodbye with a code. It does not wait for what was not yet sent.
	Close(code wire.CloseCode)
	// Reset drops the connection and every byte that is still on its way.
	Reset()
}

// Session is the person's session as a connection needs to know it.
type Session interface {
	// ID names the session.
	ID() string
	// Staff says whether it was held to what the team's sessions are held to: the second
	// step. What a person is in a room, the room says; who they are, the session.
	Staff() bool
	// LocksAt is when it locks if nothing is entered until then.
	LocksAt() room.Time
	// Touch says that the person entered something, and returns the new LocksAt.
	Touch(ctx context.Context) (room.Time, error)
}

// Conn is one connection of one person.
type Conn struct {
	Person  person.ID
	Session Session

	hub      *Hub
	socket   Socket
	out      outbox
	limit    *rate.Limiter
	strikes  int          // read loop only
	heard    atomic.Int64 // when it last sent something, ms since 1970 UTC
	presence atomic.Bool
	typing   atomic.Bool
	reset    sync.Once

	mu        sync.Mutex
	gone      bool
	doing     bool           // a command is under way
	retired   wire.CloseCode // once it is done, goodbye; 0: not retired
	greeted   bool
	early     [][]byte  // signals from before the greeting: see Tell
	following []room.ID // few, mostly one: a slice is a fifth of a map
}

// Shows is what a person lets others see of them.
type Shows struct{ Presence, Typing bool }

// Connect takes in a connection. Gone must be called when it has ended.
func (h *Hub) Connect(who person.ID, s Session, socket Socket, shows Shows) (*Conn, error) {
	c := &Conn{
		Person: who, Session: s, hub: h, socket: socket,
		limit: rate.NewLimiter(perSecond, burst),
	}
	c.presence.Store(shows.Presence)
	c.typing.Store(shows.Typing)
	c.out.conn = c
	c.heard.Store(int64(h.Now()))
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, ErrClosed
	case len(h.conns[who]) >= maxConns:
		return nil, ErrTooMany
	}
	h.conns[who] = append(h.conns[who], c)
	h.Metrics.conns.Inc()
	return c, nil
}

// Gone takes the connection out of every room. It is called once, when the socket
// has ended.
func (c *Conn) Gone() {
	c.out.drop()
	c.mu.Lock()
	c.gone = true
	following := c.following
	c.following = nil
	c.mu.Unlock()
	for _, id := range following {
		_ = c.hub.ask(context.Background(), id, part{c}) // a closing hub has no seats left
	}
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	left := slices.DeleteFunc(c.hub.conns[c.Person], func(other *Conn) bool { return other == c })
	if c.hub.conns[c.Person] = left; len(left) == 0 {
		delete(c.hub.conns, c.Person)
	}
	c.hub.Metrics.conns.Dec()
}

// follow notes that a room seats this connection; false: it follows too many, or
// has gone.
func (c *Conn) follow(id room.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || len(c.following) >= maxFollowed {
		return false
	}
	c.following = append(c.following, id)
	return true
}

func (c *Conn) unfollow(id room.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.following = slices.DeleteFunc(c.following, func(other room.ID) bool { return other == id })
}

func (c *Conn) showsPresence() bool { return c.presence.Load() }

// Send puts a line on the way to the client. It never waits.
func (c *Conn) Send(line []byte) { c.out.send(line) }

// maxEarly is how many signals a connection that is not greeted yet keeps.
const maxEarly = 8

// Tell sends a signal about what the greeting tells of: never before it, and none is
// lost meanwhile.
func (c *Conn) Tell(line []byte) {
	c.mu.Lock()
	greeted := c.greeted
	if !greeted && len(c.early) < maxEarly && !slices.ContainsFunc(c.early, func(l []byte) bool { return bytes.Equal(l, line) }) {
		c.early = append(c.early, line)
	}
	c.mu.Unlock()
	if greeted {
		c.out.send(line)
	}
}

// greet sends the greeting and what was told before it.
func (c *Conn) greet(line []byte) {
	c.mu.Lock()
	early := c.early
	c.early, c.greeted = nil, true
	c.out.send(line)
	c.mu.Unlock()
	for _, line := range early {
		c.out.send(line)
	}
}

// Heard is when the client last sent something.
func (c *Conn) Heard() room.Time { return room.Time(c.heard.Load()) }

// Reset drops the connection at once: the right to it has gone. Not a byte that
// waits is sent.
func (c *Conn) Reset(reason string) {
	c.out.drop()
	c.reset.Do(func() {
		c.hub.Logger.Debug("connection reset", "reason", reason)
		c.hub.work.Go(c.socket.Reset)
	})
}

// Close says goodbye with a code, dropping what waits.
func (c *Conn) Close(code wire.CloseCode) {
	c.out.drop()
	c.hub.work.Go(func() { c.socket.Close(code) })
}

// Finish sends what waits, then says goodbye.
func (c *Conn) Finish(code wire.CloseCode) {
	c.out.end(func() { c.hub.work.Go(func() { c.socket.Close(code) }) })
}

// Retire says goodbye when the command that is under way has its answer, and takes no
// further one: what was stored was answered, and what was not answered may be sent to
// another node.
func (c *Conn) Retire(code wire.CloseCode) {
	c.mu.Lock()
	c.retired = code
	doing := c.doing
	c.mu.Unlock()
	if !doing {
		c.Finish(code)
	}
}

// begin is asked before a command is done; false: none is taken any more.
func (c *Conn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doing = c.retired == 0
	return c.doing
}

func (c *Conn) end() {
	c.mu.Lock()
	c.doing = false
	code := c.retired
	c.mu.Unlock()
	if code != 0 {
		c.Finish(code)
	}
}

func (c *Conn) tooSlow() {
	c.hub.Metrics.slow.Inc()
	c.Close(wire.CloseSlow)
}

func (c *Conn) historyReplaced() { c.Close(wire.CloseHistoryReplaced) }

// Conns is every connection of a person, or of everybody for "".
func (h *Hub) Conns(who person.ID) []*Conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	if who != "" {
		return slices.Clone(h.conns[who])
	}
	list := make([]*Conn, 0, len(h.conns))
	for _, conns := range h.conns {
		list = append(list, conns...)
	}
	return list
}

// SignalRooms tells a person's clients that their list of rooms has changed.
func (h *Hub) SignalRooms(who person.ID) {
	line := wire.Line(wire.Signal{Signal: "rooms"})
	for _, c := range h.Conns(who) {
		c.Tell(line)
	}
}

// Show applies a person's changed preferences to their connections.
func (h *Hub) Show(ctx context.Context, who person.ID, shows Shows) {
	for _, c := range h.Conns(who) {
		// First for the rooms that it will follow, then in those that it does.
		c.typing.Store(shows.Typing)
		c.presence.Store(shows.Presence)
		c.mu.Lock()
		ids := slices.Clone(c.following)
		c.mu.Unlock()
		for _, id := range ids {
			_ = h.ask(ctx, id, showsIn{c, shows.Presence})
		}
	}
}
