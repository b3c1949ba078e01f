package hub

import (
	"context"
	"maps"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// shownNotes is how many notes a client is told of when it joins.
const shownNotes = 50

// linePage is how many entries of their private line a participant joins with.
const linePage = 30

// moderate writes the fields of an event that moderation adds.
func (l *live) moderate(e *wire.Event, s room.Shown, text string, viewer room.Member) {
	switch s.Show {
	case room.ShowRemoved:
		e.By, e.At = goneBy(s.Message), s.Message.RemovedAt // hidden again since: as it stands now
		e.Erased = s.Message.By == room.ByErasing
		e.Note = l.noteIf(s.Note, text, viewer)
	case room.ShowWiped:
		e.Event, e.Erased = "wiped", true
		for _, m := range s.Wiped {
			e.Messages = append(e.Messages, l.hub.Tokens.Message(l.id, m.Seq))
		}
	case room.ShowLapsed:
		e.Until = s.Message.At
	case room.ShowNote:
		e.Note = l.noteIf(s.Note, text, viewer)
		if s.Held.Seq != 0 {
			e.Held = l.hub.Tokens.Message(l.id, s.Held.Seq)
		}
	case room.ShowLeft:
		e.Note = l.noteIf(s.Note, text, viewer)
	case room.ShowPolicy:
		p := l.policy(s.Policy, text)
		e.Policy = &p
	case room.ShowHeld:
		e.Held = l.heldMessage(s, text, viewer)
	case room.ShowHeldGone:
		e.Held = l.hub.Tokens.Message(l.id, s.Held.Seq)
	case room.ShowReports:
		e.Message = l.messageID(s)
		e.Reports = reportsOf(s.Reports, s.Mine)
	case room.ShowLine:
		e.Member = l.memberID(s.LineOf)
		entry := l.lineEntry(s.Line, s.Author, text, viewer)
		entry.Cmd, e.Cmd = e.Cmd, ""
		e.Line = entry
		if viewer.Role.Staff() {
			e.Waits = &s.Waits
		}
	case room.ShowLineGone:
		e.Member, e.Line = l.memberID(s.LineOf), l.hub.Tokens.Message(l.id, s.Line.Seq)
	case room.ShowTerm:
		e.Member, e.Until = l.memberID(s.Member), s.Member.Until
	case room.ShowMember:
		if viewer.Role.Staff() {
			e.Until = s.Member.Until
		}
	case room.ShowLabel:
		e.Member, e.Text = l.memberID(s.Member), &text
	case room.ShowLineWait:
		e.Member, e.Waits = l.memberID(s.LineOf), &s.Waits
	}
}

func goneBy(m room.Message) string {
	if m.By == room.ByAuthor {
		return "author"
	}
	return "moderator"
}

// appeal is an event about an appeal: text is the words it brought, recalled the text
// of what it brought back.
func (l *live) appeal(e *wire.Event, s room.Shown, text, recalled string, viewer room.Member) {
	n := l.note(s.Note, "", viewer)
	if n.Appeal != nil {
		if s.Note.Appeal.Answer == s.TextOf && s.TextOf != 0 {
			n.Appeal.Answer = text
		} else {
			n.Appeal.Text = text
		}
	}
	e.Note = &n
	if s.Message.Seq != 0 {
		back := s
		back.TextOf = s.Message.Text
		e.Message = l.message(back, recalled, viewer)
	}
	if s.Held.Seq != 0 {
		e.Held = l.heldMessage(room.Shown{Held: s.Held, Author: l.state.MemberAt(s.Held.Author)}, recalled, viewer)
	}
}

func (l *live) noteIf(n room.Note, text string, viewer room.Member) *wire.Note {
	if n.Seq == 0 {
		return nil
	}
	w := l.note(n, text, viewer)
	return &w
}

// note is what was done about somebody. By whom is told as an alias, to both sides.
func (l *live) note(n room.Note, text string, viewer room.Member) wire.Note {
	w := wire.Note{
		ID: l.hub.Tokens.Message(l.id, n.Seq), Kind: n.Kind, At: n.At, Reason: n.Reason, Until: n.Until, Text: text,
		Member: l.hub.Tokens.Member(l.id, n.Person), Mine: n.Person == viewer.Person,
	}
	if by, ok := l.state.Member(n.By); ok {
		m := l.member(by)
		w.By = &m
	}
	if n.Message != 0 {
		w.Message = l.hub.Tokens.Message(l.id, n.Message)
	}
	if n.Appeal.State != "" {
		w.Appeal = &wire.Appeal{State: n.Appeal.State}
		if by, ok := l.state.Member(n.Appeal.By); ok {
			m := l.member(by)
			w.Appeal.By = &m
		}
	}
	return w
}

func (l *live) policy(p room.Policy, pauseText string) wire.Policy {
	w := wire.Policy{
		Hold: p.Hold, Pace: p.Pace, PaceNew: p.PaceNew, PausedUntil: p.Paused(l.hub.Now()), Keep: p.KeepFor(), LegalHold: p.LegalHold,
	}
	if w.Unattended = p.Unattended; w.Unattended == "" {
		w.Unattended = room.UnattendedOpen
	}
	w.House = wire.House{
		CrossTalk: !p.House.NoCrossTalk, Links: p.House.Links, Contact: p.House.Contact, Medicine: p.House.Medicine, Sober: !p.House.NotSober,
	}
	if w.Hold == "" {
		w.Hold = room.HoldNone
	}
	if w.PausedUntil != 0 {
		w.PauseReason, w.PauseText = p.PauseReason, pauseText
	}
	return w
}

func (l *live) heldMessage(s room.Shown, text string, viewer room.Member) wire.Held {
	h := wire.Held{
		ID: l.hub.Tokens.Message(l.id, s.Held.Seq), At: s.Held.At, From: l.member(s.Author), Text: text,
		State: s.Held.State, Mine: s.Author.Person == viewer.Person,
	}
	if s.Held.ReplyTo != 0 {
		h.ReplyTo = l.hub.Tokens.Message(l.id, s.Held.ReplyTo)
	}
	if s.Held.Note != 0 {
		h.Note = l.hub.Tokens.Message(l.id, s.Held.Note)
	}
	return h
}

func reportsOf(r room.Reports, mine bool) *wire.Reports {
	return &wire.Reports{Open: r.Open, Mine: mine, Rules: r.Rules, Worry: r.Worry, First: r.First}
}

// reports is what a viewer is told of the reports on a message; nil: nothing.
func (l *live) reports(seq room.Seq, viewer room.Member) *wire.Reports {
	mine := l.state.Reported(seq, viewer)
	r, staff := l.state.ReportsOn(seq, viewer)
	switch {
	case staff:
		return reportsOf(r, mine)
	case mine:
		return reportsOf(room.Reports{Open: r.Open}, true)
	}
	return nil
}

func (l *live) lineEntry(e room.LineEntry, author room.Member, text string, viewer room.Member) wire.LineEntry {
	return wire.LineEntry{
		ID: l.hub.Tokens.Message(l.id, e.Seq), At: e.At, From: l.member(author), Text: text, Mine: author.Person == viewer.Person,
	}
}

// aboutRoom fills what a client that joins is told of moderation, as of now.
func (l *live) aboutRoom(ctx context.Context, j *wire.Joined, viewer room.Member) error {
	now := l.hub.Now()
	notes := l.state.Notes(viewer, shownNotes)
	held := l.state.Held(viewer)
	policy := l.state.PolicyFor(viewer)
	labels := l.state.Labels(viewer)
	texts, err := l.bodies(ctx, slices.AppendSeq(wordsOf(notes, held, policy), maps.Values(labels)))
	if err != nil {
		return err
	}
	j.Room.Policy = l.policy(policy, texts[policy.PauseText])
	for _, n := range notes {
		j.Notes = append(j.Notes, l.wholeNote(n, texts, viewer))
	}
	for _, h := range held {
		j.Held = append(j.Held, l.heldMessage(l.state.DescribeHeld(h), texts[h.Seq], viewer))
	}
	switch viewer.Role {
	case room.Participant:
		j.Muted = l.state.MutedUntil(viewer.Person, now)
		page, err := l.linePage(ctx, viewer.Person, viewer, 0, linePage)
		if err != nil {
			return err
		}
		if len(page.Entries) > 0 {
			j.Line = &page
		}
	case room.Visitor:
		j.Leaves = l.state.VisitUntil(viewer.Person, now)
	}
	j.Ends = viewer.Until
	if viewer.Role.Staff() {
		l.aboutMembers(j, viewer, now)
		l.aboutTerms(j, labels, texts)
	}
	return nil
}

// aboutTerms is what staff are told of the ends of memberships, and say of members.
func (l *live) aboutTerms(j *wire.Joined, labels map[person.ID]room.Seq, texts map[room.Seq]string) {
	j.Terms, j.Labels = make(map[string]room.Time), make(map[string]string)
	for _, m := range l.state.Members() {
		if m.Until != 0 {
			j.Terms[l.memberID(m)] = m.Until
		}
		if text := texts[labels[m.Person]]; text != "" {
			j.Labels[l.memberID(m)] = text
		}
	}
}

// aboutMembers is what staff are told of private lines, reports and mutes.
func (l *live) aboutMembers(j *wire.Joined, viewer room.Member, now room.Time) {
	for who, waits := range l.state.Lines() {
		j.Lines = append(j.Lines, wire.LineState{Member: l.hub.Tokens.Member(l.id, who), Waits: waits})
	}
	for _, r := range l.state.OpenReports(viewer) {
		w := reportsOf(r, l.state.Reported(r.Message, viewer))
		w.Message = l.hub.Tokens.Message(l.id, r.Message)
		j.Reports = append(j.Reports, *w)
	}
	for _, m := range l.state.Members() {
		if until := l.state.MutedUntil(m.Person, now); until != 0 {
			if j.Mutes == nil {
				j.Mutes = make(map[string]room.Time)
			}
			j.Mutes[l.memberID(m)] = until
		}
	}
}

// wholeNote is a note with its own words and those of an appeal.
func (l *live) wholeNote(n room.Note, texts map[room.Seq]string, viewer room.Member) wire.Note {
	w := l.note(n, texts[n.Seq], viewer)
	if w.Appeal != nil {
		w.Appeal.Text, w.Appeal.Answer = texts[n.Appeal.Made], texts[n.Appeal.Answer]
	}
	return w
}

func wordsOf(notes []room.Note, held []room.Held, p room.Policy) []room.Seq {
	seqs := []room.Seq{p.PauseText}
	for _, n := range notes {
		seqs = append(seqs, n.Seq, n.Appeal.Made, n.Appeal.Answer)
	}
	for _, h := range held {
		seqs = append(seqs, h.Seq)
	}
	return seqs
}
