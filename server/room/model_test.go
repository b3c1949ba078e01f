package room_test

import (
	"reflect"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// model is a room told in the simplest way there is: the list of what was done.
// It remembers nothing else; every question is answered by walking the list again.
type model struct {
	log []done
	now room.Time // the latest time anybody asked at: what is past its term then is out of sight
}

// done is a command that was allowed, and the text that was kept of it.
type done struct {
	seq  room.Seq
	at   room.Time
	cmd  room.Command
	text string
	held bool // a post that waits to be looked at
}

// stay is a person's latest membership.
type stay struct {
	role         room.Role
	alias        string
	joined, left room.Seq
	since        room.Time
	until        room.Time
}

func (s stay) present() bool { return s.joined != 0 && s.left == 0 }

// here: present, and the term is not over.
func (s stay) here(now room.Time) bool { return s.present() && (s.until == 0 || now < s.until) }
func (s stay) staff() bool             { return s.role == room.Moderator || s.role == room.Lead }

// sees: one's own stay, or the whole room for those who supervise it; nothing that is
// past its term.
func (m *model) sees(s *tale, who stay, msg said) bool {
	return who.here(m.latest()) && (who.staff() || msg.seq > who.joined) && !m.past(s, msg.at) && msg.seq > s.kept
}

// past: texts of that time are not kept any more.
func (m *model) past(s *tale, at room.Time) bool {
	now := m.now
	if n := len(m.log); n > 0 {
		now = max(now, m.log[n-1].at)
	}
	return at < now-s.policy.keep
}

func (m *model) stay(who person.ID) stay { return m.tell().stays[who] }

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
	written              room.Time
	wiped                room.Seq // the act that erased it with all of its author's
	how                  string   // hidden, erased; "" if its author took it back
	takenBack            bool
	note                 room.Seq
	reactions            []given
}

type given struct {
	name string
	by   person.ID
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
func (m *model) erased(seq room.Seq) bool { return m.tell().erased[seq] }

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
