package room_test

import (
	"slices"
	"strings"

	"github.com/kith-chat/kith/server/room"
)

// may is who may do what, as the manual and the drawings say it: p participants,
// m moderators, l the lead, s the programme itself.
var may = map[string]string{
	"open": "s", "add": "s", "role": "s", "end": "pmls",
	"rename": "l", "topic": "ml", "rules": "ml",
	"post": "pml", "edit": "pml", "remove": "pml", "react": "pml",
	"erase": "s",

	"nudge": "ml", "hide": "ml", "unhide": "ml", "erase message": "ml", "mute": "ml", "unmute": "ml", "send away": "ml",
	"hold": "ml", "pace": "ml", "pause": "ml", "resume": "ml", "release": "ml", "decline": "ml",
	"report": "pml", "resolve": "ml", "line": "pml", "line back": "pml", "line close": "ml",
	"appeal": "pml", "answer": "ml", "term": "ml", "label": "ml", "keep": "l", "legal": "l", "erase person": "ls", "visit": "s", "end visit": "s",

	"duty": "s", "hours": "ml", "sessions": "ml", "unattended": "ml", "house": "ml", "pin": "ml", "call": "p", "answer call": "ml", "end call": "p",
}

var letters = map[room.Role]string{room.Participant: "p", room.Moderator: "m", room.Lead: "l", room.System: "s"}

func nameOf(a room.Action) string {
	switch a.(type) {
	case room.OpenRoom:
		return "open"
	case room.AddMember:
		return "add"
	case room.SetRole:
		return "role"
	case room.EndMembership:
		return "end"
	case room.RenameRoom:
		return "rename"
	case room.SetTopic:
		return "topic"
	case room.SetRules:
		return "rules"
	case room.PostMessage:
		return "post"
	case room.EditMessage:
		return "edit"
	case room.RemoveMessage:
		return "remove"
	case room.React:
		return "react"
	case room.EraseDue:
		return "erase"
	}
	return nameOfModeration(a)
}

// verdict is what ought to become of a command: a refusal's code, or the first
// answer if it is a repeat, or the text that is kept.
func (m *model) verdict(c room.Command) (code, text string, first *done) {
	if d, same, found := m.repeated(c); found {
		if !same && !m.erased(d.seq) {
			return "id_reused", "", nil
		}
		return "", "", &d
	}
	const minute, day = 60 * 1000, 24 * 60 * 60 * 1000
	switch made := c.ID.Time(); {
	case c.At-made > 7*day:
		return "id_too_old", "", nil
	case made-c.At > 10*minute:
		return "id_ahead", "", nil
	}
	m.now = max(m.now, c.At)
	role, by := room.System, stay{}
	if c.Actor != "" {
		by = m.stay(c.Actor)
		role = by.role
		if by.left != 0 && m.appealsBeingSentAway(c) {
			role = room.Participant
		} else if !by.here(m.latest()) {
			return "no_such_room", "", nil
		}
	}
	name := nameOf(c.Do)
	if !m.opened() && name != "open" {
		return "no_such_room", "", nil
	}
	if !strings.Contains(may[name], letters[role]) {
		return "not_allowed", "", nil
	}
	if code := m.stopped(c, by); code != "" {
		return code, "", nil
	}
	code, text = m.rule(c, by)
	return code, text, nil
}

// rule is the act's own rule.
func (m *model) rule(c room.Command, by stay) (code, text string) {
	switch a := c.Do.(type) {
	case room.OpenRoom:
		if m.opened() {
			return "already_open", ""
		}
		text, code = keptLine(a.Name, 60)
	case room.RenameRoom:
		text, code = keptLine(a.Text, 60)
	case room.SetTopic:
		text, code = orNone(keptLine(a.Text, 200))
	case room.SetRules:
		text, code = orNone(keptText(a.Text, 4000))
	case room.PostMessage:
		if text, code = keptText(a.Text, 4000); code == "" && a.ReplyTo != 0 {
			code = first(when(by.role == room.Participant && m.tell().policy.house.NoCrossTalk, "no_cross_talk"), m.reachable(a.ReplyTo, c, by))
		}
		if code == "" && m.holdsBack(c, by) && m.waitingOf(c.Actor) >= 20 {
			code = "too_many_held"
		}
	case room.EditMessage:
		if code = m.own(a.Message, c, by); code == "" {
			text, code = keptText(a.Text, 4000)
		}
	case room.RemoveMessage:
		if h, ok := m.tell().held[a.Message]; !ok || h.author != c.Actor || a.Message < by.joined {
			code = m.own(a.Message, c, by)
		}
	case room.React:
		if !slices.Contains([]string{"heart", "hug", "strength", "thanks", "same"}, a.Reaction) {
			return "bad_value", ""
		}
		code = m.reachable(a.Message, c, by)
	case room.EraseDue:
		code = m.ruleOfErasing(a, c.At)
	default:
		return m.ruleOfMembers(c, by)
	}
	return code, text
}

func (m *model) ruleOfMembers(c room.Command, by stay) (code, text string) {
	real := func(r room.Role) bool { return r == room.Participant || r == room.Moderator || r == room.Lead }
	switch a := c.Do.(type) {
	case room.AddMember:
		alias := aliasOf(a.Alias)
		switch {
		case alias.key == "":
			return "alias_bad", ""
		case m.stay(a.Person).here(m.latest()):
			return "member_already", ""
		case m.mutedUntil(a.Person, c.At) != 0:
			return "muted", ""
		}
		for _, other := range m.everMembers() {
			if other != a.Person && aliasKeyOf(m.stay(other).alias) == alias.key {
				return "alias_taken", ""
			}
		}
		if !real(a.Role) {
			return "not_allowed", ""
		}
		if a.Until != 0 && a.Until <= c.At {
			return "bad_value", ""
		}
		return "", alias.kept
	case room.SetRole:
		switch {
		case !m.stay(a.Person).present():
			return "no_such_member", ""
		case !real(a.Role):
			return "not_allowed", ""
		}
	case room.EndMembership:
		target := m.stay(a.Person)
		over := c.Actor == "" || by.role == room.Lead || by.role == room.Moderator
		switch {
		case a.Person != c.Actor && !over:
			return "not_allowed", "" // not even whether there is such a person
		case !target.present():
			return "no_such_member", ""
		case a.Person != c.Actor && by.role == room.Moderator && target.role != room.Participant:
			return "not_allowed", ""
		}
	default:
		return m.ruleOfModeration(c, by)
	}
	return "", ""
}

// reachable: the message is there for the actor and has not gone.
func (m *model) reachable(seq room.Seq, c room.Command, by stay) string {
	s := m.tell()
	msg, ok := s.msgs[seq]
	switch {
	case !ok || !m.sees(s, by, msg):
		return "no_such_message"
	case msg.removed == 0:
		return ""
	case by.staff() || msg.author == c.Actor:
		return "already_removed"
	}
	return "no_such_message"
}

func (m *model) own(seq room.Seq, c room.Command, by stay) string {
	if code := m.reachable(seq, c, by); code != "" {
		return code
	}
	if m.tell().msgs[seq].author != c.Actor {
		return "not_yours"
	}
	return ""
}

func orNone(text, code string) (string, string) {
	if code == "text_empty" {
		return "", ""
	}
	return text, code
}

// aliasKeyOf looks up an alias by its kept form.
func aliasKeyOf(kept string) string {
	for _, a := range aliases {
		if a.kept == kept {
			return a.key
		}
	}
	return ""
}
