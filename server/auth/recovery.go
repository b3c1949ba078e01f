package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// Recovery codes stand in for a lost phone, each of them once. They are as strong as a
// random number of 60 bits, so that a plain hash keeps them.
const (
	RecoveryCodes  = 10
	recoveryLength = 12
	// recoveryLetters has no letter that looks like another, and no vowel.
	recoveryLetters = "23456789bcdfghjkmnpqrstvwxyz"
)

// newRecovery is fresh codes as people see them, "bcdf-ghjk-mnpq", and their hashes.
func (g *Gate) newRecovery() (codes []string, hashes [][]byte, err error) {
	for range RecoveryCodes {
		code, err := g.randomLetters(recoveryLength)
		if err != nil {
			return nil, nil, err
		}
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:])
		hashes = append(hashes, recoveryHash(code))
	}
	return codes, hashes, nil
}

// randomLetters draws evenly: bytes that would favour some letters are drawn again.
func (g *Gate) randomLetters(n int) (string, error) {
	even := 256 / len(recoveryLetters) * len(recoveryLetters)
	var out strings.Builder
	for out.Len() < n {
		var b [1]byte
		if err := g.random(b[:]); err != nil {
			return "", err
		}
		if int(b[0]) < even {
			out.WriteByte(recoveryLetters[int(b[0])%len(recoveryLetters)])
		}
	}
	return out.String(), nil
}

func recoveryHash(code string) []byte {
	sum := sha256.Sum256([]byte("kith recovery\x00" + code))
	return sum[:]
}

// recoveryIndex is which of the hashes the code, as tidy leaves it, is of; -1: none.
func recoveryIndex(hashes [][]byte, code string) int {
	found, sum := -1, recoveryHash(code)
	for i, h := range hashes {
		if subtle.ConstantTimeCompare(h, sum) == 1 {
			found = i
		}
	}
	return found
}
