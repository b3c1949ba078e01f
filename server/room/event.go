package room

import (
	"errors"

	"github.com/kith-chat/kith/server/person"
)

// Event is something that has happened in a room: one of the exported structs of
// this package named in the past tense.
type Event interface {
	kind() kind
	// apply folds the event in. It trusts that Decide allowed it and fails only on
	// what cannot have been decided.
	apply(s *State, in Entry) error
}

// texted events carry what people wrote. The text is their record's body and
// stands nowhere else. An erased body reads as "".
type texted interface {
	Event
	body() *string
}

// Header is what every event has: who, when, and by which command.
type Header struct {
	At          Time
	Actor       person.ID // "": the programme itself
	Command     CommandID
	Fingerprint Fingerprint
}

// Entry is an event in its place.
type Entry struct {
	Seq Seq
	Header
	Event Event
}

// Erases is the records whose bodies end with this entry.
func (e Entry) Erases() []Seq {
	switch ev := e.Event.(type) {
	case *BodiesErased:
		return ev.Bodies
	case *MessageErased:
		return ev.Bodies
	case *PersonErased:
		return ev.Bodies
	}
	return nil
}

// What Apply finds in a log that no Decide can have written.
var (
	errUnknownMessage  = errors.New("it concerns a message that does not exist")
	errUnknownMember   = errors.New("it concerns a person who was never a member")
	errUnknownReaction = errors.New("it holds a reaction this program does not know")
	errUnknownCall     = errors.New("it concerns a call that nobody made")
	errUnknownNote     = errors.New("it concerns a note that does not exist")
	errOpenedTwice     = errors.New("it opens a room that is open")
)

// Text is what people wrote in this entry, or "".
func (e Entry) Text() string {
	if t, ok := e.Event.(texted); ok {
		return *t.body()
	}
	return ""
}

// Oldest is the earliest message the entry mentions; 0 if it mentions none.
// Members who joined before it share one view of the entry.
func (e Entry) Oldest() Seq {
	switch ev := e.Event.(type) {
	case *MessagePosted:
		if ev.ReplyTo != 0 {
			return ev.ReplyTo
		}
		return e.Seq
	case *MessageEdited:
		return ev.Message
	case *MessageRemoved:
		return ev.Message
	case *ReactionSet:
		return ev.Message
	case *MessageHidden:
		return ev.Message
	case *MessageUnhidden:
		return ev.Message
	case *MessageErased:
		return ev.Message
	case *MessageReleased:
		return e.Seq
	case *AppealAnswered:
		return 1
	}
	return 0
}

// Supersedes says whether folding the entry in puts a body on the list of those
// that will be erased.
func (e Entry) Supersedes() bool {
	switch e.Event.(type) {
	case *MessageEdited, *MessageRemoved, *MemberJoined, *RoomRenamed, *TopicSet, *RulesSet,
		*MessageDeclined, *MessageWithdrawn, *LineTakenBack, *MemberLeft, *MemberRemoved, *LabelSet:
		return true
	}
	return false
}

// Ends is the person whose rights in the room this entry ends or changes; "" if
// it changes nobody's.
func (e Entry) Ends() person.ID {
	switch ev := e.Event.(type) {
	case *MemberLeft:
		return ev.Person
	case *MemberRemoved:
		return ev.Person
	case *RoleSet:
		return ev.Person
	case *VisitEnded:
		return ev.Person
	}
	return ""
}

// WithoutText is the entry as it reads once its body was erased. The entry given
// is not changed: others may be looking at it.
func WithoutText(e Entry) (Entry, error) {
	metadata, _, err := Encode(e)
	if err != nil {
		return Entry{}, err
	}
	return Decode(e.Seq, metadata, nil)
}
