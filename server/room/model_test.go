package room_test

import (
	"reflect"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// model is a room told in the simplest way there is: the list of what was done.
// It remembers nothing else; every question is answered by walking the list again.
type model struct{ log []done }

// done is a command that was allowed, and the text that was kept of it.
type done struct {
	seq  room.Seq
	at   room.Time
	cmd  room.Command
	text string
}

// stay is a person's latest membership.
type stay struct {
	role         room.Role
	alias        string
	joined, left room.Seq
}

func (s stay) present() bool { return s.joined != 0 && s.left == 0 }
func (s stay) staff() bool   { return s.role == room.Moderator || s.role == room.Lead }

// sees: one's own stay, or the whole room for those who supervise it.
func (s stay) sees(message room.Seq) bool {
	return s.present() && (s.staff() || message > s.joined)
}

func (m *model) stay(who person.ID) (s stay) {
	for _, d := range m.log {
		switch a := d.cmd.Do.(type) {
		case room.AddMember:
			if a.Person == who {
				s = stay{role: a.Role, alias: d.text, joined: d.seq}
			}
		case room.SetRole:
			if a.Person == who {
				s.role = a.Role
			}
		case room.EndMembership:
			if a.Person == who {
				s.left = d.seq
			}
		}
	}
	return s
}

// everMembers is everybody who ever joined, in order of their first joining.
func (m *model) everMembers() (all []person.ID) {
	for _, d := range m.log {
		if a, ok := d.cmd.Do.(room.AddMember); ok && !slices.Contains(all, a.Person) {
			all = append(all, a.Person)
		}
	}
	return all
}

func (m *model) opened() bool { return len(m.log) > 0 }

// said is a message as it stands.
type said struct {
	seq, textOf, replyTo room.Seq
	author               person.ID
	at, edited, removed  room.Time
	reactions            []given
}

type given struct {
	name string
	by   person.ID
}

func (m *model) message(seq room.Seq) (said, bool) {
	var s said
	for _, d := range m.log {
		switch a := d.cmd.Do.(type) {
		case room.PostMessage:
			if d.seq == seq {
				s = said{seq: seq, textOf: seq, replyTo: a.ReplyTo, author: d.cmd.Actor, at: d.at}
			}
		case room.EditMessage:
			if a.Message == seq {
				s.textOf, s.edited = d.seq, d.at
			}
		case room.RemoveMessage:
			if a.Message == seq {
				s.removed, s.reactions = d.at, nil
			}
		case room.React:
			if a.Message == seq {
				s.reactions = slices.DeleteFunc(s.reactions, func(g given) bool { return g == given{a.Reaction, d.cmd.Actor} })
				if a.On {
					s.reactions = append(s.reactions, given{a.Reaction, d.cmd.Actor})
				}
			}
		}
	}
	return s, s.seq != 0
}

func (m *model) messages() (all []said) {
	for _, d := range m.log {
		if _, ok := d.cmd.Do.(room.PostMessage); ok {
			s, _ := m.message(d.seq)
			all = append(all, s)
		}
	}
	return all
}

// due is every superseded body that still exists, and when it ends: 14 days after
// something took its place.
func (m *model) due() map[room.Seq]room.Time {
	ends := make(map[room.Seq]room.Time)
	holds := make(map[any]room.Seq) // what -> the record with its text as it stands
	replace := func(what any, d done) {
		if old, ok := holds[what]; ok {
			ends[old] = d.at + 14*24*60*60*1000
		}
		holds[what] = d.seq
	}
	for _, d := range m.log {
		switch a := d.cmd.Do.(type) {
		case room.OpenRoom, room.RenameRoom:
			replace("name", d)
		case room.SetTopic:
			replace("topic", d)
		case room.SetRules:
			replace("rules", d)
		case room.AddMember:
			replace(a.Person, d)
		case room.PostMessage:
			replace(d.seq, d)
		case room.EditMessage:
			replace(a.Message, d)
		case room.RemoveMessage:
			replace(a.Message, d)
		case room.EraseDue:
			for _, body := range a.Bodies {
				delete(ends, body)
			}
		}
	}
	return ends
}

// repeated finds the first answer to a command's id by this author.
func (m *model) repeated(c room.Command) (first done, same, found bool) {
	for _, d := range m.log {
		if d.cmd.Actor == c.Actor && d.cmd.ID == c.ID {
			return d, reflect.DeepEqual(d.cmd.Do, c.Do), true
		}
	}
	return done{}, false, false
}

// erased: the text of that record is gone, and with it what it was told apart by.
func (m *model) erased(seq room.Seq) bool {
	for _, d := range m.log {
		if a, ok := d.cmd.Do.(room.EraseDue); ok && slices.Contains(a.Bodies, seq) {
			return true
		}
	}
	return false
}

// text is one of the room's own texts as it stands.
func (m *model) text(which string) (text string) {
	for _, d := range m.log {
		switch d.cmd.Do.(type) {
		case room.OpenRoom, room.RenameRoom:
			if which == "name" {
				text = d.text
			}
		case room.SetTopic:
			if which == "topic" {
				text = d.text
			}
		case room.SetRules:
			if which == "rules" {
				text = d.text
			}
		}
	}
	return text
}
