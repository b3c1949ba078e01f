package room

import "slices"

// maxHeld bounds the messages of one person that wait to be looked at.
const maxHeld = 20

// HeldState is how a held message stands.
type HeldState string

// The states of a held message. Of one that was released only the message is left.
const (
	HeldWaiting  HeldState = "waiting"
	HeldDeclined HeldState = "declined"
)

// Held is a message that waits to be looked at, or was declined lately. Its text is
// the body of its record.
type Held struct {
	Seq     Seq
	At      Time
	Author  int // Member.Index
	ReplyTo Seq
	State   HeldState
	Note    Seq // declined: why
}

// ReleaseMessage shows a held message, from now on, in its place of now.
type ReleaseMessage struct{ Held Seq }

// DeclineMessage does not show it, and tells its author why.
type DeclineMessage struct {
	Held   Seq
	Reason Reason
	Text   string
}

func (ReleaseMessage) act() act { return "release" }
func (DeclineMessage) act() act { return "decline" }

// hold is what becomes of a post that is looked at first.
func (a PostMessage) hold(s *State, by Member, text string) (Event, error) {
	n := 0
	for _, h := range s.held.every() {
		if h.Author == by.Index && h.State == HeldWaiting {
			n++
		}
	}
	if n >= maxHeld {
		return nil, ErrTooManyHeld
	}
	return &MessageHeld{ReplyTo: a.ReplyTo, Text: text}, nil
}

func (a ReleaseMessage) decide(s *State, c Command, _ Member) (Event, error) {
	h, err := s.waiting(a.Held)
	if err != nil {
		return nil, err
	}
	// What was written before a mute is not shown after it: the mute comes first.
	if until := s.MutedUntil(s.memberAt(h.Author).Person, c.At); until != 0 {
		return nil, &Refusal{Code: "author_muted", Until: until}
	}
	return &MessageReleased{Held: a.Held}, nil
}

func (a DeclineMessage) decide(s *State, _ Command, _ Member) (Event, error) {
	text, err := said(a.Reason, a.Text)
	if err != nil {
		return nil, err
	}
	if _, err := s.waiting(a.Held); err != nil {
		return nil, err
	}
	return &MessageDeclined{Held: a.Held, Reason: a.Reason, Text: text}, nil
}

// waiting is a held message that nobody has decided about.
func (s *State) waiting(seq Seq) (Held, error) {
	h, ok := s.held.get(seq)
	switch {
	case !ok || s.lapsed(h.At):
		return Held{}, ErrNoSuchMessage
	case h.State != HeldWaiting:
		return Held{}, ErrAlreadyDecided
	}
	return h, nil
}

// MessageHeld: a message waits to be looked at.
type MessageHeld struct {
	ReplyTo Seq    `json:"reply_to,omitempty"`
	Text    string `json:"-"`
}

// MessageReleased: a held message stands in the room from here on.
type MessageReleased struct {
	Held Seq `json:"held"`
}

// MessageDeclined: a held message is not shown.
type MessageDeclined struct {
	Held   Seq    `json:"held"`
	Reason Reason `json:"reason"`
	Text   string `json:"-"`
}

// MessageWithdrawn: its author took back a message before anybody decided.
type MessageWithdrawn struct {
	Held Seq `json:"held"`
}

func (*MessageHeld) kind() kind          { return "message_held" }
func (*MessageReleased) kind() kind      { return "message_released" }
func (*MessageDeclined) kind() kind      { return "message_declined" }
func (*MessageWithdrawn) kind() kind     { return "message_withdrawn" }
func (e *MessageHeld) body() *string     { return &e.Text }
func (e *MessageDeclined) body() *string { return &e.Text }

func (e *MessageHeld) apply(s *State, in Entry) error {
	author, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	s.posted(author, in.At)
	s.held.put(in.Seq, Held{Seq: in.Seq, At: in.At, Author: author.Index, ReplyTo: e.ReplyTo, State: HeldWaiting})
	return nil
}

func (e *MessageReleased) apply(s *State, in Entry) error {
	h, ok := s.held.get(e.Held)
	if !ok {
		return errUnknownMessage
	}
	s.held.remove(e.Held)
	s.messages.add(Message{Seq: in.Seq, Text: h.Seq, ReplyTo: h.ReplyTo, At: in.At, Author: h.Author, Written: h.At})
	return nil
}

func (e *MessageDeclined) apply(s *State, in Entry) error {
	h, ok := s.held.get(e.Held)
	if !ok {
		return errUnknownMessage
	}
	h.State = HeldDeclined
	h.Note = s.noted(Note{Kind: NoteDeclined, Person: s.memberAt(h.Author).Person, Message: e.Held, Reason: e.Reason}, in).Seq
	s.held.put(e.Held, h)
	s.eraseHeld(h, in.At)
	return nil
}

func (e *MessageWithdrawn) apply(s *State, in Entry) error {
	if _, ok := s.held.get(e.Held); !ok {
		return errUnknownMessage
	}
	s.dropHeld(e.Held, in.At)
	return nil
}

func (s *State) dropHeld(seq Seq, at Time) {
	h, _ := s.held.get(seq)
	s.held.remove(seq)
	s.eraseHeld(h, at)
}

// eraseHeld puts the text of a message that was never shown on the list of those that
// will end.
func (s *State) eraseHeld(h Held, at Time) {
	if _, ok := s.pending.get(h.Seq); !ok {
		s.pending.put(h.Seq, Ending{At: at + KeepRemoved, By: h.Author + 1})
	}
}

// dropHeldOf ends what a person left waiting: nothing of theirs appears after their
// membership has ended.
func (s *State) dropHeldOf(index int, at Time) {
	var waiting []Seq
	for seq, h := range s.held.every() {
		if h.Author == index && h.State == HeldWaiting {
			waiting = append(waiting, seq)
		}
	}
	for _, seq := range waiting {
		s.dropHeld(seq, at)
	}
}

// Held is what waits, or was declined, as far as the viewer is told: staff of all
// that waits, an author of their own. Oldest first. Not for forks.
func (s *State) Held(viewer Member) []Held {
	var told []Held
	for _, h := range s.held.all() {
		if s.tellsHeld(h, viewer) {
			told = append(told, h)
		}
	}
	return newest(told, len(told), func(h Held) Seq { return h.Seq })
}

func (s *State) tellsHeld(h Held, viewer Member) bool {
	own := viewer.Role != NoRole && h.Author == viewer.Index && h.Seq > viewer.Joined
	return !s.lapsed(h.At) && (own || viewer.Role.Staff() && h.State == HeldWaiting)
}

// newest is at most limit of the newest, oldest first.
func newest[T any](list []T, limit int, seq func(T) Seq) []T {
	slices.SortFunc(list, func(a, b T) int { return int(int64(seq(a)) - int64(seq(b))) })
	return list[max(0, len(list)-limit):]
}
