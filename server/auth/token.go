package auth

import (
	"crypto/sha256"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

const secretBytes = 32

// sessionToken is what the cookie holds: person, session, secret; 80 bytes as
// base64url. It names where to look, so that finding a session is two reads, and
// proves itself with the secret, of which only the hash is stored.
type sessionToken struct {
	person  person.ID
	session person.SessionID
	secret  [secretBytes]byte
}

func (t sessionToken) String() string {
	p, _ := fact.IDRandom("p_", string(t.person))
	s, _ := fact.IDRandom("s_", string(t.session))
	return encoding.EncodeToString(append(append(p[:], s[:]...), t.secret[:]...))
}

// parseSessionToken is false for everything that is not a token's one spelling.
func parseSessionToken(s string) (t sessionToken, ok bool) {
	const length = 2*fact.IDBytes + secretBytes
	if len(s) != encoding.EncodedLen(length) {
		return t, false
	}
	b, err := encoding.DecodeString(s)
	if err != nil || len(b) != length {
		return t, false
	}
	t.person = person.ID(fact.FormID("p_", [fact.IDBytes]byte(b)))
	t.session = person.SessionID(fact.FormID("s_", [fact.IDBytes]byte(b[fact.IDBytes:])))
	copy(t.secret[:], b[2*fact.IDBytes:])
	return t, true
}

// hashed is what is stored of a secret. The secret is 32 random bytes: a plain
// hash can't be turned round, and needs no salt.
func hashed(secret [secretBytes]byte) []byte {
	sum := sha256.Sum256(secret[:])
	return sum[:]
}
