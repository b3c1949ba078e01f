package hub

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// request is something a room is asked to do, in its own goroutine.
type request interface {
	serve(l *live) error
}

type envelope struct {
	request
	done chan<- error
}

// live is one active room. Only its goroutine touches the fields below inbox.
type live struct {
	hub     *Hub
	id      room.ID
	callers int           // guarded by hub.mu
	reached atomic.Uint64 // the head's number, for those outside
	missed  atomic.Bool   // there was no place for what the log's news had to say
	inbox   chan envelope
	ended   chan struct{} // closed when the goroutine has ended

	loaded   bool
	state    *room.State
	head     eventlog.Position
	shown    eventlog.Position // up to here those who follow have been told
	held     bool              // something past shown was held back by the fence
	tail     tail
	snapshot room.Seq // head of the newest snapshot
	saving   chan struct{}
	dueHint  room.Time // when the due index wakes this room; 0: never

	seats    map[*Conn]seat
	ignores  ignores
	recalled map[room.Seq]string // texts that an entry brings back to sight
	presence presence
	markers  markers
	names    names
	glances  glances
}

func newLive(h *Hub, id room.ID) *live {
	return &live{
		hub: h, id: id, inbox: make(chan envelope, inboxSize), ended: make(chan struct{}),
		seats: make(map[*Conn]seat), presence: newPresence(), markers: newMarkers(), names: newNames(),
		saving: make(chan struct{}, 1), glances: glances{saving: make(chan struct{}, 1)},
	}
}

// run is the room's goroutine.
func (l *live) run() {
	defer close(l.ended)
	l.hub.Metrics.rooms.Inc()
	defer l.hub.Metrics.rooms.Dec()
	l.say(said{Kind: "ask"})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	idle := time.NewTimer(idleRoom)
	defer idle.Stop()
	for {
		select {
		case e := <-l.inbox:
			l.take(e)
			idle.Reset(l.patience())
		case <-tick.C:
			l.tick()
		case <-idle.C:
			if len(l.seats) == 0 && l.hub.retire(l) {
				l.settle()
				return
			}
			idle.Reset(l.patience())
		case <-l.hub.ctx.Done():
			l.refuseWaiting()
			l.settle()
			return
		}
	}
}

// patience is how long the room stays with nobody following it: a room that does
// not exist, asked for by a wrong id, hardly at all.
func (l *live) patience() time.Duration {
	if !l.loaded || !l.state.Opened() {
		return time.Second
	}
	return idleRoom
}

// take serves one request; commands that wait behind a command are decided with it.
func (l *live) take(e envelope) {
	if !l.loaded {
		if err := l.aside(l.load); err != nil {
			e.done <- err
			return
		}
		if l.held { // the fence fell meanwhile: what is loaded is ahead of what was shown
			e.done <- ErrFenced
			return
		}
	}
	if showsText(e.request) && l.hub.fenced.Load() { // it waited while the fence fell
		e.done <- ErrFenced
		return
	}
	first, ok := e.request.(*do)
	if !ok {
		e.done <- l.aside(func() error { return e.serve(l) })
		return
	}
	batch, next := l.batch(first, e.done)
	if err := l.guard(func() error { l.decide(batch); return nil }); err != nil {
		abandon(batch, err)
	}
	if next != nil {
		l.take(*next) // the batch may have left the room to be loaded anew
	}
}

// errDefect: the program has a defect, and this request met it.
var errDefect = errors.New("hub: a defect of the program; see the log")

// guard turns a panic into an error: what one client brings about must not end the
// server for all. The room is forgotten and loaded anew, since nobody knows how far
// it got. The log gets the place and the kind of the panic, never its value, which
// could hold what somebody wrote.
func (l *live) guard(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			l.hub.Logger.Error("a room panicked and is loaded anew", "room", l.id, "kind", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			l.unload(errDefect)
			err = errDefect
		}
	}()
	return do()
}

// abandon answers those of a batch that have no answer yet.
func abandon(batch []pending, err error) {
	for _, p := range batch {
		select {
		case p.done <- err:
		default:
		}
	}
}

// aside does something for the room in a goroutine of its own, and waits for it. What
// reads the store takes a deep stack: this way it ends with the work, instead of
// staying with a room that may be idle for hours.
func (l *live) aside(do func() error) error {
	done := make(chan error)
	go func() { done <- l.guard(do) }()
	return <-done
}

// batch gathers the commands that are waiting, up to the first other request.
func (l *live) batch(first *do, done chan<- error) (batch []pending, next *envelope) {
	batch = []pending{{first, done}}
	for len(batch) < maxBatch {
		select {
		case e := <-l.inbox:
			more, ok := e.request.(*do)
			if !ok {
				return batch, &e
			}
			batch = append(batch, pending{more, e.done})
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// tick is what a room does once a second.
func (l *live) tick() {
	l.markers.tick(l)
	l.lookAgain()
	if l.loaded {
		l.presence.tick(l)
		l.endStays()
		l.glances.tick(l)
	}
}

func (l *live) refuseWaiting() {
	for {
		select {
		case e := <-l.inbox:
			e.done <- ErrClosed
		default:
			return
		}
	}
}

// settle writes down what is only in memory, before the room goes to sleep.
func (l *live) settle() {
	l.markers.flush(l) // they are known whatever became of the room's log
	if !l.loaded {
		return
	}
	l.glances.flush(l)
	l.saving <- struct{}{} // wait for a snapshot under way
	if l.state.Head() > l.snapshot+snapshotEvery/4 {
		if frozen, err := room.Freeze(l.state); err == nil {
			l.store(frozen, l.state.Head())
		}
	}
}

// context bounds one dealing with the store.
func (l *live) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(l.hub.ctx), AppendTimeout)
}

// viewer is the person's present membership, or the refusal that fits.
func (l *live) viewer(who person.ID) (room.Member, error) {
	l.state.LookAt(l.hub.Now())
	m, ok := l.state.Present(who)
	if !ok {
		return room.Member{}, room.ErrNoSuchRoom
	}
	return m, nil
}
