package room

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/kith-chat/kith/server/person"
)

// CommandID is a UUIDv7 made by the author's client: unique per author and room,
// its time part tells how old it is.
type CommandID [16]byte

// ParseCommandID reads the 36-character lower-case form and refuses any UUID that
// is not version 7.
func ParseCommandID(s string) (CommandID, bool) {
	var id CommandID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, false
	}
	digits := s[0:8] + s[9:13] + s[14:18] + s[19:23] + s[24:36] // a hyphen in one of these is no digit
	for n := range id {
		hi, lo := nibble(digits[2*n]), nibble(digits[2*n+1])
		if hi > 15 || lo > 15 {
			return CommandID{}, false
		}
		id[n] = hi<<4 | lo
	}
	if id[6]>>4 != 7 || id[8]>>6 != 2 {
		return CommandID{}, false
	}
	return id, true
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func (id CommandID) String() string {
	var b [36]byte
	hex.Encode(b[0:8], id[0:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:36], id[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// Time is when the client says it made the id.
func (id CommandID) Time() Time {
	return Time(id[0])<<40 | Time(id[1])<<32 | Time(id[2])<<24 | Time(id[3])<<16 | Time(id[4])<<8 | Time(id[5])
}

// NewCommandID builds the id of a time and ten bytes of anything (random, or
// derived where the same act must get the same id again).
func NewCommandID(at Time, tail [10]byte) CommandID {
	id := CommandID{byte(at >> 40), byte(at >> 32), byte(at >> 24), byte(at >> 16), byte(at >> 8), byte(at)}
	copy(id[6:], tail[:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Command is an act that somebody asks for. Actor "" is the programme itself.
// At is the time of the node that decides, already put through State.Clock.
type Command struct {
	ID    CommandID
	Actor person.ID
	At    Time
	Do    Action
	// Session is until when the group meets, where it does at At; 0: it does not. What a
	// zone's clock shows is not for a pure package to know: it comes in with the command.
	Session Time
	// Zone is the time zone of a name of the IANA database; nil: there is none.
	Zone func(name string) *time.Location
}

func (c Command) zone(name string) *time.Location {
	if c.Zone == nil {
		return nil
	}
	return c.Zone(name)
}

// Action is what a command wants done: one of the exported structs of this
// package that name an act in the imperative.
type Action interface {
	// act is the row in the permission table.
	act() act
	// decide judges the action against the state. The permission table has been
	// consulted; by is the actor's membership (zero for the programme itself).
	decide(s *State, c Command, by Member) (Event, error)
}

// Fingerprint is the content of a command, hashed: it tells a repeated command
// from another one under the same id.
type Fingerprint [8]byte

func fingerprint(a Action) Fingerprint {
	content, err := json.Marshal(a)
	if err != nil {
		panic("room: an action that cannot be written down: " + string(a.act()))
	}
	h := sha256.New()
	h.Write([]byte(a.act()))
	h.Write([]byte{0})
	h.Write(content)
	return Fingerprint(h.Sum(nil))
}
