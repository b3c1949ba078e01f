package room

// PinMessage keeps a message in sight above the others; 0: none any more.
type PinMessage struct{ Message Seq }

func (PinMessage) act() act { return "pin" }

func (a PinMessage) decide(s *State, _ Command, by Member) (Event, error) {
	if a.Message == 0 {
		if s.pinned == 0 {
			return nil, ErrNothingDue
		}
		return &MessagePinned{}, nil
	}
	m, err := s.standingMessage(a.Message, by)
	if err != nil {
		return nil, err
	}
	if m.Seq == s.pinned {
		return nil, ErrNothingDue
	}
	return &MessagePinned{Message: a.Message}, nil
}

// MessagePinned: it stands above the others from here on, or 0: none does.
type MessagePinned struct {
	Message Seq `json:"message,omitempty"`
}

func (*MessagePinned) kind() kind { return "message_pinned" }

func (e *MessagePinned) apply(s *State, _ Entry) error {
	if _, ok := s.messages.find(e.Message); !ok && e.Message != 0 {
		return errUnknownMessage
	}
	s.pinned = e.Message
	return nil
}

// Pinned is the message that stands above the others as the viewer sees it. One that was
// taken away does not stand there meanwhile.
func (s *State) Pinned(viewer Member) (Shown, bool) {
	m, ok := s.visible(s.pinned, viewer)
	if !ok || m.RemovedAt != 0 {
		return Shown{}, false
	}
	return s.Describe(m, viewer)
}

// showPinned is the same as an event; nothing to see there is told too.
func (s *State) showPinned(viewer Member) Shown {
	shown, _ := s.Pinned(viewer)
	shown.Show = ShowPinned
	return shown
}
