package room

import "github.com/kith-chat/kith/server/person"

// SetDuty says that one of the team is on duty, or is not any more. Only the programme
// does it: it knows whose console answers.
type SetDuty struct {
	Person person.ID
	On     bool
}

func (SetDuty) act() act { return "set_duty" }

func (a SetDuty) decide(s *State, _ Command, _ Member) (Event, error) {
	m, ok := s.members.get(a.Person)
	if a.On && (!ok || !s.Here(m) || !m.Role.Staff()) {
		return nil, ErrNoSuchMember
	}
	if _, on := s.duty.get(a.Person); on == a.On {
		return nil, ErrNothingDue
	}
	return &DutySet{Person: a.Person, On: a.On}, nil
}

// DutySet: they are on duty from here on, or not any more.
type DutySet struct {
	Person person.ID `json:"person"`
	On     bool      `json:"on"`
}

func (*DutySet) kind() kind { return "duty_set" }

func (e *DutySet) apply(s *State, in Entry) error {
	if e.On {
		s.duty.put(e.Person, in.At)
	} else {
		s.duty.remove(e.Person)
	}
	return nil
}

// onDuty says whether a member looks after the room now.
func (s *State) onDuty(m Member) bool {
	_, on := s.duty.get(m.Person)
	return on && m.Role.Staff() && s.Here(m)
}

// Attended says whether anybody is on duty.
func (s *State) Attended() bool {
	for id := range s.duty.every() {
		if m, _ := s.members.get(id); s.onDuty(m) {
			return true
		}
	}
	return false
}

// OnDuty is who is on duty, in order of joining. Not for forks.
func (s *State) OnDuty() (list []Member) {
	for _, m := range s.Members() {
		if s.onDuty(m) {
			list = append(list, m)
		}
	}
	return list
}

// Duty is whom the log has as on duty, whether or not they may be: in no order. Not for
// forks.
func (s *State) Duty() (list []person.ID) {
	for id := range s.duty.all() {
		list = append(list, id)
	}
	return list
}
