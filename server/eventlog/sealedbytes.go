package eventlog

import (
	"crypto/rand"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// Sealed bytes are
//
//	format (1 byte, 1) | key id (8) | nonce (24) | XChaCha20-Poly1305 of the plain bytes
//
// The header needs no authentication of its own: another key or nonce does not
// open, and the format is part of the associated data through its domain.
const (
	sealedFormat = 1
	sealedHeader = 1 + len(KeyID{}) + chacha20poly1305.NonceSizeX

	// SealedOverhead is what sealing adds to plain bytes, in bytes.
	SealedOverhead = sealedHeader + chacha20poly1305.Overhead
)

var (
	errNotSealed = errors.New("it does not open")
	errFormat    = errors.New("it is sealed in a format that this version of Kith does not know")
)

// sealer draws the random bytes of a whole append at once: one system call
// instead of four a record.
type sealer struct {
	keys   *Keyring
	random []byte
}

func newSealer(keys *Keyring, parts int) sealer {
	random := make([]byte, parts*(chacha20poly1305.NonceSizeX+saltSize))
	rand.Read(random) //nolint:errcheck // it never returns an error; it ends the program
	return sealer{keys: keys, random: random}
}

// take hands out n bytes that were never handed out before.
func (s *sealer) take(n int) []byte {
	out := s.random[:n:n]
	s.random = s.random[n:]
	return out
}

// seal returns plain sealed under the current key.
func (s *sealer) seal(plain, ad []byte) []byte {
	k := &s.keys.current
	out := make([]byte, 0, len(plain)+SealedOverhead)
	out = append(out, sealedFormat)
	out = append(out, k.id[:]...)
	nonce := s.take(chacha20poly1305.NonceSizeX)
	out = append(out, nonce...)
	return k.aead.Seal(out, nonce, plain, ad)
}

// open appends what sealed holds to dst.
func (r *Keyring) open(dst, sealed, ad []byte) ([]byte, error) {
	if len(sealed) < SealedOverhead {
		return nil, errNotSealed
	}
	if sealed[0] != sealedFormat {
		return nil, errFormat
	}
	k, err := r.find(KeyID(sealed[1:]))
	if err != nil {
		return nil, err
	}
	nonce := sealed[1+len(KeyID{}) : sealedHeader]
	out, err := k.aead.Open(dst, nonce, sealed[sealedHeader:], ad)
	if err != nil {
		return nil, errNotSealed
	}
	return out, nil
}

// sealedUnderCurrent tells whether sealed needs no resealing.
func (r *Keyring) sealedUnderCurrent(sealed []byte) bool {
	return len(sealed) >= SealedOverhead && sealed[0] == sealedFormat && KeyID(sealed[1:]) == r.current.id
}
