package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// actor is a client of one member that does what a person's does: it connects,
// resumes where it was, sends what was not answered again with the same id, and
// folds what it is told. Everything it does and sees goes into the history.
type actor struct {
	index    int
	urls     []string // of the nodes it goes to, another each time
	room     room.ID
	who      seed.Member
	name     string   // the member's id in the room
	leavers  []string // whom it may send away; staff only
	talkers  []string // whom it may mute; staff only
	every    time.Duration
	rng      *rand.Rand
	tokens   *wire.Tokens
	history  *history
	quit     <-chan struct{} // closed: nothing new
	ending   <-chan struct{} // closed: everybody is answered; make sure of having seen everything
	in       func()          // called once, when it is in for the first time
	answered func()          // called once, when nothing is left to be answered

	// Owned by run.
	conn     *wireclient.Conn
	view     held
	last     room.Seq // place of the last event seen
	fresh    []string // messages posted while it was here, newest last
	waiting  []*act   // unanswered, in the order of their making
	retry    []*act   // to be sent again: refused for their pace
	looking  map[string]look
	joins    int
	failures int  // to come in, one after the other
	reloads  int  // because the history was replaced
	out      bool // its membership has ended
	spare    int  // posts it still tries after that
	told     bool
}

// run connects again and again until the end. The error is what a server must not
// do to a client.
func (a *actor) run(ctx context.Context) error {
	a.spare = 2
	for ctx.Err() == nil {
		begun := time.Now()
		conn, err := wireclient.Dial(ctx, a.urls[a.rng.IntN(len(a.urls))], servertest.Cookie(a.who.Token), nil)
		if err != nil {
			if refused, ok := err.(*wireclient.RefusedError); ok && refused.Status < 500 {
				return fmt.Errorf("client %d: %w", a.index, err)
			}
			a.backOff(ctx)
			continue
		}
		done, err := a.session(ctx, conn, begun)
		_ = conn.CloseNow()
		if done || err != nil {
			return err
		}
	}
	return fmt.Errorf("client %d: %w", a.index, ctx.Err())
}

// backOff waits before the next try to come in: longer and longer, as the browser's
// client does, so that a machine with too much to do gets through.
func (a *actor) backOff(ctx context.Context) {
	longest := 40 * time.Millisecond << min(a.failures, 6)
	a.failures++
	pause(ctx, 5*time.Millisecond+time.Duration(a.rng.Int64N(int64(longest))))
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// session is one connection's life. done: the actor has seen everything it will.
func (a *actor) session(ctx context.Context, conn *wireclient.Conn, begun time.Time) (done bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.conn, a.looking, a.retry = conn, make(map[string]look), nil
	lines := make(chan wireclient.Line)
	go func() {
		defer close(lines)
		for {
			l, err := conn.Next(ctx)
			if err != nil {
				return
			}
			select {
			case lines <- l:
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() {
		cancel()
		for range lines { //nolint:revive // until the reader is gone
		}
	}()
	join := servertest.Command{"do": "join", "id": wireclient.NewID(), "room": a.room}
	if a.view.pos != "" {
		join["after"] = a.view.pos
	}
	a.send(ctx, join)
	return a.converse(ctx, lines, join["id"].(string), begun)
}

// converse is the loop of a connection. A connection that ended is no error: the
// server was killed, or this member was sent away.
func (a *actor) converse(ctx context.Context, lines <-chan wireclient.Line, join string, begun time.Time) (bool, error) {
	joined, barrier := false, ""
	tick := time.NewTimer(a.interval())
	defer tick.Stop()
	for {
		var ending <-chan struct{}
		if joined && barrier == "" {
			ending = a.ending
		}
		select {
		case l, ok := <-lines:
			switch {
			case !ok:
				return false, nil
			case l.Answer != nil && *l.Answer == join && (passing(l.Error) || a.replaced(l.Error)):
				a.backOff(ctx)
				return false, nil // another try, perhaps with another node
			case l.Answer != nil && *l.Answer == join:
				if err := a.joined(l); err != nil {
					return true, err
				}
				joined, a.failures = true, 0
				if a.joins++; a.joins > 1 && !a.out {
					a.history.cameBack(time.Since(begun))
				}
				a.resend(ctx)
			case l.Answer != nil && *l.Answer == barrier && barrier != "":
				if !again(l.Error) && !a.replaced(l.Error) {
					return true, nil
				}
				a.backOff(ctx)
				barrier = "" // it was refused before the room was asked: there may be more to come
			default:
				if err := a.line(l); err != nil {
					return true, err
				}
			}
		case <-tick.C:
			if joined {
				a.step(ctx)
			}
			tick.Reset(a.interval())
		case <-ending:
			barrier = wireclient.NewID()
			last := a.toTheEnd()
			last["id"] = barrier
			a.send(ctx, last)
		case <-ctx.Done():
			return false, ctx.Err()
		}
		a.settled(joined)
	}
}

// replaced: the history that this client knows is no more.
func (a *actor) replaced(e *wire.Error) bool {
	return e != nil && e.Code == "history_replaced" && a.history.forks
}

// toTheEnd joins from the last place that anybody was told of, whichever node told them.
// Nodes hear of each other's records a moment late, and their clients too: asked for that
// place, a node reads on and shows what it finds. The answer comes through the room's own
// goroutine, and so after all of it.
func (a *actor) toTheEnd() servertest.Command {
	at := a.history.end(a.room)
	at.Staff = a.view.staff
	return servertest.Command{"do": "join", "room": a.room, "after": a.tokens.Position(a.room, at)}
}

// again: it has to be asked once more.
func again(e *wire.Error) bool { return passing(e) || e != nil && e.Code == "too_fast" }

// passing: a refusal that says nothing of what was asked.
func passing(e *wire.Error) bool {
	return e != nil && slices.Contains([]string{"not_known", "not_saved", "unavailable", "restarting", "behind"}, e.Code)
}

func (a *actor) interval() time.Duration {
	return time.Duration((0.5 + a.rng.Float64()) * float64(a.every))
}

// settled tells once that nothing new is to come and everything was answered.
func (a *actor) settled(joined bool) {
	select {
	case <-a.quit:
		if joined && len(a.waiting) == 0 && !a.told {
			a.told = true
			a.answered()
		}
	default:
	}
}

func (a *actor) send(ctx context.Context, c servertest.Command) {
	_ = a.conn.Send(ctx, c) // a connection that broke is seen by the reader
}

// resend asks again for every answer that is still owed.
func (a *actor) resend(ctx context.Context) {
	for _, w := range a.waiting {
		a.send(ctx, w.command)
	}
}

// joined takes the answer to join. Every coming back must resume: the place it
// names was durable before it was shown.
func (a *actor) joined(l wireclient.Line) error {
	if l.Error != nil {
		if a.out = l.Error.Code == "no_such_room"; a.out {
			if a.joins == 0 { // sent away before it came in
				a.in()
			}
			return nil
		}
		return fmt.Errorf("client %d: join refused: %s", a.index, l.Error.Code)
	}
	var j wire.Joined
	if err := json.Unmarshal(l.OK, &j); err != nil {
		return err
	}
	if j.Reset && a.view.pos != "" && a.history.forks {
		a.view, a.fresh, a.reloads = held{}, nil, a.reloads+1
	}
	if j.Reset != (a.view.pos == "") {
		a.history.problem("client %d: reset is %v on coming in for the %d. time", a.index, j.Reset, a.joins+1)
	}
	if a.view.join(j); a.joins == 0 {
		a.in()
	}
	if at := a.place(j.Pos); j.Reset {
		a.last = at.Seq
	}
	return nil
}

// place is where a position lies.
func (a *actor) place(pos string) wire.Position {
	at, ok := a.tokens.ParsePosition(a.room, pos)
	if !ok {
		a.history.problem("client %d: a position of another key", a.index)
	}
	a.history.reached(a.room, at)
	return at
}

// line takes an answer, an event or a signal.
func (a *actor) line(l wireclient.Line) error {
	switch {
	case l.Answer != nil:
		return a.answer(l)
	case l.Event == "":
		return nil
	}
	at := a.place(l.Pos)
	if at.Seq <= a.last {
		a.history.problem("client %d: place %d came after place %d", a.index, at.Seq, a.last)
	}
	a.last = at.Seq
	about, err := messageOf(l)
	if err != nil {
		return err
	}
	a.history.heard(a.room, at.Seq, l.Event+" "+about)
	if l.Event == "message" {
		a.fresh = append(a.fresh, about)
	}
	return a.view.event(l)
}

// answer settles what was asked.
func (a *actor) answer(l wireclient.Line) error {
	if asked, ok := a.looking[*l.Answer]; ok {
		delete(a.looking, *l.Answer)
		return a.looked(asked, l)
	}
	i := slices.IndexFunc(a.waiting, func(w *act) bool { return w.id == *l.Answer })
	if i < 0 {
		return nil // answered already, and asked again all the same
	}
	w := a.waiting[i]
	if again(l.Error) {
		a.retry = append(a.retry, w)
		return nil
	}
	if l.Error != nil {
		switch w.code = l.Error.Code; w.code {
		case "already_removed", "no_such_message", "no_such_member", "no_such_room", "muted", "not_muted":
		default:
			if a.history.forks {
				break // the place it meant is another message's now
			}
			a.history.problem("client %d: %s was refused: %s", a.index, w.verb, w.code)
		}
	} else if err := a.done(w, l); err != nil {
		return err
	}
	w.answered = a.history.now()
	a.waiting = slices.Delete(a.waiting, i, i+1)
	a.history.add(w)
	return nil
}

func (a *actor) done(w *act, l wireclient.Line) error {
	var ok wire.Logged
	if err := json.Unmarshal(l.OK, &ok); err != nil {
		return err
	}
	w.seq = a.place(ok.Pos).Seq
	if w.verb == "post" {
		w.target = ok.Message
	}
	return nil
}

func (a *actor) looked(asked look, l wireclient.Line) error {
	if l.Error != nil {
		return nil
	}
	var page wire.Page
	if err := json.Unmarshal(l.OK, &page); err != nil {
		return err
	}
	asked.told = a.history.now()
	for _, m := range page.Messages {
		one := asked
		one.target, one.text, one.removed, one.reactions = m.ID, m.Text, m.RemovedAt != 0, m.Reactions
		a.history.looked(one)
	}
	return nil
}
