package room

import "slices"

// KeepRemoved is how long a text that was taken back or replaced stays sealed for
// moderators before its body is erased.
const KeepRemoved = 14 * Day

// maxErase bounds the bodies that one event erases.
const maxErase = 500

// eraseLater puts a superseded body on the list of those that will end.
func (s *State) eraseLater(body, of Seq, at Time) {
	if _, ok := s.pending.get(body); !ok {
		s.pending.put(body, Ending{At: at + KeepRemoved, Of: of})
	}
}

// Ending is when a body will be erased, and the message whose words it holds, if it
// is one's.
type Ending struct {
	At Time
	Of Seq
	By int // who wrote it, as Member.Index + 1, where it was never shown; 0: see Of
}

// Due is the bodies whose time has come at now, at most as many as one EraseDue
// takes, in order. Not for forks.
// It says how far back messages keep no text, too: see EraseDue. Under a legal hold
// nothing is due.
func (s *State) Due(now Time) (due []Seq, to Seq) {
	if s.legalHold {
		return nil, 0
	}
	for body, end := range s.pending.all() {
		if end.At <= now && !s.frozen(end.Of, body) {
			due = append(due, body)
		}
	}
	slices.Sort(due)
	if len(due) >= maxErase {
		return due[:maxErase], 0
	}
	old, to := s.dueByTerm(now, maxErase-len(due))
	due = append(due, old...)
	slices.Sort(due)
	return slices.Compact(due), to
}

// NextDue is when the first body or membership ends; 0 if none will. Not for forks.
func (s *State) NextDue() Time {
	if s.legalHold { // it keeps texts, not memberships
		return s.nextTerm()
	}
	next := s.nextByTerm()
	if end := s.nextTerm(); end != 0 && (next == 0 || end < next) {
		next = end
	}
	for body, end := range s.pending.all() {
		if !s.frozen(end.Of, body) && (next == 0 || end.At < next) {
			next = end.At
		}
	}
	return next
}

// EraseDue erases bodies whose time has come. Only the programme does it. To is the
// newest message whose term is over with them, or 0: of none up to there a text is
// kept any more.
type EraseDue struct {
	Bodies []Seq
	To     Seq `json:",omitzero"`
}

func (EraseDue) act() act { return "erase_due" }

func (a EraseDue) decide(s *State, c Command, _ Member) (Event, error) {
	if len(a.Bodies) == 0 && a.To == 0 || len(a.Bodies) > maxErase || s.legalHold {
		return nil, ErrNothingDue
	}
	horizon := c.At - s.policy.KeepFor()
	texts, ok := s.pastTerm(a.To, horizon)
	if !ok {
		return nil, ErrNothingDue
	}
	for _, body := range a.Bodies {
		end, superseded := s.pending.get(body)
		written, word := s.words.get(body)
		switch {
		case superseded && end.At <= c.At && !s.frozen(end.Of, body):
		case word && written.At < horizon:
		case s.heldPast(body, horizon):
		case slices.Contains(texts, body):
		default:
			return nil, ErrNothingDue
		}
	}
	for _, body := range texts {
		if !slices.Contains(a.Bodies, body) {
			return nil, ErrNothingDue // its message would be out of sight and its text kept
		}
	}
	return &BodiesErased{Bodies: slices.Clone(a.Bodies), To: a.To}, nil
}

// heldPast says whether a message that was never shown is past its term: nobody may
// decide about it any more.
func (s *State) heldPast(body Seq, horizon Time) bool {
	h, ok := s.held.get(body)
	return ok && h.At < horizon
}

// pastTerm is the texts of the messages up to one, all of which are past their term.
func (s *State) pastTerm(to Seq, horizon Time) (texts []Seq, ok bool) {
	if to == 0 {
		return nil, true
	}
	if last, found := s.messages.find(to); !found || last.At >= horizon || to <= s.keptFrom {
		return nil, false
	}
	for m := range s.messages.every() {
		if m.Seq <= s.keptFrom {
			continue
		}
		if m.Seq > to {
			break
		}
		if s.frozen(m.Seq, m.Text) {
			return nil, false
		}
		if s.textStands(m) {
			texts = append(texts, m.Text)
		}
	}
	return texts, true
}

// BodiesErased: these bodies are gone from the store, in the same transaction.
type BodiesErased struct {
	Bodies []Seq `json:"bodies"`
	To     Seq   `json:"to,omitempty"` // messages up to here are past their term
}

func (*BodiesErased) kind() kind { return "bodies_erased" }

func (e *BodiesErased) apply(s *State, _ Entry) error {
	s.keptFrom = max(s.keptFrom, e.To)
	for _, body := range e.Bodies {
		s.held.remove(body)
	}
	s.forgetBodies(e.Bodies)
	return nil
}

// forgetBodies takes bodies that are gone off every list of bodies.
func (s *State) forgetBodies(bodies []Seq) {
	for _, body := range bodies {
		s.pending.remove(body)
		s.words.remove(body)
	}
	s.forgetPrints(bodies)
	s.forgetLabels(bodies)
}

// forgetPrints drops the fingerprints of commands whose text is erased: they are gone
// from the log with it.
func (s *State) forgetPrints(erased []Seq) {
	for key, a := range s.answers.every() {
		if slices.Contains(erased, a.Seq) {
			a.Fingerprint = Fingerprint{}
			s.answers.put(key, a)
		}
	}
}

// Removed is where the sealed text of a message that was taken back stands, for a
// viewer who may still see it, and when it ends.
func (s *State) Removed(seq Seq, viewer Member) (text Seq, removedAt, erasedAt Time, err error) {
	if !act("show_removed").allows(viewer.Role) || viewer.Left != 0 {
		return 0, 0, 0, ErrNotAllowed
	}
	m, ok := s.messages.find(seq)
	if !ok || m.RemovedAt == 0 || !s.sees(viewer, m) {
		return 0, 0, 0, ErrNoSuchMessage
	}
	if !s.textStands(m) {
		return 0, 0, 0, ErrGone
	}
	ends := m.At + s.policy.KeepFor()
	if end, ok := s.pending.get(m.Text); ok {
		ends = min(ends, end.At)
	}
	return m.Text, m.RemovedAt, ends, nil
}
