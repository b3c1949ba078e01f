package hub

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// maxGap is how many entries a returning client is sent one by one; after a
// longer absence it gets the newest page instead.
const maxGap = 1000

// gapBytes and pageBytes bound what is sent at once to a client that joins. A
// longer gap than this is answered with a page, a longer page is cut.
const (
	gapBytes  = outboxBytes
	pageBytes = 96 << 10
)

// join seats a connection at a known position. Everything happens inside the
// room's goroutine, so there is no window between history and what comes live.
type join struct {
	conn    *Conn
	answer  string // id of the command
	after   string
	history int
}

func (j join) serve(l *live) error {
	viewer, err := l.seer(j.conn)
	if err != nil {
		return err
	}
	_, seated := l.seats[j.conn]
	if !seated && !j.conn.follow(l.id) {
		return wire.Err("too_many_rooms")
	}
	ctx, cancel := l.context()
	defer cancel()
	gap, resumed, err := l.gap(ctx, j.after, viewer)
	if err == nil {
		err = l.noteRead(ctx, viewer, ReadPage)
	}
	var ignored []person.ID
	if err == nil {
		ignored, err = l.ignores.get(ctx, l, viewer.Person)
	}
	if err == nil {
		err = l.recall(ctx, gap)
	}
	if err != nil {
		if !seated {
			j.conn.unfollow(l.id)
		}
		return err
	}
	place := seat{viewer, ignored}
	missed := l.lines(gap, place)
	if len(missed) > gapBytes {
		missed, resumed = nil, false
	}
	l.seat(j.conn, place) // before the answer, which says who is here
	answer, err := l.joined(ctx, j, place, resumed)
	if err != nil {
		if !seated {
			err = errors.Join(err, part{j.conn}.serve(l))
		}
		return err
	}
	j.conn.out.send(append(wire.OK(j.answer, answer), missed...)) // in one: it comes whole, or not at all
	return nil
}

// lines is a gap as one viewer sees it, each line with a line's end before it.
func (l *live) lines(gap []passed, at seat) (lines []byte) {
	for _, p := range gap {
		if l.ignoring(p, at.ignored) {
			continue
		}
		if line := l.line(p, gap, at.Member, p.entry.Actor == at.Person); line != nil {
			lines = append(append(lines, '\n'), line...)
		}
	}
	return lines
}

func (l *live) seat(c *Conn, at seat) {
	if _, again := l.seats[c]; !again && at.Role != room.Visitor {
		l.presence.came(c)
	}
	l.seats[c] = at
}

// gap is what a returning client missed. resumed is false where its position is
// not one of this history and view, lies before its stay, or is too far back.
func (l *live) gap(ctx context.Context, after string, viewer room.Member) (gap []passed, resumed bool, err error) {
	if after == "" {
		return nil, false, nil
	}
	at, ok := l.hub.Tokens.ParsePosition(l.id, after)
	if ok && at.Seq > room.Seq(l.head.Seq) { // another node has shown what this one has not heard of
		if err := l.catchUp(); err != nil {
			return nil, false, err
		}
	}
	head := room.Seq(l.head.Seq)
	if !ok || at.Staff != viewer.Role.Staff() || at.Seq > head || head-at.Seq > maxGap ||
		!viewer.Role.Staff() && at.Seq < viewer.Joined {
		l.hub.Metrics.resumes.WithLabelValues("reset").Inc()
		return nil, false, nil
	}
	from, gap, err := l.from(ctx, at.Seq)
	if err != nil {
		return nil, false, err
	}
	if [8]byte(from.Digest[:8]) != at.Digest {
		l.hub.Metrics.resumes.WithLabelValues("forked").Inc()
		return nil, false, nil
	}
	l.hub.Metrics.resumes.WithLabelValues("resumed").Inc()
	return gap, true, nil
}

// from is the position at seq and every entry after it: from the tail if it
// reaches back that far, else from the log.
func (l *live) from(ctx context.Context, seq room.Seq) (eventlog.Position, []passed, error) {
	if seq == room.Seq(l.head.Seq) {
		return l.head, nil, nil
	}
	if p, ok := l.tail.at(seq); ok {
		gap, _ := l.tail.since(seq)
		return p.pos, gap, nil
	}
	records, err := l.read(ctx, max(seq, 1), room.Seq(l.head.Seq))
	if err != nil {
		return eventlog.Position{}, nil, err
	}
	var list []passed
	for _, r := range records {
		entry, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
		if err != nil {
			return eventlog.Position{}, nil, err
		}
		list = append(list, passed{entry, eventlog.Position{Seq: r.Seq, Digest: r.Digest}})
	}
	if seq == 0 || len(list) == 0 {
		return eventlog.Position{}, list, nil
	}
	return list[0].pos, list[1:], nil
}

func (l *live) joined(ctx context.Context, j join, at seat, resumed bool) (wire.Joined, error) {
	viewer := at.Member
	readTo, err := l.markers.get(ctx, l, viewer.Person)
	if err != nil {
		return wire.Joined{}, err
	}
	answer := wire.Joined{
		Reset: !resumed, Pos: l.position(l.head, viewer), You: l.memberID(viewer), Role: viewer.Role,
		Room: l.info(), Messages: []wire.Message{}, Unread: l.state.Unread(viewer, readTo, l.indexes(at.ignored)...),
	}
	for _, id := range at.ignored {
		answer.Ignored = append(answer.Ignored, l.hub.Tokens.Member(l.id, id))
	}
	if err := l.aboutRoom(ctx, &answer, viewer); err != nil {
		return wire.Joined{}, err
	}
	if err := l.aboutShift(ctx, &answer, at); err != nil {
		return wire.Joined{}, err
	}
	if readTo != 0 {
		answer.ReadTo = l.hub.Tokens.Message(l.id, readTo)
	}
	answer.Here, answer.HereCount = l.presence.here(l)
	if !resumed && j.history > 0 {
		answer.Messages, answer.More, err = l.page(ctx, at, 0, j.history)
	}
	return answer, err
}

// page is messages as they stand now.
func (l *live) page(ctx context.Context, at seat, before room.Seq, limit int) ([]wire.Message, bool, error) {
	viewer := at.Member
	shown, more := l.state.Page(viewer, before, limit, l.indexes(at.ignored)...)
	seqs := make([]room.Seq, 0, len(shown))
	for _, s := range shown {
		seqs = append(seqs, s.TextOf)
	}
	texts, err := l.bodies(ctx, seqs)
	if err != nil {
		return nil, false, err
	}
	if n := fitting(shown, texts); n < len(shown) {
		shown, more = shown[len(shown)-n:], true
	}
	page := make([]wire.Message, 0, len(shown))
	for _, s := range shown {
		page = append(page, l.message(s, texts[s.TextOf], viewer))
	}
	return page, more, nil
}

// fitting is how many of the newest messages make a page of pageBytes; one in any
// case. Long texts and many reactions make a page shorter than was asked for.
func fitting(shown []room.Shown, texts map[room.Seq]string) int {
	const frame, reaction = 400, 60 // bytes: what stands around a text; a member's token
	size := 0
	for n := range shown {
		s := shown[len(shown)-1-n]
		size += frame + len(texts[s.TextOf]) + reaction*len(s.Reactions)
		if size > pageBytes && n > 0 {
			return n
		}
	}
	return len(shown)
}

// history asks for the page before a message. The room sends the answer itself, so
// that what happens to a message afterwards comes after it.
type history struct {
	conn   *Conn
	answer string
	before room.Seq
	limit  int
}

func (h history) serve(l *live) error {
	viewer, err := l.seer(h.conn)
	if err != nil {
		return err
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.noteRead(ctx, viewer, ReadPage); err != nil {
		return err
	}
	ignored, err := l.ignores.get(ctx, l, viewer.Person)
	if err != nil {
		return err
	}
	var page wire.Page
	if page.Messages, page.More, err = l.page(ctx, seat{viewer, ignored}, h.before, h.limit); err != nil {
		return err
	}
	h.conn.out.send(wire.OK(h.answer, page))
	return nil
}

// evidence asks for the sealed text of a message that was taken back.
type evidence struct {
	conn    *Conn
	answer  string
	message room.Seq
}

func (e evidence) serve(l *live) error {
	viewer, err := l.seer(e.conn)
	if err != nil {
		return err
	}
	seq, removed, erased, err := l.state.Removed(e.message, viewer)
	if err != nil {
		return err
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.noteRead(ctx, viewer, ReadEvidence); err != nil {
		return err
	}
	texts, err := l.bodies(ctx, []room.Seq{seq})
	if err != nil {
		return err
	}
	e.conn.out.send(wire.OK(e.answer, wire.Evidence{Text: texts[seq], RemovedAt: removed, ErasedAt: erased}))
	return nil
}

// part ends following; also what a closed connection leaves behind.
type part struct{ conn *Conn }

func (p part) serve(l *live) error {
	viewer, seated := l.seats[p.conn]
	if !seated {
		return nil
	}
	delete(l.seats, p.conn)
	p.conn.unfollow(l.id)
	l.presence.left(p.conn, viewer.Person)
	return nil
}

// overview asks for the room's line in a person's list.
type overview struct {
	who person.ID
	out wire.RoomLine
}

func (o *overview) serve(l *live) error {
	ctx, cancel := l.context()
	defer cancel()
	viewer, err := l.looker(o.who)
	if err != nil {
		return l.sentAway(ctx, o)
	}
	ignored, err := l.ignores.get(ctx, l, o.who)
	if err != nil {
		return err
	}
	readTo, err := l.markers.get(ctx, l, o.who)
	o.out = wire.RoomLine{
		Room: l.id, Name: l.state.Name(), Role: viewer.Role,
		Unread: l.state.Unread(viewer, readTo, l.indexes(ignored)...), LastAt: l.state.LastAt(viewer),
	}
	return err
}

// sentAway is the line of a room that somebody was sent away from lately: why, so
// that they know and can appeal.
func (l *live) sentAway(ctx context.Context, o *overview) error {
	was, _ := l.state.Member(o.who)
	n, sent := l.state.Sent(o.who)
	if !sent || l.hub.Now() > n.At+sentFor {
		return room.ErrNoSuchRoom
	}
	texts, err := l.bodies(ctx, []room.Seq{n.Seq, n.Appeal.Made, n.Appeal.Answer})
	if err != nil {
		return err
	}
	note := l.wholeNote(n, texts, room.Member{Person: o.who})
	o.out = wire.RoomLine{Room: l.id, Name: l.state.Name(), Role: was.Role, Ended: &note}
	return nil
}

// sentFor is how long somebody who was sent away is told so.
const sentFor = 30 * room.Day

// Overview is the room's line in a person's list of rooms. room.ErrNoSuchRoom if
// they are not a member, and were not sent away lately.
func (h *Hub) Overview(ctx context.Context, in room.ID, who person.ID) (wire.RoomLine, error) {
	o := &overview{who: who}
	err := h.ask(ctx, in, o)
	return o.out, err
}

// membership asks what a person is in the room.
type membership struct {
	who person.ID
	out room.Member
}

func (m *membership) serve(l *live) (err error) {
	m.out, err = l.viewer(m.who)
	return err
}

// Membership is a person's present membership of a room, or room.ErrNoSuchRoom.
func (h *Hub) Membership(ctx context.Context, in room.ID, who person.ID) (room.Member, error) {
	m := &membership{who: who}
	err := h.ask(ctx, in, m)
	return m.out, err
}

// naming asks what a room is called.
type naming struct{ out string }

func (n *naming) serve(l *live) error {
	if !l.state.Opened() {
		return room.ErrNoSuchRoom
	}
	n.out = l.state.Name()
	return nil
}

// RoomName is what a room is called, for somebody who holds a link into it.
func (h *Hub) RoomName(ctx context.Context, in room.ID) (string, error) {
	n := &naming{}
	err := h.ask(ctx, in, n)
	return n.out, err
}
