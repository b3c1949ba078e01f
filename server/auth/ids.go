package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// encoding is strict: one token has one spelling.
var encoding = base64.RawURLEncoding.Strict()

func (g *Gate) random(into []byte) error {
	if _, err := io.ReadFull(g.rand, into); err != nil {
		return fmt.Errorf("auth: no randomness: %w", err)
	}
	return nil
}

// NewPersonID is an id that nobody has had.
func (g *Gate) NewPersonID() (person.ID, error) {
	var b [fact.IDBytes]byte
	err := g.random(b[:])
	return person.ID(fact.FormID("p_", b)), err
}

func (g *Gate) newSessionID() (person.SessionID, error) {
	var b [fact.IDBytes]byte
	err := g.random(b[:])
	return person.SessionID(fact.FormID("s_", b)), err
}

// commandID is a UUIDv7 whose time is at and whose other bits come from seed
// alone: made again from the same claim it is the same command to the room.
func commandID(at time.Time, seed string) string {
	sum := sha256.Sum256([]byte("kith command\x00" + seed))
	var u [16]byte
	copy(u[6:], sum[:])
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (8 * (5 - i)))
	}
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newCommandID is a UUIDv7 of now.
func (g *Gate) newCommandID() (string, error) {
	seed := make([]byte, 16)
	err := g.random(seed)
	return commandID(g.now(), string(seed)), err
}

func versionText(v eventlog.Version) string { return "/" + strconv.FormatUint(uint64(v), 10) }
