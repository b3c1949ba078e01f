package room

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/strictjson"
)

// kind names an event in records, for ever.
type kind string

// ErrUnknownEvent: a record of a kind or version that this program is too old to
// read. The room must not be shown.
var ErrUnknownEvent = errors.New("room: a record of a kind this version of Kith cannot read; use the newer version")

// version of each kind's data as written today. Reading an older one is a further
// row in readers, never a guess.
//
// Version 2 has the fingerprint of what carries text in the body, before the text:
// a hash of words that were erased would let somebody who guesses them find out that
// they guessed right. Version 1 had it in the metadata.
const version = 2

// readers makes the event to decode into, for each kind that has ever been written.
var readers = map[kind]func() Event{
	"room_opened":     func() Event { return new(RoomOpened) },
	"room_renamed":    func() Event { return new(RoomRenamed) },
	"topic_set":       func() Event { return new(TopicSet) },
	"rules_set":       func() Event { return new(RulesSet) },
	"member_joined":   func() Event { return new(MemberJoined) },
	"member_left":     func() Event { return new(MemberLeft) },
	"role_set":        func() Event { return new(RoleSet) },
	"message_posted":  func() Event { return new(MessagePosted) },
	"message_edited":  func() Event { return new(MessageEdited) },
	"message_removed": func() Event { return new(MessageRemoved) },
	"reaction_set":    func() Event { return new(ReactionSet) },
	"bodies_erased":   func() Event { return new(BodiesErased) },

	"nudged":            func() Event { return new(Nudged) },
	"message_hidden":    func() Event { return new(MessageHidden) },
	"message_unhidden":  func() Event { return new(MessageUnhidden) },
	"message_erased":    func() Event { return new(MessageErased) },
	"member_muted":      func() Event { return new(MemberMuted) },
	"member_unmuted":    func() Event { return new(MemberUnmuted) },
	"member_removed":    func() Event { return new(MemberRemoved) },
	"hold_set":          func() Event { return new(HoldSet) },
	"pace_set":          func() Event { return new(PaceSet) },
	"room_paused":       func() Event { return new(RoomPaused) },
	"room_resumed":      func() Event { return new(RoomResumed) },
	"message_held":      func() Event { return new(MessageHeld) },
	"message_released":  func() Event { return new(MessageReleased) },
	"message_declined":  func() Event { return new(MessageDeclined) },
	"message_withdrawn": func() Event { return new(MessageWithdrawn) },
	"message_reported":  func() Event { return new(MessageReported) },
	"reports_resolved":  func() Event { return new(ReportsResolved) },
	"line_written":      func() Event { return new(LineWritten) },
	"line_taken_back":   func() Event { return new(LineTakenBack) },
	"line_closed":       func() Event { return new(LineClosed) },
	"appeal_made":       func() Event { return new(AppealMade) },
	"appeal_answered":   func() Event { return new(AppealAnswered) },
	"keep_set":          func() Event { return new(KeepSet) },
	"legal_hold_set":    func() Event { return new(LegalHoldSet) },
	"person_erased":     func() Event { return new(PersonErased) },
	"term_set":          func() Event { return new(TermSet) },
	"label_set":         func() Event { return new(LabelSet) },
	"duty_set":          func() Event { return new(DutySet) },
	"hours_set":         func() Event { return new(HoursSet) },
	"sessions_set":      func() Event { return new(SessionsSet) },
	"unattended_set":    func() Event { return new(UnattendedSet) },
	"house_set":         func() Event { return new(HouseSet) },
	"message_pinned":    func() Event { return new(MessagePinned) },
	"help_called":       func() Event { return new(HelpCalled) },
	"call_answered":     func() Event { return new(CallAnswered) },
	"call_ended":        func() Event { return new(CallEnded) },
	"visit_opened":      func() Event { return new(VisitOpened) },
	"visit_ended":       func() Event { return new(VisitEnded) },
}

// meta is a record's metadata as written.
type meta struct {
	Kind    kind            `json:"k"`
	Version int             `json:"v"`
	At      Time            `json:"at"`
	Actor   person.ID       `json:"by,omitempty"`
	Command string          `json:"id"`
	Print   string          `json:"fp,omitempty"`
	Data    json.RawMessage `json:"d"`
}

// Encode writes an entry as a record's metadata and body. body is nil for events
// that carry no text.
func Encode(e Entry) (metadata, body []byte, err error) {
	data, err := json.Marshal(e.Event)
	if err != nil {
		return nil, nil, fmt.Errorf("room: encode %s: %w", e.Event.kind(), err)
	}
	m := meta{
		Kind: e.Event.kind(), Version: version, At: e.At, Actor: e.Actor, Command: e.Command.String(), Data: data,
	}
	if t, ok := e.Event.(texted); ok {
		body = append(e.Fingerprint[:], *t.body()...)
	} else {
		m.Print = hex.EncodeToString(e.Fingerprint[:])
	}
	if metadata, err = json.Marshal(m); err != nil {
		return nil, nil, fmt.Errorf("room: encode %s: %w", e.Event.kind(), err)
	}
	return metadata, body, nil
}

// Decode reads a record. Anything it does not know to the last field is an error;
// an unknown kind or version is ErrUnknownEvent. A nil body of an event that
// carries text was erased and reads as "", with a zero fingerprint.
func Decode(seq Seq, metadata, body []byte) (Entry, error) {
	var m meta
	if err := strictjson.Unmarshal(metadata, &m); err != nil {
		return Entry{}, fmt.Errorf("room: record %d: %w", seq, err)
	}
	reader, ok := readers[m.Kind]
	if !ok || m.Version < 1 || m.Version > version {
		return Entry{}, fmt.Errorf("record %d: %w", seq, ErrUnknownEvent)
	}
	event := reader()
	if err := strictjson.Unmarshal(m.Data, event); err != nil {
		return Entry{}, fmt.Errorf("room: record %d: %w", seq, err)
	}
	if r, ok := event.(interface{ role() Role }); ok && r.role() == NoRole {
		return Entry{}, fmt.Errorf("room: record %d: it lacks a role", seq) // absent, so nothing refused it above
	}
	print, text, err := m.split(event, body)
	if err != nil {
		return Entry{}, fmt.Errorf("room: record %d: %w", seq, err)
	}
	if t, ok := event.(texted); ok {
		*t.body() = text
	}
	id, ok := ParseCommandID(m.Command)
	if !ok {
		return Entry{}, fmt.Errorf("room: record %d: bad command id", seq)
	}
	return Entry{
		Seq:    seq,
		Header: Header{At: m.At, Actor: m.Actor, Command: id, Fingerprint: print},
		Event:  event,
	}, nil
}

var (
	errStrayBody = errors.New("a body where there is none to be")
	errPrint     = errors.New("bad fingerprint")
)

// split finds a record's fingerprint and text, wherever its version has them.
func (m meta) split(event Event, body []byte) (print Fingerprint, text string, err error) {
	_, carries := event.(texted)
	switch {
	case !carries && len(body) != 0:
		return print, "", errStrayBody
	case carries && m.Version >= 2:
		if m.Print != "" || body != nil && len(body) < len(print) {
			return print, "", errPrint
		}
		if body == nil {
			return print, "", nil
		}
		return Fingerprint(body[:len(print)]), string(body[len(print):]), nil
	}
	raw, err := hex.DecodeString(m.Print)
	if err != nil || len(raw) != len(print) {
		return print, "", errPrint
	}
	return Fingerprint(raw), string(body), nil
}
