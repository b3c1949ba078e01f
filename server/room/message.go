package room

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kith-chat/kith/server/person"
)

// MaxText bounds a message, in code points after trimming.
const MaxText = 4000

// Message is what the state knows of a posted message. Its text is the body of
// record Text.
type Message struct {
	Seq       Seq  // the record that posted it: its name
	Text      Seq  // the record whose body is the text as it stands
	ReplyTo   Seq  // 0: none
	At        Time // posted
	EditedAt  Time // 0: never
	RemovedAt Time // 0: stands
	Author    int  // Member.Index

	By        GoneBy // who made it go away
	TakenBack bool   // its author did, whatever a moderator did to it since
	Note      Seq    // what its author was told of that, if a moderator did it
	Wiped     Seq    // the record that erased it with all its author wrote
	Written   Time   // when it was written, if it was held first; 0: it was not
}

// PostMessage says something to the room.
type PostMessage struct {
	Text    string
	ReplyTo Seq // 0: none
}

func (PostMessage) act() act { return "post" }

func (a PostMessage) decide(s *State, c Command, by Member) (Event, error) {
	text, err := cleanText(a.Text, MaxText)
	if err != nil {
		return nil, err
	}
	if a.ReplyTo != 0 {
		if by.Role == Participant && s.policy.House.NoCrossTalk {
			return nil, ErrNoCrossTalk
		}
		if _, err := s.standingMessage(a.ReplyTo, by); err != nil {
			return nil, err
		}
	}
	if s.holds(by, c.At) {
		return a.hold(s, by, text)
	}
	return &MessagePosted{ReplyTo: a.ReplyTo, Text: text}, nil
}

// EditMessage replaces the text of one's own message.
type EditMessage struct {
	Message Seq
	Text    string
}

func (EditMessage) act() act { return "edit" }

func (a EditMessage) decide(s *State, _ Command, by Member) (Event, error) {
	if _, err := s.ownMessage(a.Message, by); err != nil {
		return nil, err
	}
	text, err := cleanText(a.Text, MaxText)
	if err != nil {
		return nil, err
	}
	return &MessageEdited{Message: a.Message, Text: text}, nil
}

// RemoveMessage takes back one's own message: gone for peers at once, its texts
// erased after KeepRemoved.
type RemoveMessage struct{ Message Seq }

func (RemoveMessage) act() act { return "remove" }

func (a RemoveMessage) decide(s *State, _ Command, by Member) (Event, error) {
	if h, ok := s.held.get(a.Message); ok && h.Author == by.Index && h.Seq > by.Joined {
		return &MessageWithdrawn{Held: a.Message}, nil
	}
	if _, err := s.ownMessage(a.Message, by); err != nil {
		return nil, err
	}
	return &MessageRemoved{Message: a.Message}, nil
}

// standingMessage is a message that by can see and that was not taken back.
func (s *State) standingMessage(seq Seq, by Member) (Message, error) {
	m, ok := s.messages.find(seq)
	if !ok || !s.sees(by, m) {
		return Message{}, ErrNoSuchMessage
	}
	if m.RemovedAt != 0 {
		if by.Role.Staff() || m.Author == by.Index {
			return Message{}, ErrAlreadyRemoved
		}
		return Message{}, ErrNoSuchMessage
	}
	return m, nil
}

func (s *State) ownMessage(seq Seq, by Member) (Message, error) {
	m, err := s.standingMessage(seq, by)
	if err == nil && m.Author != by.Index {
		return Message{}, ErrNotYours
	}
	return m, err
}

// MessagePosted: a message stands in the room.
type MessagePosted struct {
	ReplyTo Seq    `json:"reply_to,omitempty"`
	Text    string `json:"-"`
}

func (*MessagePosted) kind() kind      { return "message_posted" }
func (e *MessagePosted) body() *string { return &e.Text }

func (e *MessagePosted) apply(s *State, in Entry) error {
	author, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	s.posted(author, in.At)
	s.messages.add(Message{Seq: in.Seq, Text: in.Seq, ReplyTo: e.ReplyTo, At: in.At, Author: author.Index})
	return nil
}

// posted notes when a member last wrote, for slow mode.
func (s *State) posted(author Member, at Time) {
	author.LastPost = at
	s.members.put(author.Person, author)
}

// MessageEdited: the text of a message was replaced by its author.
type MessageEdited struct {
	Message Seq    `json:"message"`
	Text    string `json:"-"`
}

func (*MessageEdited) kind() kind      { return "message_edited" }
func (e *MessageEdited) body() *string { return &e.Text }

func (e *MessageEdited) apply(s *State, in Entry) error {
	m, ok := s.messages.find(e.Message)
	if !ok {
		return errUnknownMessage
	}
	s.eraseLater(m.Text, m.Seq, in.At)
	m.Text, m.EditedAt = in.Seq, in.At
	s.messages.update(m)
	return nil
}

// MessageRemoved: a message was taken back by its author.
type MessageRemoved struct {
	Message Seq `json:"message"`
}

func (*MessageRemoved) kind() kind { return "message_removed" }

func (e *MessageRemoved) apply(s *State, in Entry) error {
	m, ok := s.messages.find(e.Message)
	if !ok {
		return errUnknownMessage
	}
	s.eraseLater(m.Text, m.Seq, in.At)
	m.RemovedAt, m.TakenBack = in.At, true
	s.messages.update(m)
	s.reactions.remove(e.Message)
	return nil
}

func (s *State) author(id person.ID) (Member, error) {
	m, ok := s.members.get(id)
	if !ok {
		return Member{}, errUnknownMember
	}
	return m, nil
}

// cleanText brings text to the form in which it is kept: NFC, without control
// characters other than line breaks and tabs, without white space at the ends.
func cleanText(text string, limit int) (string, error) {
	text = norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n"))
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || isBidiControl(r) {
			return -1
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", ErrTextEmpty
	case n > limit:
		return "", ErrTextTooLong
	}
	return text, nil
}

// isBidiControl tells the overrides and embeddings that can make a line read as
// something else than it is (Unicode TR 9). Isolates and marks stay: right-to-left
// writing needs them.
func isBidiControl(r rune) bool { return r >= 0x202A && r <= 0x202E }
