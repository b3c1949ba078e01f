package auth

import (
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp/hotp"
)

// The second step is a code of six digits that an app on the person's phone makes
// anew every 30 seconds (TOTP, RFC 6238, with SHA-1 as every such app has it).
const (
	codeEvery  = 30 * time.Second
	codeDigits = 6
	// codeSkew is how many codes before and after the present one are good, for
	// clocks that differ (RFC 6238, section 5.2).
	codeSkew = 1
	// secretSize is in bytes (RFC 4226, section 4, R6).
	secretSize = 20
	issuer     = "Kith"
)

func spelt(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

func codeStep(now time.Time) uint64 { return uint64(now.Unix()) / uint64(codeEvery.Seconds()) }

// stepOfCode is the step of time that the code is of; false where it is none of those
// after last: a code is good once (RFC 6238, section 5.2).
func stepOfCode(secret []byte, code string, now time.Time, last uint64) (step uint64, ok bool) {
	present := codeStep(now)
	for at := present - codeSkew; at <= present+codeSkew; at++ {
		want, err := hotp.GenerateCode(spelt(secret), at)
		// Every step is compared, whichever is right.
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && at > last {
			step, ok = at, true
		}
	}
	return step, ok
}

// isCode says whether the text, as tidy leaves it, has the form of a code.
func isCode(text string) bool {
	return len(text) == codeDigits && strings.Trim(text, "0123456789") == ""
}

// tidy takes out of a code what people put between its parts.
func tidy(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\t", "", "\u00a0", "").Replace(code))
}

// appURL is what the app reads from the picture (key URI format of Google
// Authenticator).
func appURL(secret []byte, name string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + name}
	q := url.Values{"secret": {spelt(secret)}, "issuer": {issuer}}
	u.RawQuery = q.Encode()
	return u.String()
}
