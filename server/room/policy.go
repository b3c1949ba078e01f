package room

// NewcomerFor is how long after joining somebody counts as new in a room.
const NewcomerFor = 7 * Day

// HoldMode is whose messages a moderator looks at before they are shown.
type HoldMode string

// The modes of holding.
const (
	HoldNone      HoldMode = "none"
	HoldNewcomers HoldMode = "newcomers"
	HoldEveryone  HoldMode = "everyone"
)

// Limits of what a room is set to.
const (
	MaxPace     = 60 * Minute // between two messages of one person
	MinPause    = Minute
	MaxPause    = 14 * Day
	DefaultKeep = 90 * Day // how long texts are kept
	MinKeep     = Day
)

// Policy is how a room is set just now.
type Policy struct {
	Hold           HoldMode // "" is none
	Pace, PaceNew  Time     // between two messages of one person; of a newcomer
	PausedUntil    Time     // judged when it is asked
	PauseReason    Reason
	PauseText      Seq        // the record with the words
	Keep           Time       // how long texts are kept; 0 is DefaultKeep
	Unattended     Unattended // "" is open
	House          House
	LegalHold      bool // for the team alone
	LegalHoldNote  Seq
	LegalHoldSince Time
}

// Paused is when writing begins again, as of now; 0: it is open.
func (p Policy) Paused(now Time) Time {
	if p.PausedUntil <= now {
		return 0
	}
	return p.PausedUntil
}

// KeepFor is how long texts are kept.
func (p Policy) KeepFor() Time {
	if p.Keep == 0 {
		return DefaultKeep
	}
	return p.Keep
}

// Policy is how the room is set.
func (s *State) Policy() Policy {
	p := s.policy
	p.LegalHold = s.legalHold
	return p
}

// SetHold says whose messages are looked at before they are shown.
type SetHold struct{ Mode HoldMode }

// SetPace sets the slow mode: the least time between two messages of one member,
// and of one who is new. 0 is none.
type SetPace struct{ All, New Time }

// PauseRoom makes the room read-only for a time, for everybody but its moderators.
type PauseRoom struct {
	For    Time
	Reason Reason
	Text   string
}

// ResumeRoom ends a pause early.
type ResumeRoom struct{ Reason Reason }

func (SetHold) act() act    { return "set_hold" }
func (SetPace) act() act    { return "set_pace" }
func (PauseRoom) act() act  { return "pause" }
func (ResumeRoom) act() act { return "resume" }

func (a SetHold) decide(*State, Command, Member) (Event, error) {
	switch a.Mode {
	case HoldNone, HoldNewcomers, HoldEveryone:
		return &HoldSet{Mode: a.Mode}, nil
	}
	return nil, &Refusal{Code: "bad_value", Field: "mode"}
}

func (a SetPace) decide(*State, Command, Member) (Event, error) {
	if min(a.All, a.New) < 0 || max(a.All, a.New) > MaxPace {
		return nil, ErrBadTime
	}
	return &PaceSet{All: a.All, New: a.New}, nil
}

func (a PauseRoom) decide(_ *State, c Command, _ Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if a.For < MinPause || a.For > MaxPause {
		return nil, ErrBadTime
	}
	return &RoomPaused{Until: c.At + a.For, Reason: a.Reason, Text: text}, nil
}

func (a ResumeRoom) decide(s *State, c Command, _ Member) (Event, error) {
	if !a.Reason.known() {
		return nil, ErrBadReason
	}
	if s.policy.Paused(c.At) == 0 {
		return nil, ErrNotPaused
	}
	return &RoomResumed{Reason: a.Reason}, nil
}

// How the room was set.
type (
	HoldSet struct {
		Mode HoldMode `json:"mode"`
	}
	PaceSet struct {
		All Time `json:"all"`
		New Time `json:"new"`
	}
	RoomPaused struct {
		Until  Time   `json:"until"`
		Reason Reason `json:"reason"`
		Text   string `json:"-"`
	}
	RoomResumed struct {
		Reason Reason `json:"reason"`
	}
)

func (*HoldSet) kind() kind         { return "hold_set" }
func (*PaceSet) kind() kind         { return "pace_set" }
func (*RoomPaused) kind() kind      { return "room_paused" }
func (*RoomResumed) kind() kind     { return "room_resumed" }
func (e *RoomPaused) body() *string { return &e.Text }

func (e *HoldSet) apply(s *State, _ Entry) error {
	s.policy.Hold = e.Mode
	return nil
}

func (e *PaceSet) apply(s *State, _ Entry) error {
	s.policy.Pace, s.policy.PaceNew = e.All, e.New
	return nil
}

func (e *RoomPaused) apply(s *State, in Entry) error {
	s.policy.PausedUntil, s.policy.PauseReason, s.policy.PauseText = e.Until, e.Reason, in.Seq
	s.wrote(in)
	return nil
}

func (e *RoomResumed) apply(s *State, _ Entry) error {
	s.policy.PausedUntil, s.policy.PauseReason, s.policy.PauseText = 0, "", 0
	return nil
}

// newcomer says whether the member is new in the room at a time.
func (m Member) newcomer(at Time) bool { return at < m.Since+NewcomerFor }

// paceOf is the least time between two messages of a member.
func (p Policy) paceOf(m Member, at Time) Time {
	switch {
	case m.Role != Participant:
		return 0
	case m.newcomer(at):
		return max(p.Pace, p.PaceNew)
	}
	return p.Pace
}

// holds says whether what the member writes is looked at first.
func (p Policy) holds(m Member, at Time) bool {
	return m.Role == Participant && (p.Hold == HoldEveryone || p.Hold == HoldNewcomers && m.newcomer(at))
}
