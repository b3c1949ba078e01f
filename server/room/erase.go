package room

import "slices"

// KeepRemoved is how long a text that was taken back or replaced stays sealed for
// moderators before its body is erased.
const KeepRemoved = 14 * Day

// maxErase bounds the bodies that one event erases.
const maxErase = 500

// eraseLater puts a superseded body on the list of those that will end.
func (s *State) eraseLater(body Seq, at Time) {
	if _, ok := s.pending.get(body); !ok {
		s.pending.put(body, at+KeepRemoved)
	}
}

// Due is the bodies whose time has come at now, at most as many as one EraseDue
// takes, in order. Not for forks.
func (s *State) Due(now Time) []Seq {
	var due []Seq
	for body, when := range s.pending.all() {
		if when <= now {
			due = append(due, body)
		}
	}
	slices.Sort(due)
	return due[:min(len(due), maxErase)]
}

// NextDue is when the first pending body ends; 0 if none is pending. Not for forks.
func (s *State) NextDue() Time {
	var next Time
	for _, when := range s.pending.all() {
		if next == 0 || when < next {
			next = when
		}
	}
	return next
}

// EraseDue erases bodies whose time has come. Only the programme does it.
type EraseDue struct{ Bodies []Seq }

func (EraseDue) act() act { return "erase_due" }

func (a EraseDue) decide(s *State, c Command, _ Member) (Event, error) {
	if len(a.Bodies) == 0 || len(a.Bodies) > maxErase {
		return nil, ErrNothingDue
	}
	for _, body := range a.Bodies {
		if when, ok := s.pending.get(body); !ok || when > c.At {
			return nil, ErrNothingDue
		}
	}
	return &BodiesErased{Bodies: slices.Clone(a.Bodies)}, nil
}

// BodiesErased: these bodies are gone from the store, in the same transaction.
type BodiesErased struct {
	Bodies []Seq `json:"bodies"`
}

func (*BodiesErased) kind() kind { return "bodies_erased" }

func (e *BodiesErased) apply(s *State, _ Entry) error {
	for _, body := range e.Bodies {
		s.pending.remove(body)
	}
	s.forgetPrints(e.Bodies)
	return nil
}

// forgetPrints drops the fingerprints of commands whose text is erased: they are gone
// from the log with it. A fork holds only its own answers, which are younger.
func (s *State) forgetPrints(erased []Seq) {
	if s.answers.base != nil {
		return
	}
	for key, a := range s.answers.all() {
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
	if !ok || m.RemovedAt == 0 {
		return 0, 0, 0, ErrNoSuchMessage
	}
	ends, ok := s.pending.get(m.Text)
	if !ok {
		return 0, 0, 0, ErrGone
	}
	return m.Text, m.RemovedAt, ends, nil
}
