package room

import "slices"

// GoneBy is who made a message go away.
type GoneBy uint8

// By is 0 for a message that stands or that its author took back.
const (
	ByAuthor  GoneBy = iota
	ByHiding         // a moderator hid it: kept sealed, can be shown again
	ByErasing        // its text is gone for good
)

// HideMessage takes somebody's message out of sight and keeps it sealed as evidence.
type HideMessage struct {
	Message Seq
	Reason  Reason
	Text    string
}

// UnhideMessage shows a hidden message again, in its old place.
type UnhideMessage struct {
	Message Seq
	Reason  Reason
}

// EraseMessage ends a message's text for good, and every earlier version of it.
type EraseMessage struct {
	Message Seq
	Reason  Reason
	Text    string
}

func (HideMessage) act() act   { return "hide" }
func (UnhideMessage) act() act { return "unhide" }
func (EraseMessage) act() act  { return "erase" }

func (a HideMessage) decide(s *State, _ Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if _, err := s.messageUnder(a.Message, by, false); err != nil {
		return nil, err
	}
	return &MessageHidden{Message: a.Message, Reason: a.Reason, Text: text}, nil
}

func (a UnhideMessage) decide(s *State, _ Command, by Member) (Event, error) {
	if !a.Reason.known() {
		return nil, ErrBadReason
	}
	m, err := s.messageUnder(a.Message, by, true)
	if err != nil {
		return nil, err
	}
	if m.RemovedAt == 0 || m.By != ByHiding {
		return nil, ErrNotHidden
	}
	return &MessageUnhidden{Message: a.Message, Reason: a.Reason}, nil
}

func (a EraseMessage) decide(s *State, _ Command, by Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	m, err := s.messageUnder(a.Message, by, true)
	if err != nil {
		return nil, err
	}
	if m.By == ByErasing {
		return nil, ErrAlreadyRemoved
	}
	if s.legalHold {
		return nil, ErrLegalHold
	}
	return &MessageErased{Message: a.Message, Bodies: s.bodiesOf(m), Reason: a.Reason, Text: text}, nil
}

// messageUnder is a message that by may act on. gone: also one that is out of sight.
func (s *State) messageUnder(seq Seq, by Member, gone bool) (Message, error) {
	m, ok := s.messages.find(seq)
	if !ok || !s.sees(by, m) {
		return Message{}, ErrNoSuchMessage
	}
	if !gone && m.RemovedAt != 0 {
		return Message{}, ErrAlreadyRemoved
	}
	if author := s.memberAt(m.Author); author.Person != by.Person && !by.mayActOn(author) {
		return Message{}, ErrNotAllowed
	}
	return m, nil
}

// bodiesOf is every body that still holds words of a message, in order.
func (s *State) bodiesOf(m Message) []Seq {
	var bodies []Seq
	if s.textStands(m) {
		bodies = append(bodies, m.Text)
	}
	for body, end := range s.pending.every() {
		if end.Of == m.Seq && body != m.Text {
			bodies = append(bodies, body)
		}
	}
	slices.Sort(bodies)
	return bodies[:min(len(bodies), maxErase)]
}

// textStands says whether the text of a message has not been erased yet.
func (s *State) textStands(m Message) bool {
	if m.By == ByErasing || m.Seq <= s.keptFrom {
		return false
	}
	_, pending := s.pending.get(m.Text)
	return m.RemovedAt == 0 || m.By == ByHiding || pending
}

// MessageHidden: a moderator took a message out of sight.
type MessageHidden struct {
	Message Seq    `json:"message"`
	Reason  Reason `json:"reason"`
	Text    string `json:"-"`
}

// MessageUnhidden: it is there again.
type MessageUnhidden struct {
	Message Seq    `json:"message"`
	Reason  Reason `json:"reason"`
}

// MessageErased: its text is gone from the store, in the same transaction.
type MessageErased struct {
	Message Seq    `json:"message"`
	Bodies  []Seq  `json:"bodies,omitempty"`
	Reason  Reason `json:"reason"`
	Text    string `json:"-"`
}

func (*MessageHidden) kind() kind   { return "message_hidden" }
func (*MessageUnhidden) kind() kind { return "message_unhidden" }
func (*MessageErased) kind() kind   { return "message_erased" }

func (e *MessageHidden) body() *string { return &e.Text }
func (e *MessageErased) body() *string { return &e.Text }

func (e *MessageHidden) apply(s *State, in Entry) error {
	return s.takeAway(e.Message, ByHiding, Note{Kind: NoteHidden, Reason: e.Reason}, in)
}

func (e *MessageUnhidden) apply(s *State, _ Entry) error { return s.giveBack(e.Message) }

func (e *MessageErased) apply(s *State, in Entry) error {
	s.forgetBodies(e.Bodies)
	s.reactions.remove(e.Message)
	return s.takeAway(e.Message, ByErasing, Note{Kind: NoteErased, Reason: e.Reason}, in)
}

// takeAway marks a message as gone and notes it for its author.
func (s *State) takeAway(seq Seq, by GoneBy, n Note, in Entry) error {
	m, ok := s.messages.find(seq)
	if !ok {
		return errUnknownMessage
	}
	if m.RemovedAt == 0 {
		m.RemovedAt = in.At
	}
	n.Person, n.Message = s.memberAt(m.Author).Person, seq
	m.By, m.Note = by, s.noted(n, in).Seq
	s.messages.update(m)
	return nil
}

func (s *State) giveBack(seq Seq) error {
	m, ok := s.messages.find(seq)
	if !ok {
		return errUnknownMessage
	}
	if m.By == ByHiding {
		m.RemovedAt, m.By, m.Note = 0, ByAuthor, 0
		s.messages.update(m)
	}
	return nil
}
