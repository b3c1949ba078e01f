package hub

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Limits of deciding.
const (
	maxBatch = 128
	// From the second conflict in a row on, a node waits before it tries again: up
	// to firstPause, twice that, and so on to longestPause. Nodes that retry in step
	// would let the same one win each time. After AppendTimeout in all it gives up.
	firstPause   = time.Millisecond
	longestPause = 64 * time.Millisecond
)

// Outcome is a command's answer and the place of its event in the history.
type Outcome struct {
	room.Answer
	Pos   eventlog.Position
	Staff bool // the author sees the room as staff
}

// do is a command on its way. out is set before the request is done.
type do struct {
	id    room.CommandID
	actor person.ID
	act   room.Action
	by    *Conn // nil: the server itself, which has checked who asks
	out   Outcome
}

type pending struct {
	*do
	done chan<- error
}

// serve is never called: commands are taken in batches.
func (*do) serve(*live) error { panic("hub: a command outside a batch") }

// Do decides a command, makes it durable and shows it. The errors: a
// *room.Refusal; eventlog.ErrUnavailable when it may or may not have been stored,
// so that the same id should be sent again; ErrClosed.
func (h *Hub) Do(ctx context.Context, in room.ID, actor person.ID, id room.CommandID, act room.Action) (Outcome, error) {
	d := &do{id: id, actor: actor, act: act}
	err := h.ask(ctx, in, d)
	return d.out, err
}

// do is Do for a connection's own person.
func (c *Conn) do(ctx context.Context, in room.ID, id room.CommandID, act room.Action) (Outcome, error) {
	d := &do{id: id, actor: c.Person, act: act, by: c}
	err := c.hub.ask(ctx, in, d)
	return d.out, err
}

// decide brings a batch to its end: every command of it is answered.
func (l *live) decide(batch []pending) {
	if l.state.At() > l.hub.Now()+clockBehind {
		l.hub.Logger.Error("posting is refused: the clock lies behind what was stored; set the machine's clock", "room", l.id)
		l.fail(batch, errClock)
		return
	}
	until := time.Now().Add(AppendTimeout)
	for lost := 0; time.Now().Before(until); lost++ {
		l.giveWay(lost)
		made, records, refused := l.judge(batch)
		if len(records) == 0 {
			l.finish(batch, refused, made)
			return
		}
		err := l.append(made, records)
		if err == nil {
			l.finish(batch, refused, made)
			return
		}
		if !errors.Is(err, eventlog.ErrConflict) {
			l.unload(err) // it may have been stored: read the head before deciding again
			l.fail(batch, err)
			return
		}
		l.hub.Metrics.conflicts.Inc()
		if err := l.catchUp(); err != nil {
			l.fail(batch, err)
			return
		}
	}
	l.fail(batch, errNotSaved)
}

// giveWay waits a random time after having lost more than once.
func (l *live) giveWay(lost int) {
	if lost < 2 {
		return
	}
	longest := min(firstPause<<min(lost-2, 10), longestPause)
	select {
	case <-time.After(rand.N(longest)):
	case <-l.hub.ctx.Done(): // what is taken in is still decided
	}
}

// errNotSaved: others were faster each time; nothing was stored.
var errNotSaved = errors.New("hub: lost every race for the room's log")

// errClock: the clock lies behind what the room holds. What were written now would
// carry a time that is not, and ids that are new would look old.
var errClock = errors.New("hub: the clock lies behind what was stored")

// clockBehind is how far it may: as much as a client's ids may lie ahead.
const clockBehind = room.IDAhead

// judge decides every command of the batch on a fork, one after the other, each
// seeing what those before it do.
func (l *live) judge(batch []pending) (made []passed, records []eventlog.Record, refused []error) {
	fork := l.state.Fork()
	refused = make([]error, len(batch))
	for i, p := range batch {
		if refused[i] = unproven(fork, p.do); refused[i] != nil {
			continue
		}
		at := fork.Clock(l.hub.Now())
		d, err := room.Decide(fork, room.Command{ID: p.id, Actor: p.actor, At: at, Do: p.act, Session: meets(fork, at), Zone: zoneOf})
		if err != nil {
			refused[i] = err
			continue
		}
		p.out = Outcome{Answer: d.Answer}
		if d.Entry == nil {
			continue
		}
		record, err := encode(*d.Entry)
		if err == nil {
			err = room.Apply(fork, *d.Entry)
		}
		if err != nil {
			refused[i] = err
			continue
		}
		made = append(made, passed{entry: *d.Entry})
		records = append(records, record)
	}
	return made, records, refused
}

// unproven refuses what one of the team asks in a session that was not held to that.
func unproven(s *room.State, d *do) error {
	if d.by == nil || d.by.Session.Staff() {
		return nil
	}
	if m, here := s.Present(d.actor); !here || !m.Role.Staff() {
		return nil
	}
	d.by.Reset("a role that the session was not made for")
	return ErrSessionEnded
}

func encode(e room.Entry) (eventlog.Record, error) {
	meta, body, err := room.Encode(e)
	r := eventlog.Record{Meta: meta, Body: body, HasBody: body != nil}
	for _, seq := range e.Erases() {
		r.Erases = append(r.Erases, eventlog.Seq(seq))
	}
	return r, err
}

// append makes the records durable and fills in where each entry now stands.
func (l *live) append(made []passed, records []eventlog.Record) error {
	ctx, cancel := l.context()
	defer cancel()
	if err := l.hintDue(ctx, made); err != nil {
		return err
	}
	if err := l.hintCalls(ctx, made); err != nil {
		return err
	}
	start := l.hub.Clock()
	head, err := l.hub.Log.Append(ctx, Stream(l.id), l.head, records)
	if err != nil {
		return err
	}
	l.hub.Metrics.append.Observe(l.hub.Clock().Sub(start).Seconds())
	for i, r := range records {
		made[i].pos = eventlog.Position{Seq: r.Seq, Digest: r.Digest}
	}
	if last := made[len(made)-1]; last.pos != head || room.Seq(head.Seq) != last.entry.Seq {
		return eventlog.ErrCorrupt
	}
	return nil
}

// finish folds in what was appended, shows it and answers the batch: whoever has
// an answer knows that everybody's outbox holds what it led to.
func (l *live) finish(batch []pending, refused []error, made []passed) {
	for _, p := range made {
		if err := l.accept(p); err != nil {
			l.unload(err)
			l.fail(batch, err)
			return
		}
		l.hub.Metrics.events.Inc()
		l.called(p.entry)
	}
	for _, p := range made {
		l.fanOut(p, made)
	}
	for i, p := range batch {
		if refused[i] == nil {
			author, _ := l.state.Member(p.actor)
			p.out.Pos, p.out.Staff = l.positionOf(p.out.Seq), author.Role.Staff()
		}
		p.done <- refused[i]
	}
	l.freeze()
}

// positionOf is the place of an entry. Of one that was answered long ago only the
// number is known; a client that returns with it reloads.
func (l *live) positionOf(seq room.Seq) eventlog.Position {
	if p, ok := l.tail.at(seq); ok {
		return p.pos
	}
	return eventlog.Position{Seq: eventlog.Seq(seq)}
}

func (l *live) fail(batch []pending, err error) {
	l.hub.Metrics.failed.Inc()
	for _, p := range batch {
		p.done <- err
	}
}
