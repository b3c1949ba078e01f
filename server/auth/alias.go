package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kith-chat/kith/server/alias"
)

// Limits of an alias, in characters (code points) after normalising.
const (
	MinAlias = 2
	MaxAlias = 24
)

// CheckAlias returns the alias as the room is to show it: NFC, without spaces at
// its ends, with single ones inside. Only staff may look like staff. Whether
// somebody in the room has it is the room's to say. Pure.
// Errors: alias_bad, alias_staff; field "alias".
func CheckAlias(s string, staff bool) (string, error) {
	bad := &Error{Code: CodeAliasBad, Field: "alias"}
	if len(s) > 16*MaxAlias || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) && r != ' ' }) {
		return "", bad
	}
	shown := norm.NFC.String(strings.Join(strings.Fields(s), " "))
	if n := utf8.RuneCountInString(shown); n < MinAlias || n > MaxAlias || !onlyLetters(shown, " ") {
		return "", bad
	}
	if !strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "", bad
	}
	if !staff && alias.LikeStaff(shown) {
		return "", &Error{Code: CodeAliasStaff, Field: "alias"}
	}
	return shown, nil
}
