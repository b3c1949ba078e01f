package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/kith-chat/kith/server/person"
)

const deviceNonceBytes = 16

// knownDevice is a token that only somebody who knew the account's present
// passphrase was ever given: a random number and its signature.
func (g *Gate) knownDevice(a account) (string, error) {
	nonce := make([]byte, deviceNonceBytes)
	if err := g.random(nonce); err != nil {
		return "", err
	}
	return encoding.EncodeToString(append(nonce, g.signDevice(a.Person, a.Gen, nonce)...)), nil
}

// deviceOf is the number of the known device, if the token is one of this account
// and of its present passphrase.
func (g *Gate) deviceOf(a account, token string) (nonce string, ok bool) {
	b, err := encoding.DecodeString(token)
	if err != nil || len(b) != deviceNonceBytes+sha256.Size || a.Person == "" {
		return "", false
	}
	n, mac := b[:deviceNonceBytes], b[deviceNonceBytes:]
	return string(n), hmac.Equal(mac, g.signDevice(a.Person, a.Gen, n))
}

func (g *Gate) signDevice(p person.ID, gen uint64, nonce []byte) []byte {
	h := hmac.New(sha256.New, g.deviceKey)
	h.Write([]byte("kith known device 1\x00"))
	h.Write([]byte(p))
	h.Write(binary.BigEndian.AppendUint64([]byte{0}, gen))
	h.Write(nonce)
	return h.Sum(nil)
}
