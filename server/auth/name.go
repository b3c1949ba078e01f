package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of a sign-in name, in characters (code points) after normalising.
const (
	MinName = 3
	MaxName = 40
)

// signInName is a name in two spellings: as its owner reads it, and the one that
// decides whether two are the same.
type signInName struct{ shown, key string }

// parseName checks a sign-in name. Compatibility forms and case do not count, so
// that a phone's full-width or capitalised letters find the same account.
func parseName(s string) (signInName, error) {
	bad := &Error{Code: CodeNameBad, Field: "name"}
	if len(s) > 4*MaxName || !utf8.ValidString(s) {
		return signInName{}, bad
	}
	shown := norm.NFKC.String(s)
	key := norm.NFKC.String(cases.Fold().String(shown))
	for _, spelling := range []string{shown, key} {
		if n := utf8.RuneCountInString(spelling); n < MinName || n > MaxName {
			return signInName{}, bad
		}
	}
	if !onlyLetters(shown, ".-_") {
		return signInName{}, bad
	}
	return signInName{shown: shown, key: key}, nil
}

// onlyLetters says whether s has only letters, their marks (two at most on one
// letter), digits and the characters in also; and no letter that looks like nothing.
func onlyLetters(s, also string) bool {
	marks := 2
	for _, r := range s {
		switch {
		case unicode.IsMark(r):
			if marks++; marks > 2 {
				return false
			}
		case blank(r):
			return false
		case unicode.IsLetter(r), unicode.IsDigit(r):
			marks = 0
		default:
			if !strings.ContainsRune(also, r) {
				return false
			}
			marks = 2
		}
	}
	return true
}

// blank is true for the letters that Unicode draws as nothing (Hangul fillers).
func blank(r rune) bool {
	return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0
}
