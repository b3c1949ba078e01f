package auth

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is what one argon2id hash takes.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// Recommended is the first choice of the OWASP Password Storage Cheat Sheet for
// argon2id as of 2026: 19 MiB, two passes, one lane.
var Recommended = Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1}

// InsecureTestCost makes hashes that are worth nothing, quickly. For tests alone.
var InsecureTestCost = Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}

const (
	saltBytes = 16
	hashBytes = 32
	// maxStoredMemoryKiB bounds what a stored hash can make a check allocate.
	maxStoredMemoryKiB = 1 << 20
)

// errHash: a stored hash is not in the PHC form this package writes.
var errHash = errors.New("auth: a stored passphrase hash is not readable")

// phc is a hash with everything needed to compute it again, in the PHC string
// format: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
type phc struct {
	cost       Cost
	salt, hash []byte
}

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.MemoryKiB, p.cost.Passes, p.cost.Lanes,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.hash))
}

func parsePHC(s string) (phc, error) {
	var p phc
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.MemoryKiB, &p.cost.Passes, &p.cost.Lanes); err != nil {
		return phc{}, errHash
	}
	if p.cost.MemoryKiB > maxStoredMemoryKiB || p.cost.Passes < 1 || p.cost.Passes > 64 || p.cost.Lanes < 1 {
		return phc{}, errHash
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	p.hash, err2 = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	// Spelling it again catches what Sscanf forgives: signs, spaces, a tail.
	if err1 != nil || err2 != nil || len(p.salt) != saltBytes || len(p.hash) != hashBytes || p.String() != s {
		return phc{}, errHash
	}
	return p, nil
}

func (c Cost) compute(passphrase string, salt []byte) phc {
	return phc{c, salt, argon2.IDKey([]byte(passphrase), salt, c.Passes, c.MemoryKiB, c.Lanes, hashBytes)}
}

func (p phc) matches(passphrase string) bool {
	got := p.cost.compute(passphrase, p.salt)
	return subtle.ConstantTimeCompare(got.hash, p.hash) == 1
}
