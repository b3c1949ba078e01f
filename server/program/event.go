package program

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/strictjson"
)

// Event is one thing that happened to the programme.
type Event struct {
	// Seq is its place in the stream; 0 before it was appended.
	Seq eventlog.Seq
	// At is in ms since 1970 UTC.
	At   int64
	By   fact.Actor
	Fact fact.Fact
}

// RoomID names a room. It is the same type as a person's, so that what the one
// stream says can be looked up in the other.
type RoomID = person.RoomID

// MaxName bounds the programme's name, in characters (code points).
const MaxName = 60

// ProgramNamed: the programme has this name from now on.
type ProgramNamed struct {
	// Name is 1 to MaxName characters, or empty once it was erased.
	Name string `json:"-"`
}

// RoomOpened: the programme has one more room.
type RoomOpened struct {
	Room RoomID `json:"room"`
}

// PersonEnrolled: the programme knows one more person.
type PersonEnrolled struct {
	Person person.ID `json:"person"`
}

// LeadAppointed: the person leads the programme, possibly beside others.
type LeadAppointed struct {
	Person person.ID `json:"person"`
}

// LeadRemoved: the person no longer leads the programme.
type LeadRemoved struct {
	Person person.ID `json:"person"`
}

type named struct {
	Name string `json:"name"`
}

var kinds = fact.Kinds{
	"program_named":   fact.Of[ProgramNamed](),
	"room_opened":     fact.Of[RoomOpened](),
	"person_enrolled": fact.Of[PersonEnrolled](),
	"lead_appointed":  fact.Of[LeadAppointed](),
	"lead_removed":    fact.Of[LeadRemoved](),
	"intent_begun":    fact.Of[IntentBegun](),
	"intent_done":     fact.Of[IntentDone](),
}

// Encode makes e's record; its Seq is not in it. The error is fact.ErrMalformed.
func (e Event) Encode() (eventlog.Record, error) { return fact.Encode(e.At, e.By, e.Fact) }

// Decode reads a record of the programme's stream. Errors: fact.ErrUnknown,
// fact.ErrMalformed.
func Decode(r eventlog.Record) (Event, error) {
	h, f, err := kinds.Decode(r)
	if err != nil {
		return Event{}, err
	}
	return Event{Seq: r.Seq, At: h.At, By: h.By, Fact: f}, nil
}

var (
	errName   = errors.New("the name is not 1 to 60 characters")
	errRoom   = errors.New("not a room's id")
	errPerson = errors.New("not a person's id")
)

func (ProgramNamed) Kind() string   { return "program_named" }
func (RoomOpened) Kind() string     { return "room_opened" }
func (PersonEnrolled) Kind() string { return "person_enrolled" }
func (LeadAppointed) Kind() string  { return "lead_appointed" }
func (LeadRemoved) Kind() string    { return "lead_removed" }

func (ProgramNamed) Version() int   { return 1 }
func (RoomOpened) Version() int     { return 1 }
func (PersonEnrolled) Version() int { return 1 }
func (LeadAppointed) Version() int  { return 1 }
func (LeadRemoved) Version() int    { return 1 }

// Body is the name, which people wrote.
func (f ProgramNamed) Body() ([]byte, error) { return json.Marshal(named(f)) }

// ReadBody reads the name back.
func (f *ProgramNamed) ReadBody(body []byte) error {
	return strictjson.Unmarshal(body, (*named)(f))
}

// Check allows no name: an erased record has none.
func (f ProgramNamed) Check() error {
	if utf8.RuneCountInString(f.Name) > MaxName || !utf8.ValidString(f.Name) {
		return errName
	}
	return nil
}

func (f RoomOpened) Check() error     { return demand(f.Room.Valid(), errRoom) }
func (f PersonEnrolled) Check() error { return demand(f.Person.Valid(), errPerson) }
func (f LeadAppointed) Check() error  { return demand(f.Person.Valid(), errPerson) }
func (f LeadRemoved) Check() error    { return demand(f.Person.Valid(), errPerson) }

func demand(ok bool, err error) error {
	if !ok {
		return err
	}
	return nil
}
