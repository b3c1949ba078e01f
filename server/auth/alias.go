package auth

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
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
	alias := norm.NFC.String(strings.Join(strings.Fields(s), " "))
	if n := utf8.RuneCountInString(alias); n < MinAlias || n > MaxAlias || !onlyLetters(alias, " ") {
		return "", bad
	}
	if !strings.ContainsFunc(alias, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "", bad
	}
	if !staff && looksLikeStaff(alias) {
		return "", &Error{Code: CodeAliasStaff, Field: "alias"}
	}
	return alias, nil
}

// staffAnywhere are words that no participant's alias may contain, however
// spelt. They cost a few honest aliases ("Phelps"); one more can be chosen, but
// trust given to the wrong person can't be taken back.
var staffAnywhere = skeletons("moderator", "moderation", "admin", "staff", "counselor", "counsellor", "counseling", "kith", "help",
	"support", "therapist", "therapy", "nurse", "doctor", "clinic", "clinician", "psychiatrist", "psychologist", "official",
	"programme lead", "program lead", "team lead", "operator", "supervisor", "case worker", "caseworker", "social worker", "sponsor",
	"facilitator", "emergency", "crisis line", "hotline", "system message", "physician", "peer specialist")

// staffAlone are short ones that count only as a word of their own or as the
// whole alias without its spaces.
var staffAlone = skeletons("mod", "mods", "dr", "doc", "md", "rn", "lpn", "np", "lead", "leader", "team", "host", "owner", "system", "sys", "root", "op",
	"bot", "coach", "crisis", "sos")

func looksLikeStaff(alias string) bool {
	for _, word := range append(strings.Fields(alias), strings.ReplaceAll(alias, " ", "")) {
		for _, s := range variants(word) {
			for _, staff := range staffAlone {
				if s == staff || strings.TrimRightFunc(s, unicode.IsDigit) == staff {
					return true
				}
			}
		}
	}
	for _, s := range variants(alias) {
		for _, staff := range staffAnywhere {
			if strings.Contains(s, staff) {
				return true
			}
		}
	}
	return false
}

func skeletons(words ...string) []string {
	var all []string
	for _, w := range words {
		all = append(all, skeleton(w))
	}
	return all
}

// variants are the ways in which an eye may read s: as it stands, and with the
// pairs of letters that look like one ("rn" like "m") read as that one. Digits at
// the end may be a number or letters; both are tried.
func variants(s string) []string {
	number := strings.TrimRightFunc(s, unicode.IsDigit)
	return []string{skeleton(s), skeleton(pairs.Replace(cases.Fold().String(s))), skeleton(number) + s[len(number):]}
}

var pairs = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d", "nn", "m")

// skeleton is s as the eye takes it: no case, spaces, accents or doubled letters;
// look-alike letters of other scripts and digits as the Latin letter.
func skeleton(s string) string {
	var b strings.Builder
	last := rune(-1)
	for _, r := range norm.NFKD.String(cases.Fold().String(capitals.Replace(norm.NFKC.String(s)))) {
		if latin, ok := lookAlikes[r]; ok {
			r = latin
		}
		if unicode.IsMark(r) || unicode.IsSpace(r) || r == last {
			continue
		}
		last = r
		b.WriteRune(r)
	}
	return b.String()
}
