package room

import "github.com/kith-chat/kith/server/person"

// showModeration is what a viewer sees of what moderators do, of what waits for them,
// and of what is between them and one person.
func (s *State) showModeration(e Entry, viewer Member) (Shown, bool) {
	switch ev := e.Event.(type) {
	case *MessageHidden:
		return s.showGone(ev.Message, e.Seq, viewer)
	case *MessageErased:
		return s.showGone(ev.Message, e.Seq, viewer)
	case *MessageUnhidden:
		return s.showRestored(ev.Message, viewer)
	case *PersonErased:
		return s.showWiped(e.Seq, viewer)
	case *BodiesErased:
		m, _ := s.messages.find(ev.To)
		return Shown{Show: ShowLapsed, Message: m}, ev.To != 0
	case *Nudged, *MemberMuted, *MemberUnmuted, *VisitOpened:
		return s.showNote(ShowNote, e.Seq, e.Seq, viewer)
	case *MemberRemoved:
		return s.showSentAway(ev, e.Seq, viewer)
	case *AppealMade:
		return s.showNote(ShowAppeal, ev.Note, e.Seq, viewer)
	case *AppealAnswered:
		return s.showAnswered(ev, e.Seq, viewer)
	case *HoldSet, *PaceSet, *RoomResumed, *KeepSet, *UnattendedSet, *HouseSet:
		return s.showPolicy(0, viewer), true
	case *RoomPaused:
		return s.showPolicy(e.Seq, viewer), true
	case *LegalHoldSet:
		return s.showPolicy(0, viewer), viewer.Role.Staff()
	}
	return s.showWaiting(e, viewer)
}

// showWaiting is held messages, reports and the private line.
func (s *State) showWaiting(e Entry, viewer Member) (Shown, bool) {
	switch ev := e.Event.(type) {
	case *MessageHeld:
		return s.showHeld(e.Seq, viewer)
	case *MessageReleased:
		return s.showReleased(ev.Held, e.Seq, viewer)
	case *MessageDeclined:
		return s.showDeclined(ev.Held, e.Seq, viewer)
	case *MessageWithdrawn:
		return Shown{Show: ShowHeldGone, Held: Held{Seq: ev.Held}}, viewer.Role.Staff() || e.Actor == viewer.Person
	case *MessageReported:
		return s.showReports(ev.Message, viewer)
	case *ReportsResolved:
		return s.showReports(ev.Message, viewer)
	case *LineWritten:
		return s.showLine(ev, e, viewer)
	case *LineTakenBack:
		m, _ := s.members.get(ev.Person)
		shown := Shown{Show: ShowLineGone, LineOf: m, Line: LineEntry{Seq: ev.Entry}}
		return shown, viewer.Role.Staff() || ev.Person == viewer.Person
	case *TermSet:
		m, _ := s.members.get(ev.Person)
		return Shown{Show: ShowTerm, Member: m}, viewer.Role.Staff() || ev.Person == viewer.Person
	case *LabelSet:
		m, _ := s.members.get(ev.Person)
		seq, ok := s.labels.get(ev.Person)
		return Shown{Show: ShowLabel, Member: m, TextOf: seq}, ok && seq == e.Seq && viewer.Role.Staff() && viewer.Person != ev.Person
	case *HelpCalled:
		return s.showCall(e.Actor, viewer)
	case *CallEnded:
		return s.showCall(e.Actor, viewer)
	case *CallAnswered:
		return s.showCall(ev.Person, viewer)
	case *DutySet:
		return Shown{Show: ShowDuty}, true
	case *HoursSet, *SessionsSet:
		return Shown{Show: ShowCalendar}, true
	case *MessagePinned:
		return s.showPinned(viewer), true
	case *LineClosed:
		m, _ := s.members.get(ev.Person)
		l, _ := s.lines.get(ev.Person)
		return Shown{Show: ShowLineWait, LineOf: m, Waits: l.Waits}, viewer.Role.Staff()
	}
	return Shown{}, false
}

// toldOf: an author is told of a message of theirs that a moderator took away.
func (s *State) toldOf(m Message, viewer Member) bool {
	return m.By != ByAuthor && (viewer.Role.Staff() || m.Author == viewer.Index)
}

func (s *State) showGone(message, note Seq, viewer Member) (Shown, bool) {
	m, ok := s.visible(message, viewer)
	if !ok {
		return Shown{}, false
	}
	if m.RemovedAt == 0 { // it is there again: only that it happened is told
		return s.showNote(ShowNote, note, note, viewer)
	}
	shown := Shown{Show: ShowRemoved, Message: m}
	if s.toldOf(m, viewer) {
		shown.Note, _ = s.notes.get(note)
		shown.TextOf = s.wordsOf(note)
	}
	return shown, true
}

func (s *State) showRestored(message Seq, viewer Member) (Shown, bool) {
	m, ok := s.visible(message, viewer)
	if !ok || m.RemovedAt != 0 {
		return Shown{}, false
	}
	shown, ok := s.Describe(m, viewer)
	shown.Show = ShowRestored
	return shown, ok
}

func (s *State) showWiped(record Seq, viewer Member) (Shown, bool) {
	shown := Shown{Show: ShowWiped}
	for m := range s.messages.every() {
		if m.Wiped == record && s.sees(viewer, m) {
			shown.Wiped = append(shown.Wiped, m)
		}
	}
	return shown, len(shown.Wiped) > 0
}

// showNote is a note with the words of one record: its own, or an appeal's.
func (s *State) showNote(show string, note, words Seq, viewer Member) (Shown, bool) {
	n, ok := s.notes.get(note)
	if !ok || !n.concerns(viewer) || s.lapsed(n.At) || s.beforeStay(n, viewer) {
		return Shown{}, false
	}
	return Shown{Show: show, Note: n, TextOf: s.wordsOf(words)}, true
}

// wordsOf is the record with words beside the messages, or 0 where they are erased.
func (s *State) wordsOf(record Seq) Seq {
	if _, kept := s.words.get(record); kept {
		return record
	}
	return 0
}

func (s *State) showSentAway(ev *MemberRemoved, record Seq, viewer Member) (Shown, bool) {
	m, _ := s.members.get(ev.Person)
	shown := Shown{Show: ShowLeft, Member: m}
	if viewer.Role.Staff() {
		shown.Note, _ = s.notes.get(record)
		shown.TextOf = s.wordsOf(record)
	}
	return shown, m.Left != 0 || viewer.Role.Staff()
}

// showAnswered is an appeal's end; what it brought back comes with it, for everybody.
func (s *State) showAnswered(ev *AppealAnswered, words Seq, viewer Member) (Shown, bool) {
	n, _ := s.notes.get(ev.Note)
	shown, told := s.showNote(ShowAppeal, ev.Note, words, viewer)
	if !ev.Overturn {
		return shown, told
	}
	if n.Kind == NoteHidden {
		back, ok := s.showRestored(n.Message, viewer)
		if ok && !told {
			return back, true
		}
		if ok {
			shown.Message, shown.Author, shown.ReplyGone, shown.Reactions = back.Message, back.Author, back.ReplyGone, back.Reactions
		}
	}
	if h, ok := s.held.get(n.Message); ok && n.Kind == NoteDeclined && s.tellsHeld(h, viewer) {
		shown.Held = h
	}
	return shown, told
}

func (s *State) showPolicy(words Seq, viewer Member) Shown {
	shown := Shown{Show: ShowPolicy, Policy: s.PolicyFor(viewer)}
	if words != 0 && words == shown.Policy.PauseText {
		shown.TextOf = words
	}
	return shown
}

// PolicyFor is how the room is set, as far as the viewer is told.
func (s *State) PolicyFor(viewer Member) Policy {
	p := s.Policy()
	if !viewer.Role.Staff() {
		p.LegalHold, p.LegalHoldNote, p.LegalHoldSince = false, 0, 0
	}
	return p
}

func (s *State) showHeld(seq Seq, viewer Member) (Shown, bool) {
	h, ok := s.held.get(seq)
	if !ok || !s.tellsHeld(h, viewer) {
		return Shown{}, false
	}
	return s.DescribeHeld(h), true
}

// DescribeHeld is a held message as those see it who are told of it.
func (s *State) DescribeHeld(h Held) Shown {
	return Shown{Show: ShowHeld, At: h.At, Held: h, Author: s.memberAt(h.Author), TextOf: h.Seq}
}

func (s *State) showReleased(held, record Seq, viewer Member) (Shown, bool) {
	m, ok := s.visible(record, viewer)
	if !ok {
		return Shown{}, false
	}
	told := viewer.Role.Staff() || m.Author == viewer.Index
	shown, ok := s.Describe(m, viewer)
	if !ok {
		return Shown{Show: ShowHeldGone, Held: Held{Seq: held}}, told
	}
	if told {
		shown.Held = Held{Seq: held}
	}
	return shown, true
}

func (s *State) showDeclined(held, record Seq, viewer Member) (Shown, bool) {
	shown, ok := s.showNote(ShowNote, record, record, viewer)
	if h, waits := s.held.get(held); !waits || h.State == HeldDeclined {
		shown.Held = Held{Seq: held, State: HeldDeclined}
	}
	return shown, ok
}

func (s *State) showReports(message Seq, viewer Member) (Shown, bool) {
	m, ok := s.visible(message, viewer)
	if !ok {
		return Shown{}, false
	}
	shown := Shown{Show: ShowReports, Message: m, Mine: s.Reported(message, viewer)}
	r, staff := s.ReportsOn(message, viewer)
	if shown.Reports.Open = r.Open; staff {
		shown.Reports = r
	}
	return shown, staff || shown.Mine
}

func (s *State) showLine(ev *LineWritten, e Entry, viewer Member) (Shown, bool) {
	if viewer.Person != ev.Person && !viewer.Role.Staff() || s.lapsed(e.At) || !viewer.Role.Staff() && e.Seq < viewer.Joined {
		return Shown{}, false
	}
	l, _ := s.lines.get(ev.Person)
	shown := Shown{Show: ShowLine, Author: s.memberOf(e), TextOf: e.Seq, Waits: l.Waits}
	shown.LineOf, _ = s.members.get(ev.Person)
	for _, entry := range l.Entries {
		if entry.Seq == e.Seq {
			shown.Line = entry
		}
	}
	return shown, shown.Line.Seq != 0 && !shown.Line.Gone
}

// showCall is how somebody's call stands, to them and to staff.
func (s *State) showCall(id person.ID, viewer Member) (Shown, bool) {
	m, _ := s.members.get(id)
	call, _ := s.CallOf(id, viewer)
	l, _ := s.lines.get(id)
	shown := Shown{Show: ShowCall, LineOf: m, Call: call, Waits: l.Waits}
	if call.Answered != 0 {
		shown.Author = s.memberAt(call.By)
	}
	return shown, viewer.Role.Staff() || viewer.Person == id
}

func (s *State) memberOf(e Entry) Member {
	m, _ := s.members.get(e.Actor)
	return m
}

// Single says whether the viewer sees an entry unlike others with the same view: it
// is theirs, or about them.
func (s *State) Single(e Entry, viewer Member) bool {
	if e.Actor == viewer.Person {
		return true
	}
	switch ev := e.Event.(type) {
	case *MessageHidden:
		return s.isAuthor(ev.Message, viewer)
	case *MessageErased:
		return s.isAuthor(ev.Message, viewer)
	case *MessageUnhidden:
		return s.isAuthor(ev.Message, viewer)
	case *MessageReleased:
		return s.isAuthor(e.Seq, viewer)
	case *MessageDeclined, *Nudged, *MemberMuted, *MemberUnmuted, *VisitOpened:
		n, _ := s.notes.get(e.Seq)
		return n.Person == viewer.Person
	case *LabelSet:
		return ev.Person == viewer.Person
	case *AppealMade, *AppealAnswered, *MessageReported, *ReportsResolved, *LineWritten, *LineTakenBack, *TermSet,
		*CallAnswered, *MessagePinned:
		return true // rare, and told to few
	}
	return false
}

func (s *State) isAuthor(message Seq, viewer Member) bool {
	m, ok := s.messages.find(message)
	return ok && m.Author == viewer.Index
}

// Recalls is the record whose text an entry brings back to sight, or 0. Other
// entries show their own text, or that of one made after them.
func (s *State) Recalls(e Entry) Seq {
	message := Seq(0)
	switch ev := e.Event.(type) {
	case *MessageUnhidden:
		message = ev.Message
	case *MessageReleased:
		message = e.Seq
	case *MessagePinned:
		message = s.pinned // as it stands now
	case *AppealAnswered:
		if n, _ := s.notes.get(ev.Note); ev.Overturn && n.Kind == NoteHidden {
			message = n.Message
		} else if ev.Overturn && n.Kind == NoteDeclined {
			return n.Message
		}
	}
	if m, ok := s.messages.find(message); ok && m.RemovedAt == 0 {
		return m.Text
	}
	return 0
}
