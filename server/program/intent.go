package program

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/strictjson"
)

// Act is what an intent is about.
type Act string

// The acts over several streams.
const (
	EndOfCare Act = "end_of_care" // out of every room, and the account is closed
	Move      Act = "move"        // from one room into another
	SetRole   Act = "set_role"    // another role in one room, and the sessions end
)

// IntentBegun: an act over several streams was decided. Until IntentDone, whoever comes
// by finishes it: every step of it can be done again.
type IntentBegun struct {
	ID     string    `json:"id"` // a UUIDv7; the ids of its steps are made of it
	Act    Act       `json:"act"`
	Person person.ID `json:"person"`
	From   RoomID    `json:"from,omitzero"` // move, set_role
	To     RoomID    `json:"to,omitzero"`   // move
	Role   string    `json:"role,omitzero"` // set_role: the room's word for it
	// Erase says that the person's texts go, too.
	Erase bool   `json:"erase,omitzero"`
	Alias string `json:"-"` // move: the name in the new room
}

// IntentDone: every stream that the act concerns has its part.
type IntentDone struct {
	ID string `json:"id"`
}

// Intent is an act that is not finished.
type Intent struct {
	IntentBegun
	At int64 // ms since 1970 UTC
	By fact.Actor
}

func (IntentBegun) Kind() string { return "intent_begun" }
func (IntentDone) Kind() string  { return "intent_done" }
func (IntentBegun) Version() int { return 1 }
func (IntentDone) Version() int  { return 1 }

var errIntent = errors.New("not an intent")

// maxIntentID bounds an intent's id, in bytes: a UUID in its usual spelling.
const maxIntentID = 36

// maxRole bounds the word for a role, in bytes.
const maxRole = 16

// Check says whether every field is well formed.
func (f IntentBegun) Check() error {
	var fits bool
	switch f.Act {
	case EndOfCare:
		fits = f.From == "" && f.To == "" && f.Role == ""
	case Move:
		fits = f.From.Valid() && f.To.Valid() && f.From != f.To && f.Role == ""
	case SetRole:
		fits = f.From.Valid() && f.To == "" && len(f.Role) >= 1 && len(f.Role) <= maxRole
	}
	return demand(fits && f.Person.Valid() && len(f.ID) == maxIntentID, errIntent)
}

// Check says whether every field is well formed.
func (f IntentDone) Check() error { return demand(len(f.ID) == maxIntentID, errIntent) }

type intentWords struct {
	Alias string `json:"alias"`
}

// Body is the alias, which people wrote.
func (f IntentBegun) Body() ([]byte, error) { return json.Marshal(intentWords{f.Alias}) }

// ReadBody reads the alias back.
func (f *IntentBegun) ReadBody(body []byte) error {
	var w intentWords
	err := strictjson.Unmarshal(body, &w)
	f.Alias = w.Alias
	return err
}

// begun and done keep the list of what is not finished, oldest first.
func (s State) begun(e Event, f IntentBegun) []Intent {
	if slices.ContainsFunc(s.Open, func(i Intent) bool { return i.ID == f.ID }) {
		return s.Open
	}
	return append(slices.Clone(s.Open), Intent{IntentBegun: f, At: e.At, By: e.By})
}

func (s State) done(id string) []Intent {
	return slices.DeleteFunc(slices.Clone(s.Open), func(i Intent) bool { return i.ID == id })
}
