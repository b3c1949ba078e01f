package person

import (
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person/fact"
)

// Event is one thing that happened to a person.
type Event struct {
	// Seq is its place in the person's stream; 0 before it was appended.
	Seq eventlog.Seq
	// At is in ms since 1970 UTC.
	At   int64
	By   fact.Actor
	Fact fact.Fact
}

// Reason is why sessions ended: a code of 1 to 32 of [a-z_], never words.
type Reason string

// Reasons this release writes.
const (
	SignedOut        Reason = "signed_out"         // on the device itself
	EndedByOwner     Reason = "ended_by_owner"     // from the list of devices
	TooMany          Reason = "too_many"           // the oldest made room for a new one
	NewPassphrase    Reason = "passphrase_changed" // changed by its owner
	PassphraseLost   Reason = "passphrase_reset"   // by a link from the team
	EndOfCare        Reason = "end_of_care"
	RoleHasChanged   Reason = "role_changed"
	EndedByOperators Reason = "ended_by_operator"
	SecondWasSet     Reason = "second_set"       // a second step was set up
	SecondDropped    Reason = "second_dropped"   // it was given up
	SecondRecovered  Reason = "second_recovered" // a recovery code stood in for it
)

// Valid says whether r is a code.
func (r Reason) Valid() bool {
	if len(r) < 1 || len(r) > 32 {
		return false
	}
	for _, c := range []byte(r) {
		if (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return true
}

// Enrolled: the person has an account.
type Enrolled struct{}

// RoomJoined: the person became a member of the room.
type RoomJoined struct {
	Room RoomID `json:"room"`
}

// RoomLeft: the membership ended, whoever ended it.
type RoomLeft struct {
	Room RoomID `json:"room"`
}

// SessionEnded: one device is signed out. Nodes reset its sockets on hearing it.
type SessionEnded struct {
	Session SessionID `json:"session"`
	Reason  Reason    `json:"reason"`
}

// SessionsEnded: every device is signed out, but for Except where it is given.
type SessionsEnded struct {
	Reason Reason    `json:"reason"`
	Except SessionID `json:"except,omitzero"`
	// Cmd is the id of the act; a retry after a crash finds it and does not repeat it.
	Cmd string `json:"cmd"`
}

// PassphraseReset: a link from the team gave the person a new passphrase. The
// record's own By is the person, who spent the link.
type PassphraseReset struct {
	// By is who issued the link.
	By fact.Actor `json:"by"`
}

// PassphraseChanged: the person chose a new passphrase, knowing the old one.
type PassphraseChanged struct{}

// SecondStep: the person's second step was set up, given up, or stood in for by a
// recovery code: see the reasons of that name.
type SecondStep struct {
	Did Reason `json:"did"`
}

// VisitTold: a lead was told that somebody of the team looks into a room that is not
// theirs. The record's own By is who.
type VisitTold struct {
	Room RoomID `json:"room"`
}

// NoticeSeen: the person has read the notice.
type NoticeSeen struct {
	Notice NoticeID `json:"notice"`
}

var kinds = fact.Kinds{
	"enrolled":           fact.Of[Enrolled](),
	"room_joined":        fact.Of[RoomJoined](),
	"room_left":          fact.Of[RoomLeft](),
	"session_ended":      fact.Of[SessionEnded](),
	"sessions_ended":     fact.Of[SessionsEnded](),
	"passphrase_reset":   fact.Of[PassphraseReset](),
	"passphrase_changed": fact.Of[PassphraseChanged](),
	"notice_seen":        fact.Of[NoticeSeen](),
	"second_step":        fact.Of[SecondStep](),
	"visit_told":         fact.Of[VisitTold](),
}

// Encode makes e's record; its Seq is not in it. The error is fact.ErrMalformed.
func (e Event) Encode() (eventlog.Record, error) { return fact.Encode(e.At, e.By, e.Fact) }

// Decode reads a record of a person's stream. Errors: fact.ErrUnknown,
// fact.ErrMalformed.
func Decode(r eventlog.Record) (Event, error) {
	h, f, err := kinds.Decode(r)
	if err != nil {
		return Event{}, err
	}
	return Event{Seq: r.Seq, At: h.At, By: h.By, Fact: f}, nil
}

var errBadField = errors.New("a field is not well formed")

func demand(ok bool, err error) error {
	if !ok {
		return err
	}
	return nil
}
