package hub

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// What of a room somebody of the team has looked at.
const (
	ReadPage     = "page"     // messages
	ReadEvidence = "evidence" // a text that was taken away
	ReadReports  = "reports"  // what was said with reports
	ReadLine     = "line"     // a private line
)

// ReadBook keeps who of the team read what. What cannot be written down there is not
// shown.
type ReadBook interface {
	Note(ctx context.Context, who person.ID, in room.ID, what string, visit bool) error
}

// seer is how the person of a connection sees the room now. Where that is as one of the
// team and their session was not held to it, because it does not know yet or does not
// any more, the connection ends: the next one begins with what is so now.
func (l *live) seer(c *Conn) (room.Member, error) {
	m, err := l.looker(c.Person)
	if err == nil && m.Role.Staff() && !c.Session.Staff() {
		c.Reset("a role that the session was not made for")
		return room.Member{}, ErrSessionEnded
	}
	return m, err
}

// looker is how somebody sees the room now: as a member, or on a visit.
func (l *live) looker(who person.ID) (room.Member, error) {
	now := l.hub.Now()
	l.state.LookAt(now)
	m, ok := l.state.Viewer(who, now)
	if !ok {
		return room.Member{}, room.ErrNoSuchRoom
	}
	return m, nil
}

// noteRead writes down that somebody of the team reads, before they do.
func (l *live) noteRead(ctx context.Context, viewer room.Member, what string) error {
	if l.hub.Reads == nil || !viewer.Role.Staff() {
		return nil
	}
	return l.hub.Reads.Note(ctx, viewer.Person, l.id, what, viewer.Role == room.Visitor)
}

// endStays cuts those whose visit, or whose membership's term, is over.
func (l *live) endStays() {
	now := l.hub.Now()
	l.state.LookAt(now)
	for c, seat := range l.seats {
		if _, ok := l.state.Viewer(seat.Person, now); ok {
			continue
		}
		delete(l.seats, c)
		c.unfollow(l.id)
		c.Reset("a stay is over")
	}
}

// readLine asks for a page of a private line.
type readLine struct {
	conn   *Conn
	answer string
	whose  person.ID
	before room.Seq
	limit  int
}

func (r readLine) serve(l *live) error {
	viewer, err := l.seer(r.conn)
	if err != nil {
		return err
	}
	if r.whose != viewer.Person && !viewer.Role.Staff() {
		return room.ErrNotAllowed
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.noteRead(ctx, viewer, ReadLine); err != nil {
		return err
	}
	page, err := l.linePage(ctx, r.whose, viewer, r.before, r.limit)
	if err != nil {
		return err
	}
	r.conn.out.send(wire.OK(r.answer, page))
	return nil
}

func (l *live) linePage(ctx context.Context, whose person.ID, viewer room.Member, before room.Seq, limit int) (wire.LinePage, error) {
	entries, more := l.state.Line(whose, viewer, before, limit)
	page := wire.LinePage{Entries: []wire.LineEntry{}, More: more}
	seqs := make([]room.Seq, 0, len(entries))
	for _, e := range entries {
		seqs = append(seqs, e.Seq)
	}
	texts, err := l.bodies(ctx, seqs)
	for _, e := range entries {
		page.Entries = append(page.Entries, l.lineEntry(e, l.state.MemberAt(e.Author), texts[e.Seq], viewer))
	}
	return page, err
}

// showReports asks what was said with the reports on a message, and which text they
// are about.
type showReports struct {
	conn    *Conn
	answer  string
	message room.Seq
}

func (s showReports) serve(l *live) error {
	viewer, err := l.seer(s.conn)
	if err != nil {
		return err
	}
	r, ok := l.state.ReportsOn(s.message, viewer)
	switch {
	case !viewer.Role.Staff():
		return room.ErrNotAllowed
	case !ok:
		return room.ErrNoReport
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.noteRead(ctx, viewer, ReadReports); err != nil {
		return err
	}
	texts, err := l.bodies(ctx, append([]room.Seq{r.Version}, r.Words...))
	if err != nil {
		return err
	}
	answer := wire.ReportWords{Text: texts[r.Version], Reports: []wire.ReportWord{}}
	for _, seq := range r.Words {
		answer.Reports = append(answer.Reports, wire.ReportWord{Text: texts[seq]})
	}
	s.conn.out.send(wire.OK(s.answer, answer))
	return nil
}
