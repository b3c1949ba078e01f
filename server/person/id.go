package person

import (
	"encoding/hex"
	"errors"
	"strings"

	"github.com/kith-chat/kith/server/person/fact"
)

// ID names a person for the deployment's whole life: "p_" and 22 characters of
// base64url. It is never given to anybody else.
type ID string

// SessionID names one signed-in device: "s_" and 22 characters.
type SessionID string

// RoomID names a room: "r_" and 22 characters. It is the room's own id; this
// package must not know what a room is.
type RoomID string

// Errors of the parsers.
var (
	ErrBadID        = errors.New("person: not a person's id")
	errBadSessionID = errors.New("person: not a session's id")
	errBadRoomID    = errors.New("person: not a room's id")
)

// ParseID checks the form of s; ErrBadID otherwise.
func ParseID(s string) (ID, error) {
	if !ID(s).Valid() {
		return "", ErrBadID
	}
	return ID(s), nil
}

// Valid says whether id has the form of one.
func (id ID) Valid() bool { return fact.WellFormedID("p_", string(id)) }

// Valid says whether id has the form of one.
func (id SessionID) Valid() bool { return fact.WellFormedID("s_", string(id)) }

// Valid says whether id has the form of one.
func (id RoomID) Valid() bool { return fact.WellFormedID("r_", string(id)) }

// Actor is the person as the author of a record.
func (id ID) Actor() fact.Actor { return fact.Actor(id) }

const streamPrefix = "person/"

// Key is the id's 16 bytes as 32 characters of lower-case hex. Names of streams
// and buckets have no capital letters, ids do.
func (id ID) Key() string { return keyOf("p_", string(id)) }

// Stream is the name of the person's own stream: "person/" and Key.
func (id ID) Stream() string { return streamPrefix + id.Key() }

// OfStream is the person whose stream that is; false for every other stream.
func OfStream(stream string) (ID, bool) {
	key, found := strings.CutPrefix(stream, streamPrefix)
	id, ok := idOf("p_", key)
	return ID(id), found && ok
}

// Key is the room's id as names of streams are spelt, like ID.Key.
func (id RoomID) Key() string { return keyOf("r_", string(id)) }

// OfRoomKey is the room whose Key that is; false for anything else.
func OfRoomKey(key string) (RoomID, bool) {
	id, ok := idOf("r_", key)
	return RoomID(id), ok
}

func keyOf(prefix, id string) string {
	random, _ := fact.IDRandom(prefix, id)
	return hex.EncodeToString(random[:])
}

func idOf(prefix, key string) (string, bool) {
	var random [fact.IDBytes]byte
	if len(key) != 2*len(random) || strings.ToLower(key) != key {
		return "", false
	}
	if _, err := hex.Decode(random[:], []byte(key)); err != nil {
		return "", false
	}
	return fact.FormID(prefix, random), true
}
