// Package access is what the team looked at and took out: who read which room, when and
// how, and which exports were made. No record here says what was read. It is pure; book.go
// in accessbook writes it.
package access

import (
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Stream is the name of the stream.
const Stream = "access"

// Read: somebody of the team read in a room. One record stands for all they read of that
// sort within a quarter of an hour.
type Read struct {
	Room person.RoomID `json:"room"`
	// What is a code: page, evidence, reports or line.
	What string `json:"what"`
	// Visit says that they are no member of the room.
	Visit bool `json:"visit,omitzero"`
}

// Exported: the record was exported.
type Exported struct {
	// Format is csv or json.
	Format string `json:"format"`
	// Room is empty for all rooms.
	Room person.RoomID `json:"room,omitzero"`
}

var kinds = fact.Kinds{"read": fact.Of[Read](), "exported": fact.Of[Exported]()}

func (Read) Kind() string     { return "read" }
func (Exported) Kind() string { return "exported" }
func (Read) Version() int     { return 1 }
func (Exported) Version() int { return 1 }

var errField = errors.New("access: a field is not well formed")

// Check says whether every field is well formed.
func (f Read) Check() error {
	if !f.Room.Valid() || !code(f.What) {
		return errField
	}
	return nil
}

// Check says whether every field is well formed.
func (f Exported) Check() error {
	if f.Room != "" && !f.Room.Valid() || !code(f.Format) {
		return errField
	}
	return nil
}

// code: 1 to 16 of a-z.
func code(s string) bool {
	for _, c := range []byte(s) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 16
}

// Decode reads a record of the stream. Errors: fact.ErrUnknown, fact.ErrMalformed.
func Decode(r eventlog.Record) (fact.Header, fact.Fact, error) { return kinds.Decode(r) }
