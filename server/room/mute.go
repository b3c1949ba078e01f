package room

import "github.com/kith-chat/kith/server/person"

// Limits of a mute.
const (
	MinMute = Minute
	MaxMute = 30 * Day
)

// Mute keeps a member from writing and reacting for a time. They still read, take
// back, report, appeal and have their private line.
type Mute struct {
	Person person.ID
	For    Time // how long
	Reason Reason
	Text   string
}

// Unmute ends it early.
type Unmute struct {
	Person person.ID
	Reason Reason
	Text   string
}

func (Mute) act() act   { return "mute" }
func (Unmute) act() act { return "unmute" }

func (a Mute) decide(s *State, c Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if a.For < MinMute || a.For > MaxMute {
		return nil, ErrBadTime
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	return &MemberMuted{Person: a.Person, Until: c.At + a.For, Reason: a.Reason, Text: text}, nil
}

func (a Unmute) decide(s *State, c Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	if s.MutedUntil(a.Person, c.At) == 0 {
		return nil, ErrNotMuted
	}
	return &MemberUnmuted{Person: a.Person, Reason: a.Reason, Text: text}, nil
}

// Muted is a mute that was set. It outlives leaving the room and coming back.
type Muted struct {
	Until Time
	Note  Seq
}

// MutedUntil is when the person may write again, as of now; 0: they may.
func (s *State) MutedUntil(id person.ID, now Time) Time {
	m, ok := s.mutes.get(id)
	if !ok || m.Until <= now {
		return 0
	}
	return m.Until
}

// MemberMuted: the person may not write until then.
type MemberMuted struct {
	Person person.ID `json:"person"`
	Until  Time      `json:"until"`
	Reason Reason    `json:"reason"`
	Text   string    `json:"-"`
}

// MemberUnmuted: they may again.
type MemberUnmuted struct {
	Person person.ID `json:"person"`
	Reason Reason    `json:"reason"`
	Text   string    `json:"-"`
}

func (*MemberMuted) kind() kind        { return "member_muted" }
func (*MemberUnmuted) kind() kind      { return "member_unmuted" }
func (e *MemberMuted) body() *string   { return &e.Text }
func (e *MemberUnmuted) body() *string { return &e.Text }

func (e *MemberMuted) apply(s *State, in Entry) error {
	s.mutes.put(e.Person, Muted{Until: e.Until, Note: in.Seq})
	s.noted(Note{Kind: NoteMuted, Person: e.Person, Reason: e.Reason, Until: e.Until}, in)
	return nil
}

func (e *MemberUnmuted) apply(s *State, in Entry) error {
	s.mutes.remove(e.Person)
	s.noted(Note{Kind: NoteUnmuted, Person: e.Person, Reason: e.Reason}, in)
	return nil
}
