package room

import (
	"time"

	"github.com/kith-chat/kith/server/hours"
)

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

// staffedWithin is how far ahead somebody has to come, where things wait for them.
const staffedWithin = 14 * Day

// staffed says whether somebody comes within two weeks. Hours that are all over, or end
// today, or are far away, are as good as none.
func staffed(h hours.Schedule, c Command) bool {
	in := c.zone(h.Zone)
	if in == nil {
		return false
	}
	now := time.UnixMilli(int64(c.At))
	next, ok := h.Next(now, in)
	return ok && next.From.Sub(now).Milliseconds() <= int64(staffedWithin)
}

// SetUnattended sets what the room is while nobody is on duty.
type SetUnattended struct{ Mode Unattended }

func (SetUnattended) act() act { return "set_unattended" }

func (a SetUnattended) decide(s *State, c Command, _ Member) (Event, error) {
	switch a.Mode {
	case UnattendedOpen, UnattendedHold, UnattendedClosed:
	default:
		return nil, &Refusal{Code: "bad_value", Field: "mode"}
	}
	if a.Mode.needsHours() && !staffed(s.calendar.Hours, c) {
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
