package room

import "slices"

// SetKeep says how long texts are kept in this room: a day at least, DefaultKeep at
// most.
type SetKeep struct{ For Time }

// SetLegalHold keeps every text of the room from being erased, by whatever, until it
// is lifted. Only the lead; the words say why.
type SetLegalHold struct {
	On     bool
	Reason Reason
	Text   string
}

func (SetKeep) act() act      { return "set_keep" }
func (SetLegalHold) act() act { return "set_legal_hold" }

func (a SetKeep) decide(*State, Command, Member) (Event, error) {
	if a.For < MinKeep || a.For > DefaultKeep {
		return nil, ErrBadTime
	}
	return &KeepSet{For: a.For}, nil
}

func (a SetLegalHold) decide(s *State, _ Command, _ Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if a.On == s.legalHold {
		return nil, ErrNothingDue
	}
	return &LegalHoldSet{On: a.On, Reason: a.Reason, Text: text}, nil
}

// KeepSet: texts are kept for so long.
type KeepSet struct {
	For Time `json:"for"`
}

// LegalHoldSet: nothing is erased here, or it may be again.
type LegalHoldSet struct {
	On     bool   `json:"on"`
	Reason Reason `json:"reason"`
	Text   string `json:"-"`
}

func (*KeepSet) kind() kind           { return "keep_set" }
func (*LegalHoldSet) kind() kind      { return "legal_hold_set" }
func (e *LegalHoldSet) body() *string { return &e.Text }

func (e *KeepSet) apply(s *State, _ Entry) error {
	s.policy.Keep = e.For
	return nil
}

func (e *LegalHoldSet) apply(s *State, in Entry) error {
	s.legalHold = e.On
	s.policy.LegalHoldNote, s.policy.LegalHoldSince = in.Seq, in.At
	s.wrote(in)
	return nil
}

// LookAt tells the state what time it is: what is too old to be kept is seen by
// nobody from then on, whether or not it was erased already. Time does not go back.
func (s *State) LookAt(now Time) { s.now = max(s.now, now) }

// lookFor is LookAt until the function it returns is called.
func (s *State) lookFor(now Time) (back func()) {
	before := s.now
	s.LookAt(now)
	return func() { s.now = before }
}

// lapsed says whether a text of that time is past its term.
func (s *State) lapsed(at Time) bool { return at < max(s.now, s.at)-s.policy.KeepFor() }

// Word is what somebody wrote beside the messages: a note, a report, on a private line.
type Word struct {
	At Time
	By int // Member.Index; -1: no member
}

// wrote notes words beside the messages, which end when their term is over.
func (s *State) wrote(in Entry) {
	by := -1
	if m, ok := s.members.get(in.Actor); ok {
		by = m.Index
	}
	s.words.put(in.Seq, Word{At: in.At, By: by})
}

// dueByTerm is the bodies whose term is over at now, and the newest message among
// those that end with them, at most limit bodies. Not for forks.
func (s *State) dueByTerm(now Time, limit int) (bodies []Seq, to Seq) {
	horizon := now - s.policy.KeepFor()
	for m := range s.messages.from(s.keptFrom) {
		if m.At >= horizon || len(bodies) >= limit {
			break
		}
		if s.frozen(m.Seq, m.Text) {
			break // an open report keeps it, and what is newer waits with it
		}
		if s.textStands(m) {
			bodies = append(bodies, m.Text)
		}
		to = m.Seq
	}
	for body, w := range s.words.all() {
		if w.At < horizon && len(bodies) < limit {
			bodies = append(bodies, body)
		}
	}
	for body, h := range s.held.all() {
		if h.At < horizon && len(bodies) < limit {
			bodies = append(bodies, body)
		}
	}
	slices.Sort(bodies)
	return slices.Compact(bodies), to
}

// nextByTerm is when the next term is over; 0: nothing waits for its end.
func (s *State) nextByTerm() (next Time) {
	for m := range s.messages.from(s.keptFrom) {
		if !s.frozen(m.Seq, m.Text) {
			next = m.At + s.policy.KeepFor()
		}
		break
	}
	for _, w := range s.words.all() {
		if end := w.At + s.policy.KeepFor(); next == 0 || end < next {
			next = end
		}
	}
	for _, h := range s.held.all() {
		if end := h.At + s.policy.KeepFor(); next == 0 || end < next {
			next = end
		}
	}
	return next
}

// Wakes is when the room has to be looked at again because of an entry, if it has.
func (s *State) Wakes(e Entry) (Time, bool) {
	when, wakes := s.endsText(e)
	if until := e.term(); until != 0 && (!wakes || until < when) {
		return until, true
	}
	return when, wakes
}

// endsText is when the next text ends because of an entry.
func (s *State) endsText(e Entry) (Time, bool) {
	switch e.Event.(type) {
	case *KeepSet, *LegalHoldSet, *ReportsResolved:
		return e.At + Minute, true
	case *MessagePosted, *MessageHeld, *MessageReleased, *LineWritten, *Nudged, *MemberMuted, *MessageReported:
		return e.At + s.policy.KeepFor(), true
	case *LabelSet: // the one before, and its own
		return e.At + min(KeepRemoved, s.policy.KeepFor()), true
	}
	return e.At + KeepRemoved, e.Supersedes()
}
