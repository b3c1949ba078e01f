package room

// Unattended is what the room is while nobody is on duty.
type Unattended string

// The modes.
const (
	UnattendedOpen   Unattended = "open"   // open, and says that nobody is there
	UnattendedHold   Unattended = "hold"   // what members write waits for a moderator
	UnattendedClosed Unattended = "closed" // members read
)

// needsHours: what waits for somebody has to have somebody who comes.
func (u Unattended) needsHours() bool { return u == UnattendedHold || u == UnattendedClosed }

// SetUnattended sets what the room is while nobody is on duty.
type SetUnattended struct{ Mode Unattended }

func (SetUnattended) act() act { return "set_unattended" }

func (a SetUnattended) decide(s *State, _ Command, _ Member) (Event, error) {
	switch a.Mode {
	case UnattendedOpen, UnattendedHold, UnattendedClosed:
	default:
		return nil, &Refusal{Code: "bad_value", Field: "mode"}
	}
	if a.Mode.needsHours() && s.calendar.Hours.Empty() {
		return nil, ErrNeedsHours
	}
	return &UnattendedSet{Mode: a.Mode}, nil
}

// UnattendedSet: that is what it is from here on.
type UnattendedSet struct {
	Mode Unattended `json:"mode"`
}

func (*UnattendedSet) kind() kind { return "unattended_set" }

func (e *UnattendedSet) apply(s *State, _ Entry) error {
	s.policy.Unattended = e.Mode
	return nil
}

// refuseUnattended is what a session of the group, and that nobody is on duty, stop of
// what a member writes.
func (s *State) refuseUnattended(c Command) error {
	if s.calendar.Quiet && c.Session > c.At {
		return &Refusal{Code: "in_session", Until: c.Session}
	}
	if s.policy.Unattended == UnattendedClosed && !s.Attended() {
		return ErrUnattended
	}
	return nil
}

// holds says whether what the member writes is looked at first.
func (s *State) holds(m Member, at Time) bool {
	return s.policy.holds(m, at) || m.Role == Participant && s.policy.Unattended == UnattendedHold && !s.Attended()
}
