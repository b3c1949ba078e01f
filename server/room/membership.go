package room

import (
	"github.com/kith-chat/kith/server/alias"
	"github.com/kith-chat/kith/server/person"
)

// Limits of a room.
const (
	MaxMembers = 5000
	MaxAlias   = 24
)

// Member is a person's membership of this room. A person who leaves keeps index
// and alias, so that nobody else can take either.
type Member struct {
	Person person.ID
	Index  int // place in the roster, from 0
	Alias  Text
	Role   Role
	Joined Seq  // the record of the present stay's beginning
	Left   Seq  // the record that ended it; 0: present
	Until  Time `json:",omitzero"` // when it ends by itself; 0: it does not

	Since    Time // when the present stay began
	LastPost Time // when they last wrote to the room; 0: never
}

// sees says whether the member may see a message at all: their own stay only, for
// participants. A former stay opens nothing. Staff supervise the whole room. What is
// past its term is nobody's to see.
func (s *State) sees(m Member, msg Message) bool {
	return s.Here(m) && (m.Role.Staff() || msg.Seq > m.Joined) && !s.lapsed(msg.At) && msg.Seq > s.keptFrom
}

// present says whether this is a membership that no record has ended; whether its term is
// over, Here says. The zero Member, of a person who never was, is not.
func (m Member) present() bool { return m.Role != NoRole && m.Left == 0 }

// OpenRoom begins a room. Only the programme does it.
type OpenRoom struct{ Name string }

func (OpenRoom) act() act { return "open_room" }

func (a OpenRoom) decide(s *State, _ Command, _ Member) (Event, error) {
	if s.Opened() {
		return nil, ErrAlreadyOpen
	}
	name, err := cleanLine(a.Name, MaxName)
	if err != nil {
		return nil, err
	}
	return &RoomOpened{Name: name}, nil
}

// AddMember lets a person in, or in again. Only the programme does it, on an
// accepted invitation.
type AddMember struct {
	Person person.ID
	Alias  string
	Role   Role
	Until  Time `json:",omitzero"` // when the membership ends by itself; 0: it does not
}

func (AddMember) act() act { return "add_member" }

func (a AddMember) decide(s *State, c Command, _ Member) (Event, error) {
	shown, err := cleanLine(a.Alias, MaxAlias)
	if err != nil || len(alias.Of(shown).Claims) == 0 { // nothing but marks: all such would be one alias
		return nil, &Refusal{Code: "alias_bad", Field: "alias"}
	}
	if m, ok := s.members.get(a.Person); ok && s.Here(m) {
		return nil, ErrAlreadyMember
	}
	// A new alias would be a way to say something in spite of a mute.
	if until := s.MutedUntil(a.Person, c.At); until != 0 {
		return nil, &Refusal{Code: "muted", Until: until}
	}
	if s.aliasTaken(shown, a.Person) {
		return nil, ErrAliasTaken
	}
	if a.Role != Participant && a.Role != Moderator && a.Role != Lead || len(s.roster) >= MaxMembers {
		return nil, ErrNotAllowed
	}
	if a.Until != 0 && a.Until <= c.At {
		return nil, errUntil
	}
	return &MemberJoined{Person: a.Person, Role: a.Role, Until: a.Until, Alias: shown}, nil
}

// SetRole changes what a member is. Only the programme does it.
type SetRole struct {
	Person person.ID
	Role   Role
}

func (SetRole) act() act { return "set_role" }

func (a SetRole) decide(s *State, _ Command, _ Member) (Event, error) {
	if m, ok := s.members.get(a.Person); !ok || m.Left != 0 {
		return nil, ErrNoSuchMember
	}
	if a.Role != Participant && a.Role != Moderator && a.Role != Lead {
		return nil, ErrNotAllowed
	}
	return &RoleSet{Person: a.Person, Role: a.Role}, nil
}

// EndMembership ends a stay: one's own, or, for staff, a participant's.
type EndMembership struct{ Person person.ID }

func (EndMembership) act() act { return "end_membership" }

func (a EndMembership) decide(s *State, c Command, by Member) (Event, error) {
	m, ok := s.members.get(a.Person)
	own := a.Person == c.Actor
	system := c.Actor == ""
	switch {
	case !own && !system && !by.Role.Staff():
		return nil, ErrNotAllowed
	case !ok || m.Left != 0:
		return nil, ErrNoSuchMember
	case !own && !system && by.Role != Lead && m.Role != Participant:
		return nil, ErrNotAllowed
	}
	return &MemberLeft{Person: a.Person}, nil
}

// MemberJoined: a person is a member from here on.
type MemberJoined struct {
	Person person.ID `json:"person"`
	Role   Role      `json:"role"`
	Until  Time      `json:"until,omitzero"`
	Alias  string    `json:"-"`
}

func (*MemberJoined) kind() kind      { return "member_joined" }
func (e *MemberJoined) body() *string { return &e.Alias }
func (e *MemberJoined) role() Role    { return e.Role }

func (e *MemberJoined) apply(s *State, in Entry) error {
	m, again := s.members.get(e.Person)
	if !again {
		m = Member{Person: e.Person, Index: len(s.roster)}
		s.roster = append(s.roster, e.Person)
	} else {
		if m.present() { // a stay that was over by its term before anybody wrote that down
			if err := s.left(e.Person, in); err != nil {
				return err
			}
		}
		s.disclaim(m.Alias.Text, m.Index)
		s.eraseLater(m.Alias.Of, 0, in.At)
	}
	m.Alias = Text{Of: in.Seq, Text: e.Alias}
	m.Role, m.Joined, m.Left, m.Since, m.Until = e.Role, in.Seq, 0, in.At, e.Until
	s.visits.remove(e.Person)
	s.members.put(e.Person, m)
	s.claim(e.Alias, m.Index)
	return nil
}

// RoleSet: a member is something else from here on.
type RoleSet struct {
	Person person.ID `json:"person"`
	Role   Role      `json:"role"`
}

func (*RoleSet) kind() kind   { return "role_set" }
func (e *RoleSet) role() Role { return e.Role }

func (e *RoleSet) apply(s *State, _ Entry) error {
	m, ok := s.members.get(e.Person)
	if !ok {
		return errUnknownMember
	}
	m.Role = e.Role
	s.members.put(e.Person, m)
	if !e.Role.Staff() {
		s.duty.remove(e.Person)
	} else if l, ok := s.lines.get(e.Person); ok && l.Call.Seq != 0 { // who moderates has no line
		l.Call = Call{}
		s.lines.put(e.Person, l)
	}
	return nil
}

// MemberLeft: a stay has ended; the person sees and does nothing here from now on.
type MemberLeft struct {
	Person person.ID `json:"person"`
}

func (*MemberLeft) kind() kind { return "member_left" }

func (e *MemberLeft) apply(s *State, in Entry) error { return s.left(e.Person, in) }

// left ends a stay, and what the person left waiting to be looked at.
func (s *State) left(id person.ID, in Entry) error {
	m, ok := s.members.get(id)
	if !ok {
		return errUnknownMember
	}
	m.Left = in.Seq
	s.dropLabel(id, in.At)
	s.members.put(id, m)
	s.dropHeldOf(m.Index, in.At)
	if l, ok := s.lines.get(id); ok && (l.Waits != 0 || l.Call.Seq != 0) {
		l.Waits, l.Call = 0, Call{}
		s.lines.put(id, l)
	}
	s.duty.remove(id)
	return nil
}
