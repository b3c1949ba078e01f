package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// Tokens makes the opaque names that clients are given: sealed, so that a gap in
// sequence numbers shows nothing; deterministic, so that a message has one name;
// bound to their room and kind, so that one cannot stand in for another.
//
// The construction is that of SIV (RFC 5297) with HMAC-SHA-256 in the place of
// CMAC: the tag over room, kind and plain bytes is the counter's start.
type Tokens struct {
	mac   []byte
	block cipher.Block
}

const tagSize = 16

// NewTokens takes a key of 64 bytes: 32 to authenticate, 32 to encrypt.
func NewTokens(key []byte) *Tokens {
	if len(key) != 64 {
		panic("wire: a token key has 64 bytes")
	}
	block, err := aes.NewCipher(key[32:])
	if err != nil {
		panic("wire: " + err.Error())
	}
	return &Tokens{mac: key[:32:32], block: block}
}

type tokenKind byte

const (
	positionToken tokenKind = 'p'
	messageToken  tokenKind = 'm'
	memberToken   tokenKind = 'w'
)

func (t *Tokens) tag(k tokenKind, in room.ID, plain []byte) []byte {
	h := hmac.New(sha256.New, t.mac)
	h.Write([]byte{byte(k), byte(len(in))})
	h.Write([]byte(in))
	h.Write(plain)
	return h.Sum(nil)[:tagSize]
}

func (t *Tokens) seal(k tokenKind, in room.ID, plain []byte) string {
	out := t.tag(k, in, plain)
	out = append(out, plain...)
	cipher.NewCTR(t.block, out[:tagSize]).XORKeyStream(out[tagSize:], out[tagSize:])
	return base64.RawURLEncoding.EncodeToString(out)
}

func (t *Tokens) open(k tokenKind, in room.ID, token string, size int) ([]byte, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tagSize+size) {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tagSize+size { // the decoder skips line ends wherever they stand
		return nil, false
	}
	plain := make([]byte, size)
	cipher.NewCTR(t.block, raw[:tagSize]).XORKeyStream(plain, raw[tagSize:])
	return plain, hmac.Equal(t.tag(k, in, plain), raw[:tagSize])
}

// Position is a place in a room's log as one class of viewers knows it.
type Position struct {
	Seq    room.Seq
	Digest [8]byte // the beginning of the chain's digest there
	Staff  bool    // the view it belongs to
}

// Position names a place in a room.
func (t *Tokens) Position(in room.ID, p Position) string {
	var plain [17]byte
	binary.BigEndian.PutUint64(plain[:], uint64(p.Seq))
	copy(plain[8:], p.Digest[:])
	if p.Staff {
		plain[16] = 1
	}
	return t.seal(positionToken, in, plain[:])
}

// ParsePosition reads a token that Position made for the same room.
func (t *Tokens) ParsePosition(in room.ID, token string) (Position, bool) {
	plain, ok := t.open(positionToken, in, token, 17)
	if !ok {
		return Position{}, false
	}
	return Position{
		Seq: room.Seq(binary.BigEndian.Uint64(plain)), Digest: [8]byte(plain[8:16]), Staff: plain[16] == 1,
	}, true
}

// Message names a message.
func (t *Tokens) Message(in room.ID, seq room.Seq) string {
	return t.seal(messageToken, in, binary.BigEndian.AppendUint64(nil, uint64(seq)))
}

// ParseMessage reads a token that Message made for the same room.
func (t *Tokens) ParseMessage(in room.ID, token string) (room.Seq, bool) {
	plain, ok := t.open(messageToken, in, token, 8)
	if !ok {
		return 0, false
	}
	return room.Seq(binary.BigEndian.Uint64(plain)), true
}

// idSize is what a person's id has in bytes.
const idSize = len("p_") + 22

// Member names a person in one room. The same person has another name in every
// room: two aliases cannot be told to be one person.
func (t *Tokens) Member(in room.ID, who person.ID) string {
	var plain [idSize]byte
	copy(plain[:], who)
	return t.seal(memberToken, in, plain[:])
}

// ParseMember reads a token that Member made for the same room.
func (t *Tokens) ParseMember(in room.ID, token string) (person.ID, bool) {
	plain, ok := t.open(memberToken, in, token, idSize)
	if !ok {
		return "", false
	}
	return person.ID(plain), true
}
