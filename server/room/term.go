package room

import "github.com/kith-chat/kith/server/person"

// SetTerm says when somebody's membership ends by itself; 0: it does not. Moderators
// do it for participants, the lead for everybody else too.
type SetTerm struct {
	Person person.ID
	Until  Time
}

func (SetTerm) act() act { return "set_term" }

func (a SetTerm) decide(s *State, c Command, by Member) (Event, error) {
	if a.Until != 0 && a.Until <= c.At {
		return nil, errUntil
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	return &TermSet{Person: a.Person, Until: a.Until}, nil
}

var errUntil = &Refusal{Code: "bad_value", Field: "until"}

// TermSet: the membership ends at that time, or 0: not by itself.
type TermSet struct {
	Person person.ID `json:"person"`
	Until  Time      `json:"until"`
}

func (*TermSet) kind() kind { return "term_set" }

func (e *TermSet) apply(s *State, _ Entry) error {
	m, ok := s.members.get(e.Person)
	if !ok {
		return errUnknownMember
	}
	m.Until = e.Until
	s.members.put(e.Person, m)
	return nil
}

// Here says whether this is the membership of somebody who is in the room now. Their
// term is judged by the clock; that it is over comes into the log when somebody finds
// the time (see TermsOver).
func (s *State) Here(m Member) bool {
	return m.present() && (m.Until == 0 || max(s.now, s.at) < m.Until)
}

// term is when a membership ends by itself, for an entry that says so; 0: it does not.
func (e Entry) term() Time {
	switch ev := e.Event.(type) {
	case *MemberJoined:
		return ev.Until
	case *TermSet:
		return ev.Until
	}
	return 0
}

// TermsOver is who stands in the room's list though their term is over at now, in order
// of joining. Not for forks.
func (s *State) TermsOver(now Time) (over []person.ID) {
	for _, id := range s.roster {
		if m, _ := s.members.get(id); m.present() && m.Until != 0 && m.Until <= now {
			over = append(over, id)
		}
	}
	return over
}

// nextTerm is when the next term is over; 0: none is set.
func (s *State) nextTerm() (next Time) {
	for _, m := range s.members.all() {
		if m.present() && m.Until != 0 && (next == 0 || m.Until < next) {
			next = m.Until
		}
	}
	return next
}
