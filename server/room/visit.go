package room

import "github.com/kith-chat/kith/server/person"

// VisitFor is how long somebody of the team who is no member may look into a room.
const VisitFor = 60 * Minute

// OpenVisit lets somebody of the team look into a room that they do not moderate. Only
// the programme does it, for who gave a reason and words.
type OpenVisit struct {
	Person person.ID
	Reason Reason
	Text   string
}

// EndVisit ends it early.
type EndVisit struct{ Person person.ID }

func (OpenVisit) act() act { return "open_visit" }
func (EndVisit) act() act  { return "end_visit" }

func (a OpenVisit) decide(s *State, c Command, _ Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, ErrTextEmpty
	}
	if m, ok := s.members.get(a.Person); ok && m.present() {
		return nil, ErrAlreadyMember
	}
	return &VisitOpened{Person: a.Person, Until: c.At + VisitFor, Reason: a.Reason, Text: text}, nil
}

func (a EndVisit) decide(s *State, c Command, _ Member) (Event, error) {
	if s.VisitUntil(a.Person, c.At) == 0 {
		return nil, ErrNothingDue
	}
	return &VisitEnded{Person: a.Person}, nil
}

// VisitUntil is when a person's visit ends, as of now; 0: there is none.
func (s *State) VisitUntil(id person.ID, now Time) Time {
	until, ok := s.visits.get(id)
	if !ok || until <= now {
		return 0
	}
	return until
}

// Viewer is how somebody sees the room at a time: as the member they are, or as a
// visitor. false: not at all.
func (s *State) Viewer(id person.ID, now Time) (Member, bool) {
	if m, ok := s.Present(id); ok {
		return m, true
	}
	if s.VisitUntil(id, now) != 0 {
		return Member{Person: id, Index: -1, Role: Visitor}, true
	}
	return Member{}, false
}

// VisitOpened: somebody looks in until then.
type VisitOpened struct {
	Person person.ID `json:"person"`
	Until  Time      `json:"until"`
	Reason Reason    `json:"reason"`
	Text   string    `json:"-"`
}

// VisitEnded: they no longer do.
type VisitEnded struct {
	Person person.ID `json:"person"`
}

func (*VisitOpened) kind() kind      { return "visit_opened" }
func (*VisitEnded) kind() kind       { return "visit_ended" }
func (e *VisitOpened) body() *string { return &e.Text }

func (e *VisitOpened) apply(s *State, in Entry) error {
	s.visits.put(e.Person, e.Until)
	s.noted(Note{Kind: NoteVisit, Person: e.Person, By: e.Person, Reason: e.Reason, Until: e.Until}, in)
	return nil
}

func (e *VisitEnded) apply(s *State, _ Entry) error {
	s.visits.remove(e.Person)
	return nil
}
