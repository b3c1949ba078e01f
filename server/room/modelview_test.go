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
	Reactions    []given
}

// screen is what the model says a viewer has before them, oldest first.
func (m *model) screen(who person.ID, bodies map[room.Seq]string) []row {
	viewer := m.stay(who)
	rows := []row{}
	for _, s := range m.messages() {
		if !viewer.sees(s.seq) || s.removed != 0 && !viewer.staff() {
			continue
		}
		r := row{Seq: s.seq, Author: s.author, At: s.at, Edited: s.edited, Removed: s.removed}
		if s.removed == 0 {
			r.Text, r.Reactions = bodies[s.textOf], sorted(s.reactions)
			if s.replyTo != 0 {
				to, _ := m.message(s.replyTo)
				if r.ReplyGone = !viewer.sees(s.replyTo) || to.removed != 0; !r.ReplyGone {
					r.ReplyTo = s.replyTo
				}
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// unread counts what others said after readTo; nobody counts past a hundred.
func (m *model) unread(who person.ID, readTo room.Seq) (n int) {
	viewer := m.stay(who)
	for _, s := range m.messages() {
		if viewer.sees(s.seq) && s.seq > readTo && s.removed == 0 && s.author != who {
			n++
		}
	}
	return min(n, 100)
}

func (m *model) lastAt(who person.ID) (at room.Time) {
	viewer := m.stay(who)
	for _, s := range m.messages() {
		if viewer.sees(s.seq) && s.removed == 0 {
			at = s.at
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

// rowOf is a message as the state shows it, in the model's words.
func rowOf(s *room.State, shown room.Shown, bodies map[room.Seq]string) row {
	r := row{
		Seq: shown.Message.Seq, Author: shown.Author.Person, At: shown.Message.At, Edited: shown.Message.EditedAt,
		Removed: shown.Message.RemovedAt, ReplyGone: shown.ReplyGone,
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

// rowsOf is a page in the model's words.
func rowsOf(s *room.State, page []room.Shown, bodies map[room.Seq]string) []row {
	rows := []row{}
	for _, shown := range page {
		rows = append(rows, rowOf(s, shown, bodies))
	}
	return rows
}
