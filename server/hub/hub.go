// Package hub is this node's live rooms. One goroutine owns one active room: its
// state, the recent tail of its log and the connections that follow it. Others
// send it typed requests and never touch what it owns.
//
// A command is decided against the state, appended to the log, and only then
// applied, shown and answered. A conflict drops the decision, reads what is missing
// and decides again. Nothing that follows a room can hold it up: each connection
// has an outbox bounded in bytes, and one that is full is closed.
//
// What goes where:
//
//	live.go      the room's goroutine and its requests
//	load.go      a room from its snapshot and log; catching up
//	do.go        deciding and appending in batches
//	fanout.go    telling those who follow
//	join.go      joining at a known position; history pages
//	search.go    looking for words under the same rules as scrolling back
//	presence.go  who is here, who types; signals.go the same from other nodes
//	nodes.go     what other nodes appended; fence.go when this one lost touch
//	marker.go    what each member has read
//	moderation.go  notes, held messages, reports, private lines as clients get them
//	waits.go     what waits for those who look after a room
//	shift.go     who is on duty, calls for help, the pinned message, as clients get them
//	glance.go    a room from far away, for the console; help.go for who asks for a person
//	zones.go     what a room's calendar comes to where its clock shows
//	looking.go   who looks without being a member; what the team reads
//	ignore.go    whom a member does not want to see
//	due.go       what must happen while nobody looks; duehint.go how a room is woken for it
//	conn.go      one connection; dispatch.go its commands; outbox.go its way out
package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Limits and times of the hub.
const (
	// AppendTimeout bounds one append. It lies below the client's patience for a
	// ping, which waits behind it.
	AppendTimeout = 5 * time.Second
	// idleRoom is how long a room that nobody follows stays in memory.
	idleRoom = 5 * time.Minute
	// snapshotEvery is how many records pass between snapshots.
	snapshotEvery = 1000
	// inboxSize bounds the requests waiting for a room; further callers wait. Its
	// room is taken whether or not anybody waits: 24 bytes each.
	inboxSize = 32
)

// Config is what a hub needs. All of it but Signals is required.
type Config struct {
	Log    eventlog.Log    // sealed
	Values eventlog.Values // sealed
	Tokens *wire.Tokens
	Clock  func() time.Time
	Rand   io.Reader
	Logger *slog.Logger
	// Signals carries presence and typing between nodes; nil where there is one node.
	Signals Signals
	// Reads writes down what the team reads; nil: nobody asks.
	Reads ReadBook
	// Calls is told where something may wait for a moderator; nil: nobody asks.
	Calls Calls
}

// Hub is this node's live rooms and connections.
type Hub struct {
	Config
	Metrics *Metrics

	ctx    context.Context // ends when the hub closes
	cancel context.CancelFunc
	work   sync.WaitGroup

	fenced      atomic.Bool
	fencedSince atomic.Int64 // nanoseconds since 1970
	said        chan said    // signals on their way to other nodes
	node        string       // this node's name in them

	mu     sync.Mutex
	closed bool
	rooms  map[room.ID]*live
	conns  map[person.ID][]*Conn
}

// ErrClosed: the hub is closing; the command was not decided.
var ErrClosed = errors.New("hub: closed")

// New starts a hub. Close ends it.
func New(c Config) *Hub {
	h := &Hub{
		Config: c, Metrics: newMetrics(),
		rooms: make(map[room.ID]*live), conns: make(map[person.ID][]*Conn),
		said: make(chan said, saidBuffer), node: rand.Text(),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	h.work.Go(h.sweepLoop)
	if h.Signals != nil {
		h.work.Go(h.sayLoop)
		h.work.Go(h.hearLoop)
	}
	return h
}

// Close waits for what rooms are doing, writes their snapshots and markers and
// ends their goroutines. Connections must have been closed before.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	h.work.Wait()
}

// Stream is the log's name for a room.
func Stream(id room.ID) string { return streamPrefix + id.Key() }

const streamPrefix = "room/"

// OfStream is the room whose log that is; false for every other stream.
func OfStream(stream string) (room.ID, bool) {
	key, ok := strings.CutPrefix(stream, streamPrefix)
	if !ok {
		return "", false
	}
	return person.OfRoomKey(key)
}

// Now is the node's time as records carry it.
func (h *Hub) Now() room.Time { return room.Time(h.Clock().UnixMilli()) }

// NewID makes a command id for what the programme itself does.
func (h *Hub) NewID() room.CommandID {
	var tail [10]byte
	if _, err := io.ReadFull(h.Rand, tail[:]); err != nil {
		panic("hub: no randomness: " + err.Error())
	}
	return room.NewCommandID(h.Now(), tail)
}

// enter finds or starts the room's goroutine and counts the caller in, so that the
// room does not go to sleep before leave.
func (h *Hub) enter(id room.ID) (*live, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	l, ok := h.rooms[id]
	if !ok {
		l = newLive(h, id)
		h.rooms[id] = l
		h.work.Go(l.run)
	}
	l.callers++
	return l, nil
}

func (h *Hub) leave(l *live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l.callers--
}

// retire takes a room off the list if nobody is on the way in.
func (h *Hub) retire(l *live) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l.callers > 0 {
		return false
	}
	delete(h.rooms, l.id)
	return true
}

// ask sends a request to a room and waits until it was dealt with.
func (h *Hub) ask(ctx context.Context, id room.ID, r request) error {
	if !id.Valid() {
		return room.ErrNoSuchRoom
	}
	if h.fenced.Load() && !passesFence(r) {
		return ErrFenced
	}
	l, err := h.enter(id)
	if err != nil {
		return err
	}
	defer h.leave(l)
	return l.ask(ctx, r)
}

// ask is for who has entered.
func (l *live) ask(ctx context.Context, r request) error {
	done := make(chan error, 1)
	select {
	case l.inbox <- envelope{r, done}:
	case <-ctx.Done():
		return ctx.Err()
	case <-l.hub.ctx.Done():
		return ErrClosed
	}
	select {
	case err := <-done:
		return err
	case <-l.ended: // a closing room answers what it has taken in; this came after
		select {
		case err := <-done:
			return err
		default:
			return ErrClosed
		}
	}
}
