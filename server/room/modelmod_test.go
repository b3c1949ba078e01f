package room_test

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

func nameOfModeration(a room.Action) string {
	names := []struct {
		name string
		is   bool
	}{
		{"nudge", is[room.Nudge](a)},
		{"hide", is[room.HideMessage](a)},
		{"unhide", is[room.UnhideMessage](a)},
		{"erase message", is[room.EraseMessage](a)},
		{"mute", is[room.Mute](a)},
		{"unmute", is[room.Unmute](a)},
		{"send away", is[room.RemoveMember](a)},
		{"hold", is[room.SetHold](a)},
		{"pace", is[room.SetPace](a)},
		{"pause", is[room.PauseRoom](a)},
		{"resume", is[room.ResumeRoom](a)},
		{"release", is[room.ReleaseMessage](a)},
		{"decline", is[room.DeclineMessage](a)},
		{"report", is[room.ReportMessage](a)},
		{"resolve", is[room.ResolveReports](a)},
		{"line", is[room.WriteLine](a)},
		{"line back", is[room.TakeBackLine](a)},
		{"line close", is[room.CloseLine](a)},
		{"appeal", is[room.MakeAppeal](a)},
		{"answer", is[room.AnswerAppeal](a)},
		{"keep", is[room.SetKeep](a)},
		{"legal", is[room.SetLegalHold](a)},
		{"term", is[room.SetTerm](a)},
		{"label", is[room.SetLabel](a)},
		{"erase person", is[room.ErasePerson](a)},
		{"visit", is[room.OpenVisit](a)},
		{"end visit", is[room.EndVisit](a)},
		{"duty", is[room.SetDuty](a)},
		{"hours", is[room.SetHours](a)},
		{"sessions", is[room.SetSessions](a)},
		{"unattended", is[room.SetUnattended](a)},
		{"house", is[room.SetHouse](a)},
		{"pin", is[room.PinMessage](a)},
		{"call", is[room.CallForHelp](a)},
		{"answer call", is[room.AnswerCall](a)},
		{"end call", is[room.EndCall](a)},
	}
	for _, n := range names {
		if n.is {
			return n.name
		}
	}
	panic("an act without a name")
}

func is[T any](a room.Action) bool {
	_, ok := a.(T)
	return ok
}

// reasons that a moderator may give, written down by hand.
var reasons = []room.Reason{
	"method", "contact", "privacy", "unkind", "pursuit", "selling", "not_sober", "off_room", "safety", "calm", "no_breach", "asked",
	"care_ended", "other",
}

func badReason(r room.Reason) bool { return !slices.Contains(reasons, r) }

// remarks are a moderator's words: a reason is needed, words are not.
func remarks(r room.Reason, words string) (text, code string) {
	if badReason(r) {
		return "", "bad_value"
	}
	return orNone(keptText(words, 1000))
}

func (m *model) mutedUntil(who person.ID, now room.Time) room.Time {
	if until := m.tell().muted[who].until; until > now {
		return until
	}
	return 0
}

func (m *model) waitingOf(who person.ID) (n int) {
	for _, h := range m.tell().held {
		if h.author == who && !h.declined {
			n++
		}
	}
	return n
}

func isNew(by stay, at room.Time) bool { return at < by.since+7*day }

// holdsBack: what they write is looked at first.
func (m *model) holdsBack(c room.Command, by stay) bool {
	s := m.tell()
	mode := s.policy.hold
	nobody := s.policy.unattended == "hold" && !s.attended(m.latest())
	return by.role == room.Participant && (mode == "everyone" || mode == "newcomers" && isNew(by, c.At) || nobody)
}

// stopped is what a mute, a pause, slow mode or a hold makes of an act that the role
// would allow.
func (m *model) stopped(c room.Command, by stay) string {
	posts, edits := is[room.PostMessage](c.Do), is[room.EditMessage](c.Do)
	if !posts && !edits && !is[room.React](c.Do) {
		return ""
	}
	s := m.tell()
	pace := s.policy.pace
	if isNew(by, c.At) {
		pace = max(pace, s.policy.fresh)
	}
	last, wrote := s.lastPost[c.Actor]
	switch {
	case m.mutedUntil(c.Actor, c.At) != 0:
		return "muted"
	case by.role != room.Participant:
		return ""
	case s.policy.paused > c.At:
		return "paused"
	case s.policy.quiet && c.Session > c.At:
		return "in_session"
	case s.policy.unattended == "closed" && !s.attended(m.latest()):
		return "nobody_on_duty"
	case posts && wrote && c.At < last+pace:
		return "slow_mode"
	case edits && m.holdsBack(c, by):
		return "held_edit"
	}
	return ""
}

// over: a moderator acts on participants, the lead on everybody but themselves.
func over(by, target stay, same bool) bool {
	return target.role == room.Participant || by.role == room.Lead && !same
}

func (m *model) onMember(id person.ID, c room.Command, by stay) string {
	switch target := m.stay(id); {
	case !target.present():
		return "no_such_member"
	case !over(by, target, id == c.Actor):
		return "not_allowed"
	}
	return ""
}

// onMessage: which message a moderator may act on. gone: also one out of sight.
func (m *model) onMessage(seq room.Seq, c room.Command, by stay, gone bool) string {
	s := m.tell()
	msg, ok := s.msgs[seq]
	switch {
	case !ok || !m.sees(s, by, msg):
		return "no_such_message"
	case !gone && msg.removed != 0:
		return "already_removed"
	case msg.author != c.Actor && !over(by, s.stays[msg.author], false):
		return "not_allowed"
	}
	return ""
}

func first(codes ...string) string {
	for _, code := range codes {
		if code != "" {
			return code
		}
	}
	return ""
}

func when(bad bool, code string) string {
	if bad {
		return code
	}
	return ""
}

func (m *model) ruleOfModeration(c room.Command, by stay) (code, text string) {
	s := m.tell()
	switch a := c.Do.(type) {
	case room.Nudge:
		text, code = remarks(a.Reason, a.Text)
		msg, ok := s.msgs[a.Message]
		return first(code, when(text == "", "text_empty"), m.onMember(a.Person, c, by),
			when(a.Message != 0 && (!ok || msg.author != a.Person), "no_such_message")), text
	case room.SetTerm:
		return first(when(a.Until != 0 && a.Until <= c.At, "bad_value"), m.onMember(a.Person, c, by)), ""
	case room.SetLabel:
		text, code = orNone(keptLine(a.Text, 60))
		return first(code, m.onMember(a.Person, c, by)), text
	case room.HideMessage:
		text, code = remarks(a.Reason, a.Text)
		return first(code, m.onMessage(a.Message, c, by, false)), text
	case room.UnhideMessage:
		return first(when(badReason(a.Reason), "bad_value"), m.onMessage(a.Message, c, by, true),
			when(s.msgs[a.Message].how != "hidden", "not_hidden")), ""
	case room.EraseMessage:
		text, code = remarks(a.Reason, a.Text)
		return first(code, m.onMessage(a.Message, c, by, true), when(s.msgs[a.Message].how == "erased", "already_removed"),
			when(s.policy.legal, "legal_hold")), text
	case room.Mute:
		text, code = remarks(a.Reason, a.Text)
		return first(code, when(a.For < minute || a.For > 30*day, "bad_value"), m.onMember(a.Person, c, by)), text
	case room.Unmute:
		text, code = remarks(a.Reason, a.Text)
		return first(code, m.onMember(a.Person, c, by), when(m.mutedUntil(a.Person, c.At) == 0, "not_muted")), text
	case room.RemoveMember:
		text, code = remarks(a.Reason, a.Text)
		return first(code, m.onMember(a.Person, c, by)), text
	case room.ReleaseMessage:
		h, ok := s.held[a.Held]
		return first(when(!ok || m.past(s, h.at), "no_such_message"), when(h.declined, "already_decided"),
			when(m.mutedUntil(h.author, c.At) != 0, "author_muted")), ""
	case room.DeclineMessage:
		text, code = remarks(a.Reason, a.Text)
		h, ok := s.held[a.Held]
		return first(code, when(!ok || m.past(s, h.at), "no_such_message"), when(h.declined, "already_decided")), text
	}
	return m.ruleOfTelling(c, by, s)
}

// ruleOfTelling is reports, private lines and appeals.
func (m *model) ruleOfTelling(c room.Command, by stay, s *tale) (code, text string) {
	switch a := c.Do.(type) {
	case room.ReportMessage:
		text, code = orNone(keptText(a.Text, 1000))
		msg := s.msgs[a.Message]
		again := slices.Contains(s.reports[a.Message].who, reported{c.Actor, a.Kind, msg.textOf})
		return first(when(a.Kind != "rules" && a.Kind != "worry", "bad_value"), code, m.reachable(a.Message, c, by),
			when(msg.author == c.Actor, "report_own"), when(again, "already_reported")), text
	case room.ResolveReports:
		text, code = orNone(keptText(a.Text, 1000))
		return first(when(!slices.Contains([]room.Outcome{"acted", "talked", "no_breach"}, a.Outcome), "bad_value"), code,
			when(!s.reports[a.Message].open, "no_report")), text
	case room.WriteLine:
		text, code = keptText(a.Text, 4000)
		return first(m.onLine(a.Person, c, by), code), text
	case room.TakeBackLine:
		i := slices.IndexFunc(s.lines[a.Person], func(e entry) bool { return e.seq == a.Entry })
		if code := m.onLine(a.Person, c, by); code != "" || i < 0 {
			return first(code, "no_such_message"), ""
		}
		e := s.lines[a.Person][i]
		return first(when(m.past(s, e.at) || !by.staff() && e.seq < by.joined, "no_such_message"),
			when(e.author != c.Actor, "not_yours"), when(e.gone, "already_removed")), ""
	case room.CloseLine:
		return when(s.waits[a.Person] == 0, "nothing_due"), ""
	case room.MakeAppeal:
		text, code = keptText(a.Text, 1000)
		n, ok := s.notes[a.Note]
		about := slices.Contains([]string{"hidden", "erased", "declined", "muted", "removed"}, n.kind)
		return first(code, when(!ok || n.person != c.Actor || !about, "no_such_note"), when(n.appeal != "", "already_appealed")), text
	case room.AnswerAppeal:
		text, code = orNone(keptText(a.Text, 1000))
		n, ok := s.notes[a.Note]
		return first(code, when(!ok, "no_such_note"), when(n.appeal != "open", "already_decided"), when(n.by == c.Actor, "own_act")), text
	}
	return m.ruleOfSetting(c, s)
}

func (m *model) onLine(id person.ID, c room.Command, by stay) string {
	owner := m.stay(id)
	return first(when(id != c.Actor && !by.staff(), "not_allowed"),
		when(!owner.present() || owner.role != room.Participant, "no_such_member"))
}

func (m *model) ruleOfSetting(c room.Command, s *tale) (code, text string) {
	within := func(t, least, most room.Time) string { return when(t < least || t > most, "bad_value") }
	switch a := c.Do.(type) {
	case room.SetHold:
		return when(!slices.Contains([]room.HoldMode{"none", "newcomers", "everyone"}, a.Mode), "bad_value"), ""
	case room.SetPace:
		return first(within(a.All, 0, hour), within(a.New, 0, hour)), ""
	case room.PauseRoom:
		text, code = remarks(a.Reason, a.Text)
		return first(code, within(a.For, minute, 14*day)), text
	case room.ResumeRoom:
		return first(when(badReason(a.Reason), "bad_value"), when(s.policy.paused <= c.At, "not_paused")), ""
	case room.SetKeep:
		return within(a.For, day, 90*day), ""
	case room.SetLegalHold:
		text, code = remarks(a.Reason, a.Text)
		return first(code, when(a.On == s.policy.legal, "nothing_due")), text
	case room.ErasePerson:
		return first(when(badReason(a.Reason), "bad_value"), when(s.stays[a.Person].joined == 0, "no_such_member"),
			when(s.policy.legal, "legal_hold"), when(len(s.personBodies(a.Person)) == 0, "nothing_due")), ""
	case room.OpenVisit:
		text, code = remarks(a.Reason, a.Text)
		return first(code, when(text == "", "text_empty"), when(s.stays[a.Person].present(), "member_already")), text
	case room.EndVisit:
		return when(s.visits[a.Person] <= c.At, "nothing_due"), ""
	}
	return m.ruleOfShift(c, s), ""
}

// ruleOfErasing: only what is due, and of the messages whose term is called over
// every text.
func (m *model) ruleOfErasing(a room.EraseDue, at room.Time) string {
	s := m.tell()
	due, _ := s.due(at)
	if len(a.Bodies) == 0 && a.To == 0 || s.policy.legal {
		return "nothing_due"
	}
	past := map[room.Seq]bool{}
	if a.To != 0 {
		msg, ok := s.msgs[a.To]
		if !ok || msg.at >= at-s.policy.keep || a.To <= s.kept {
			return "nothing_due"
		}
	}
	for _, seq := range s.order {
		msg := s.msgs[seq]
		switch {
		case seq <= s.kept:
		case seq <= a.To && s.frozen(seq, msg.textOf):
			return "nothing_due"
		case seq <= a.To && !s.erased[msg.textOf]:
			past[msg.textOf] = true
			if !slices.Contains(a.Bodies, msg.textOf) {
				return "nothing_due"
			}
		}
	}
	for _, b := range a.Bodies {
		_, superseded := s.ends[b]
		_, word := s.words[b]
		h, held := s.held[b]
		over := past[b] || held && h.at < at-s.policy.keep
		// The text of a message that stands ends only together with its message.
		if !slices.Contains(due, b) || !superseded && !word && !over {
			return "nothing_due"
		}
		if e := s.ends[b]; superseded && e.at > at && !over && !(word && s.words[b].at < at-s.policy.keep) {
			return "nothing_due"
		}
	}
	return ""
}

// appealsBeingSentAway: all that somebody who was sent away may still do.
func (m *model) appealsBeingSentAway(c room.Command) bool {
	a, ok := c.Do.(room.MakeAppeal)
	s := m.tell()
	n := s.notes[a.Note]
	return ok && n.kind == "removed" && n.person == c.Actor && s.stays[c.Actor].left == a.Note
}
