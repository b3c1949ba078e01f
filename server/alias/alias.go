// Package alias says which names an eye takes for each other: whatever the case, width,
// spacing, punctuation and accents, with doubled letters, with letters of other scripts
// and digits that look like Latin ones. It is pure.
//
//	alias.go      how a name looks, and which names look alike
//	staff.go      which look like the team's
//	lookalike.go  the letters
package alias

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

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

// Marks are what an alias is known by among others. Two aliases look alike where one
// claims what the other must not meet: see Alike. Digits at the end are a number when
// both have one ("Fox 1" is not "Fox 11"), and letters when the other has none ("Robin1"
// looks like "Robinl").
type Marks struct {
	Claims []string // what it takes
	Meets  []string // what must not be taken by another
}

// Of is the marks of an alias; none for one without a letter or digit.
func Of(alias string) Marks {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, norm.NFKC.String(alias))
	if !strings.ContainsFunc(plain, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return Marks{}
	}
	stem := strings.TrimRightFunc(plain, unicode.IsDigit)
	number := plain[len(stem):]
	var m Marks
	for _, look := range looks(plain) {
		if number == "" {
			m.Claims = append(m.Claims, "word "+look)
			m.Meets = append(m.Meets, "word "+look, "numbered "+look)
		} else {
			m.Claims = append(m.Claims, "numbered "+look)
			m.Meets = append(m.Meets, "word "+look)
		}
	}
	if number == "" {
		return m
	}
	for _, look := range looks(stem) {
		both := "number " + look + " " + number
		m.Claims, m.Meets = append(m.Claims, both), append(m.Meets, both)
	}
	return m
}

// looks are the ways in which a name may be read, each once.
func looks(s string) []string {
	one, other := skeleton(s), skeleton(pairs.Replace(cases.Fold().String(s)))
	if one == other {
		return []string{one}
	}
	return []string{one, other}
}

// Alike says whether an eye may take one for the other.
func Alike(a, b string) bool {
	claims := map[string]bool{}
	for _, mark := range Of(a).Claims {
		claims[mark] = true
	}
	for _, mark := range Of(b).Meets {
		if claims[mark] {
			return true
		}
	}
	return false
}
