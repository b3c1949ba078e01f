package hub

import (
	"context"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// fanOut shows an entry to everybody who follows the room. It is encoded once per
// view: for staff, for members whose stay covers all it mentions, for its author;
// only those who joined later than something it mentions get their own.
//
// among is the entries made with it, in order: where one of them has replaced its
// text already, the text as it stands now is shown.
func (l *live) fanOut(p passed, among []passed) {
	if l.holdBack() {
		return
	}
	before := l.shown
	l.shown = p.pos
	l.endRights(p)
	l.seatAnew(p)
	if erased := p.entry.Erases(); erased != nil {
		l.tail.forget(erased)
	}
	l.state.LookAt(l.hub.Now())
	if !l.recallNow(p) {
		l.shown = before
		return
	}
	oldest := p.entry.Oldest()
	var shared [2]encoded // members, staff
	idle := make([]*outbox, 0, len(l.seats))
	tell := func(c *Conn, line []byte) {
		if line != nil && c.out.add(line, outboxBytes) {
			idle = append(idle, &c.out)
		}
	}
	for c, seat := range l.seats {
		if joined, ok := p.entry.Event.(*room.MemberJoined); ok && joined.Person == seat.Person {
			continue // a new stay begins with its own join
		}
		if !l.state.Here(seat.Member) {
			continue // its term is over: it is cut at the next tick
		}
		own := seat.Person == p.entry.Actor
		class := 0
		if seat.Role.Staff() {
			class = 1
		}
		if l.ignoring(p, seat.ignored) {
			continue
		}
		switch {
		case own || class == 0 && oldest != 0 && seat.Joined >= oldest || l.state.Single(p.entry, seat.Member):
			tell(c, l.line(p, among, seat.Member, own))
		default:
			if !shared[class].done {
				shared[class] = encoded{l.line(p, among, seat.Member, false), true}
			}
			tell(c, shared[class].line)
		}
	}
	l.hub.drainAll(idle)
	l.hub.Metrics.fanned.Add(float64(len(l.seats)))
}

// seatAnew tells the seats of somebody whose membership's term was set.
func (l *live) seatAnew(p passed) {
	term, ok := p.entry.Event.(*room.TermSet)
	if !ok {
		return
	}
	m, _ := l.state.Member(term.Person)
	for c, at := range l.seats {
		if at.Person == term.Person {
			at.Member = m
			l.seats[c] = at
		}
	}
}

type encoded struct {
	line []byte
	done bool
}

// line is the entry as one viewer sees it, or nil.
func (l *live) line(p passed, among []passed, viewer room.Member, own bool) []byte {
	shown, ok := room.View(l.state, p.entry, viewer)
	if !ok {
		return nil
	}
	text := ""
	switch {
	case shown.TextOf == p.entry.Seq:
		text = p.entry.Text()
	case shown.TextOf != 0:
		text = textAmong(among, shown.TextOf)
		if recalled, ok := l.recalled[shown.TextOf]; ok {
			text = recalled
		}
	}
	return wire.Line(l.event(p, shown, text, viewer, own))
}

// recallNow has the texts at hand that an entry brings back to sight. Where they
// cannot be read the room is forgotten, and shows the entry when it is loaded again.
func (l *live) recallNow(p passed) bool {
	if l.state.Recalls(p.entry) == 0 {
		return true
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.recall(ctx, []passed{p}); err != nil {
		l.hub.Logger.Error("a text could not be read, trying again", "room", l.id, "reason", err)
		l.held, l.loaded = true, false
		return false
	}
	return true
}

// recall reads the texts that entries bring back to sight.
func (l *live) recall(ctx context.Context, entries []passed) error {
	var seqs []room.Seq
	for _, p := range entries {
		if seq := l.state.Recalls(p.entry); seq != 0 {
			seqs = append(seqs, seq)
		}
	}
	l.recalled = nil
	if len(seqs) == 0 {
		return nil
	}
	texts, err := l.bodies(ctx, seqs)
	l.recalled = texts
	return err
}

// textAmong finds a text in entries that follow each other without gaps.
func textAmong(among []passed, seq room.Seq) string {
	if len(among) == 0 || seq < among[0].entry.Seq || seq >= among[0].entry.Seq+room.Seq(len(among)) {
		return ""
	}
	return among[seq-among[0].entry.Seq].entry.Text()
}

// endRights resets every connection of somebody whose rights here ended or changed
// with an entry, so that not a byte already on its way arrives: also those that do
// not follow the room, which may have asked it for pages.
func (l *live) endRights(p passed) {
	who := p.entry.Ends()
	if who == "" {
		return
	}
	for c, seat := range l.seats {
		if seat.Person == who {
			delete(l.seats, c)
			l.presence.left(c, seat.Person)
			c.unfollow(l.id)
		}
	}
	for _, c := range l.hub.Conns(who) {
		c.Reset("rights changed in a room")
	}
}
