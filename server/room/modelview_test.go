package room_test

import (
	"cmp"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// row is a message on somebody's screen.
type row struct {
	Seq, ReplyTo room.Seq
	Author       person.ID
	Text         string
	At, Edited   room.Time
	ReplyGone    bool
	Removed      room.Time
	Written      room.Time
	How          string // who made it go away, where that is told
	Reports      string // what the viewer is told of reports
	Reactions    []given
}

// screen is what the model says a viewer has before them, oldest first.
func (m *model) screen(who person.ID, bodies map[room.Seq]string) []row {
	tale := m.tell()
	viewer := tale.eyes(who, m.latest())
	rows := []row{}
	for _, seq := range tale.order {
		s := tale.msgs[seq]
		own := s.author == who && s.how != "" && !s.takenBack
		if !m.sees(tale, viewer, s) || s.removed != 0 && !viewer.staff() && !own {
			continue
		}
		r := row{Seq: s.seq, Author: s.author, At: s.at, Edited: s.edited, Removed: s.removed, Written: s.written, Reports: tale.reportsTo(seq, who, viewer)}
		if s.removed == 0 {
			r.Text, r.Reactions = bodies[s.textOf], sorted(s.reactions)
			if s.replyTo != 0 {
				to := tale.msgs[s.replyTo]
				if r.ReplyGone = !m.sees(tale, viewer, to) || to.removed != 0; !r.ReplyGone {
					r.ReplyTo = s.replyTo
				}
			}
		} else {
			r.How = s.how
		}
		rows = append(rows, r)
	}
	return rows
}

// latest is the time as far as anybody has asked.
func (m *model) latest() room.Time {
	now := m.now
	if n := len(m.log); n > 0 {
		now = max(now, m.log[n-1].at)
	}
	return now
}

// eyes is how somebody sees the room: as the member they are, or on a visit as staff.
func (s *tale) eyes(who person.ID, now room.Time) stay {
	if st := s.stays[who]; st.here(now) {
		return st
	}
	if s.visits[who] > now {
		return stay{role: room.Moderator, joined: 1}
	}
	return stay{}
}

// reportsTo: staff see how many; who reported, that they did; nobody else anything.
func (s *tale) reportsTo(seq room.Seq, who person.ID, viewer stay) string {
	r := s.reports[seq]
	mine := slices.ContainsFunc(r.who, func(p reported) bool { return p.who == who }) && s.stays[who].present()
	switch {
	case viewer.staff() && len(r.who) > 0:
		return note(r.open, r.rules, r.worry, mine)
	case mine:
		return note(r.open)
	}
	return ""
}

// unread counts what others said after readTo; nobody counts past a hundred.
func (m *model) unread(who person.ID, readTo room.Seq) (n int) {
	s := m.tell()
	viewer := s.eyes(who, m.latest())
	for _, msg := range s.msgs {
		if m.sees(s, viewer, msg) && msg.seq > readTo && msg.removed == 0 && msg.author != who {
			n++
		}
	}
	return min(n, 100)
}

func (m *model) lastAt(who person.ID) (at room.Time) {
	s := m.tell()
	viewer := s.eyes(who, m.latest())
	for _, seq := range s.order {
		if msg := s.msgs[seq]; m.sees(s, viewer, msg) && msg.removed == 0 {
			at = msg.at
		}
	}
	return at
}

// present is who is a member now, in order of first joining.
func (m *model) present() (list []person.ID) {
	for _, who := range m.everMembers() {
		if m.stay(who).present() {
			list = append(list, who)
		}
	}
	return list
}

// sorted is a copy in an order of its own, nil if there is nothing in it.
func sorted(list []given) []given {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b given) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.by, b.by))
	})
	return list
}

// rowOf is a message as the state shows it to a viewer, in the model's words.
func rowOf(s *room.State, viewer room.Member, shown room.Shown, bodies map[room.Seq]string) row {
	r := row{
		Seq: shown.Message.Seq, Author: shown.Author.Person, At: shown.Message.At, Edited: shown.Message.EditedAt,
		Removed: shown.Message.RemovedAt, ReplyGone: shown.ReplyGone, Written: shown.Message.Written,
		How: howOf(shown.Message), Reports: reportsOf(s, viewer, shown.Message.Seq),
	}
	if shown.TextOf != 0 {
		r.Text = bodies[shown.TextOf]
	}
	if shown.Message.ReplyTo != 0 && !shown.ReplyGone && shown.Message.RemovedAt == 0 {
		r.ReplyTo = shown.Message.ReplyTo
	}
	for _, g := range shown.Reactions {
		r.Reactions = append(r.Reactions, given{room.Reactions[g.Reaction], s.MemberAt(g.Member).Person})
	}
	r.Reactions = sorted(r.Reactions)
	return r
}

func howOf(m room.Message) string {
	return map[room.GoneBy]string{room.ByHiding: "hidden", room.ByErasing: "erased"}[m.By]
}

// reportsOf is what the state tells a viewer of the reports on a message.
func reportsOf(s *room.State, viewer room.Member, seq room.Seq) string {
	mine := s.Reported(seq, viewer)
	r, staff := s.ReportsOn(seq, viewer)
	switch {
	case staff:
		return note(r.Open, r.Rules, r.Worry, mine)
	case mine:
		return note(r.Open)
	}
	return ""
}

// rowsOf is a page in the model's words.
func rowsOf(s *room.State, viewer room.Member, page []room.Shown, bodies map[room.Seq]string) []row {
	rows := []row{}
	for _, shown := range page {
		rows = append(rows, rowOf(s, viewer, shown, bodies))
	}
	return rows
}
