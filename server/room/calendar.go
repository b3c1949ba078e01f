package room

import "github.com/kith-chat/kith/server/hours"

// SetHours says when somebody of the team answers in this room, week by week.
type SetHours struct{ Schedule hours.Schedule }

// SetSessions says when the group meets; Quiet: what members write waits until it is over.
type SetSessions struct {
	Schedule hours.Schedule
	Quiet    bool
}

func (SetHours) act() act    { return "set_hours" }
func (SetSessions) act() act { return "set_sessions" }

func (a SetHours) decide(s *State, c Command, _ Member) (Event, error) {
	if err := a.Schedule.Check(c.zone); err != nil {
		return nil, badSchedule(err)
	}
	if s.policy.Unattended.needsHours() && !staffed(a.Schedule, c) {
		return nil, ErrNeedsHours
	}
	return &HoursSet{Schedule: a.Schedule}, nil
}

func (a SetSessions) decide(_ *State, c Command, _ Member) (Event, error) {
	if err := a.Schedule.Check(c.zone); err != nil {
		return nil, badSchedule(err)
	}
	switch {
	case a.Quiet && a.Schedule.Empty():
		return nil, &Refusal{Code: "no_sessions", Field: "quiet"}
	case a.Quiet && a.Schedule.BusiestWeek() > MaxQuiet:
		return nil, &Refusal{Code: "quiet_long", Field: "quiet"}
	}
	return &SessionsSet{Schedule: a.Schedule, Quiet: a.Quiet}, nil
}

// MaxQuiet is for how many minutes of a week a room may be quiet. The most that such a
// programme asks for is 19 hours (ASAM, level 2.1); a room that is quiet all week is closed
// without anybody having said so.
const MaxQuiet = 40 * 60

func badSchedule(err error) error {
	code := "bad_value"
	if e, ok := err.(*hours.Error); ok {
		code = e.Code
	}
	return &Refusal{Code: code, Field: "schedule"}
}

// HoursSet: somebody answers at these times.
type HoursSet struct {
	Schedule hours.Schedule `json:"schedule"`
}

// SessionsSet: the group meets at these times.
type SessionsSet struct {
	Schedule hours.Schedule `json:"schedule"`
	Quiet    bool           `json:"quiet,omitempty"`
}

func (*HoursSet) kind() kind    { return "hours_set" }
func (*SessionsSet) kind() kind { return "sessions_set" }

func (e *HoursSet) apply(s *State, _ Entry) error {
	s.calendar.Hours = e.Schedule
	return nil
}

func (e *SessionsSet) apply(s *State, _ Entry) error {
	s.calendar.Sessions, s.calendar.Quiet = e.Schedule, e.Quiet
	return nil
}

// Calendar is when somebody answers in a room, and when its group meets.
type Calendar struct {
	Hours    hours.Schedule
	Sessions hours.Schedule
	Quiet    bool // during a session members do not write
}

// Calendar is the room's, as it stands.
func (s *State) Calendar() Calendar { return s.calendar }
