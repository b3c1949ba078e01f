package fact

import (
	"encoding/base64"
	"strings"
)

// IDBytes is the number of random bytes in an id.
const IDBytes = 16

// idEncoding is strict: one id has one spelling, so that ids compare as strings.
var idEncoding = base64.RawURLEncoding.Strict()

// FormID is prefix and 22 characters of base64url for 16 bytes.
func FormID(prefix string, random [IDBytes]byte) string {
	return prefix + idEncoding.EncodeToString(random[:])
}

// IDRandom is the inverse of FormID.
func IDRandom(prefix, s string) (random [IDBytes]byte, ok bool) {
	rest, found := strings.CutPrefix(s, prefix)
	if !found || len(rest) != 22 {
		return random, false
	}
	b, err := idEncoding.DecodeString(rest)
	if err != nil || len(b) != IDBytes {
		return random, false
	}
	copy(random[:], b)
	return random, true
}

// WellFormedID says whether s is what FormID makes.
func WellFormedID(prefix, s string) bool {
	_, ok := IDRandom(prefix, s)
	return ok
}
