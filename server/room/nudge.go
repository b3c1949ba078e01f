package room

import "github.com/kith-chat/kith/server/person"

// Nudge says a private word to a member, about a message or in general. It needs
// words.
type Nudge struct {
	Person  person.ID
	Message Seq // 0: none
	Reason  Reason
	Text    string
}

func (Nudge) act() act { return "nudge" }

func (a Nudge) decide(s *State, _ Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, ErrTextEmpty
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	if m, ok := s.messages.find(a.Message); a.Message != 0 && (!ok || s.memberAt(m.Author).Person != a.Person) {
		return nil, ErrNoSuchMessage
	}
	return &Nudged{Person: a.Person, Message: a.Message, Reason: a.Reason, Text: text}, nil
}

// Nudged: a moderator said a private word.
type Nudged struct {
	Person  person.ID `json:"person"`
	Message Seq       `json:"message,omitempty"`
	Reason  Reason    `json:"reason"`
	Text    string    `json:"-"`
}

func (*Nudged) kind() kind      { return "nudged" }
func (e *Nudged) body() *string { return &e.Text }

func (e *Nudged) apply(s *State, in Entry) error {
	s.noted(Note{Kind: NoteNudge, Person: e.Person, Message: e.Message, Reason: e.Reason}, in)
	return nil
}
