package room

import "github.com/kith-chat/kith/server/person"

// RemoveMember sends somebody away from the room, with a reason. It can be undone by
// a new invitation; they can appeal.
type RemoveMember struct {
	Person person.ID
	Reason Reason
	Text   string
}

func (RemoveMember) act() act { return "remove_member" }

func (a RemoveMember) decide(s *State, _ Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	return &MemberRemoved{Person: a.Person, Reason: a.Reason, Text: text}, nil
}

// MemberRemoved: a stay was ended by a moderator, for a reason.
type MemberRemoved struct {
	Person person.ID `json:"person"`
	Reason Reason    `json:"reason"`
	Text   string    `json:"-"`
}

func (*MemberRemoved) kind() kind      { return "member_removed" }
func (e *MemberRemoved) body() *string { return &e.Text }

func (e *MemberRemoved) apply(s *State, in Entry) error {
	s.noted(Note{Kind: NoteRemoved, Person: e.Person, Reason: e.Reason}, in)
	return s.left(e.Person, in)
}
