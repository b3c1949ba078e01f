package auth

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of a passphrase, in characters (code points) after NFC.
const (
	MinPassphrase = 8
	MaxPassphrase = 256
	// maxPassphraseBytes bounds what is normalised at all.
	maxPassphraseBytes = 16 * MaxPassphrase
)

// normalPassphrase is the spelling that is hashed: the same characters typed on
// another keyboard must give the same bytes. Beyond that nothing is changed, not
// even a space at an end.
func normalPassphrase(s string) string {
	if len(s) > maxPassphraseBytes {
		return ""
	}
	return norm.NFC.String(s)
}

// CheckPassphrase returns a new passphrase as it is to be hashed. It refuses the
// short, the long and the obvious, and what contains one of about (the sign-in
// name, the alias, the programme's name). There are no rules of composition.
// Errors: passphrase_short, passphrase_long, passphrase_common; field "passphrase".
func CheckPassphrase(s string, about ...string) (string, error) {
	normal := normalPassphrase(s)
	n := utf8.RuneCountInString(normal)
	switch {
	case len(s) > maxPassphraseBytes || n > MaxPassphrase:
		return "", &Error{Code: CodePassphraseLong, Field: "passphrase"}
	case n < MinPassphrase:
		return "", &Error{Code: CodePassphraseShort, Field: "passphrase"}
	case common(normal) || tellsAbout(normal, about):
		return "", &Error{Code: CodePassphraseCommon, Field: "passphrase"}
	}
	return normal, nil
}

// tellsAbout says whether the passphrase is made from what others may know.
func tellsAbout(passphrase string, about []string) bool {
	folded := squeezed(passphrase)
	for _, a := range about {
		piece := squeezed(a)
		long := utf8.RuneCountInString(piece)
		if long < 3 || !strings.Contains(folded, piece) {
			continue
		}
		// Three letters stand in many harmless words: they count only where
		// little else is left.
		rest := utf8.RuneCountInString(strings.ReplaceAll(folded, piece, ""))
		if long > 3 || rest < MinPassphrase {
			return true
		}
	}
	return false
}

// squeezed is s without case, compatibility forms and white space.
func squeezed(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(cases.Fold().String(norm.NFKC.String(s)))), "")
}
