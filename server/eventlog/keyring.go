package eventlog

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrKey: the bytes are sealed under a key that the keyring does not have. They
// may be whole; they cannot be read without that key.
var ErrKey = errors.New("eventlog: sealed under a key that is not in the key file")

// Key is a secret that everything else is derived from. It prints as nothing.
type Key [32]byte

// KeyID names a key in what it sealed. It is derived from the key and tells
// nothing about it.
type KeyID [8]byte

// String is the id in hexadecimal.
func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// NewKey returns a random key.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) //nolint:errcheck // it never returns an error; it ends the program
	return k
}

// ID names the key.
func (k Key) ID() KeyID { return KeyID(k.derive("key id", len(KeyID{}))) }

// String keeps keys out of logs.
func (k Key) String() string { return "(a key)" }

// GoString keeps keys out of %#v too.
func (k Key) GoString() string { return k.String() }

// Format keeps keys out of every other verb, %x above all.
func (k Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(k.String())) }

// MarshalText keeps keys out of JSON and structured logs.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k Key) derive(purpose string, n int) []byte {
	out, err := hkdf.Key(sha256.New, k[:], nil, "kith "+purpose, n)
	if err != nil {
		panic("eventlog: HKDF refused a fixed length: " + err.Error())
	}
	return out
}

// Keyring holds the current key, which seals, and older ones, which still open.
// It never changes, so any goroutine may use it.
type Keyring struct {
	current keyInUse
	older   []keyInUse
}

// Format prints the current key's id, whatever the verb.
func (r *Keyring) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "(keyring %s)", r.current.id) }

// keyInUse is a key with what is derived from it once.
type keyInUse struct {
	key  Key
	id   KeyID
	aead cipher.AEAD
	name []byte // hides the keys of values
}

func use(k Key) keyInUse {
	aead, err := chacha20poly1305.NewX(k.derive("seal", chacha20poly1305.KeySize))
	if err != nil {
		panic("eventlog: the cipher refused a key of its own size: " + err.Error())
	}
	return keyInUse{key: k, id: k.ID(), aead: aead, name: k.derive("value names", sha256.Size)}
}

// NewKeyring makes a keyring that seals with current and opens with all.
func NewKeyring(current Key, older ...Key) *Keyring {
	r := &Keyring{current: use(current)}
	for _, k := range older {
		r.older = append(r.older, use(k))
	}
	return r
}

// Current names the key that seals.
func (r *Keyring) Current() KeyID { return r.current.id }

// Older names the keys that only open. A keyring has some only while a rotation
// is under way.
func (r *Keyring) Older() []KeyID {
	var ids []KeyID
	for _, k := range r.older {
		ids = append(ids, k.id)
	}
	return ids
}

// Derive returns 32 bytes for one purpose, from the current key. The same purpose
// gives the same bytes until the key is rotated; other purposes give bytes that
// tell nothing about each other.
func (r *Keyring) Derive(purpose string) []byte {
	return r.current.key.derive("derived for "+purpose, 32)
}

// Proof shows, to whoever has the key, that the key named id is the one that was
// there when the proof was kept. It tells nothing about the key. nil if the keyring
// has no such key.
func (r *Keyring) Proof(id KeyID) []byte {
	k, err := r.find(id)
	if err != nil {
		return nil
	}
	h := hmac.New(sha256.New, k.key.derive("key proof", sha256.Size))
	h.Write([]byte("kith key proof 1"))
	return h.Sum(nil)
}

// find returns the key named id. A keyring has one or two keys: a loop is enough.
func (r *Keyring) find(id KeyID) (*keyInUse, error) {
	if id == r.current.id {
		return &r.current, nil
	}
	for i := range r.older {
		if r.older[i].id == id {
			return &r.older[i], nil
		}
	}
	return nil, fmt.Errorf("%w: key %s", ErrKey, id)
}
