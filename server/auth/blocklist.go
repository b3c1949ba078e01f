package auth

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// blocklistText is our own collection of what people choose first, as bare
// words: digits around them, letters written as digits, doubling and separators
// are taken off by rule before looking a passphrase up.
//
//go:embed blocklist.txt
var blocklistText string

var blocklist = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(blocklistText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		words[squeezed(line)] = true
		// Looked up with the look-alike digits resolved, "l" is "i" (see plain).
		words[plain(squeezed(line))] = true
	}
	return words
})

// common says whether the passphrase is among the first an attacker tries.
func common(passphrase string) bool {
	s := squeezed(passphrase)
	for _, core := range []string{s, undecorated(s, atHead|atTail), undecorated(s, atHead), undecorated(s, atTail)} {
		for _, form := range []string{core, joined(core), plain(core), plain(joined(core))} {
			if tooSimple(form) || blocklist()[form] || blocklist()[repeated(form)] {
				return true
			}
		}
	}
	return false
}

// tooSimple says whether s is empty, one run along the alphabet, the digits or
// the keyboard, or up to three characters over and over, or a date.
func tooSimple(s string) bool {
	return s == "" || utf8.RuneCountInString(repeated(s)) <= 3 || sequence(s) || date(s)
}

// rows are what fingers and tongues run along, both ways and round.
var rows = []string{
	"01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
	"qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm", "1qaz2wsx3edc4rfv5tgb",
	"qwertyuiopasdfghjklzxcvbnm", "!@#$%^&*()",
}

// sequence says whether s is made of pieces of four or more along a row.
func sequence(s string) bool {
	for s != "" {
		n := 0
		for _, row := range rows {
			n = max(n, along(s, row), along(s, reversed(row)))
		}
		if n < min(4, len(s)) {
			return false
		}
		s = s[n:]
	}
	return true
}

// along is how many bytes of s, from its start, follow the row; the row goes on
// again from its start.
func along(s, row string) int {
	start := strings.IndexByte(row, s[0])
	if start < 0 {
		return 0
	}
	n := 0
	for n < len(s) && s[n] == row[(start+n)%len(row)] {
		n++
	}
	return n
}

// repeated is the shortest piece that gives s when said over and over.
func repeated(s string) string {
	r := []rune(s)
	for n := 1; n <= len(r)/2; n++ {
		if slices.Equal(r[n:], r[:len(r)-n]) {
			return string(r[:n])
		}
	}
	return s
}

// date says whether s is eight digits, or digits with separators, that can be
// read as a day of the last or this century.
func date(s string) bool {
	d := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-./_", r) {
			return -1
		}
		return r
	}, s)
	if len(d) != 8 || strings.TrimLeft(d, "0123456789") != "" {
		return false
	}
	year := func(y string) bool { return y >= "1900" && y <= "2099" }
	day := func(a, b string) bool { return a >= "01" && a <= "31" && b >= "01" && b <= "31" && min(a, b) <= "12" }
	return year(d[:4]) && day(d[4:6], d[6:]) || year(d[4:]) && day(d[:2], d[2:4])
}

// Ends of a passphrase.
const (
	atHead = 1 << iota
	atTail
	// maxDecoration is how many digits and signs are taken for decoration.
	maxDecoration = 6
)

// undecorated is s without what people put round a word to please a rule: a few
// digits or signs, or any number of them in a row.
func undecorated(s string, ends int) string {
	sign := func(r rune) bool { return !unicode.IsLetter(r) }
	core := s
	if ends&atHead != 0 {
		core = strings.TrimLeftFunc(core, sign)
	}
	if ends&atTail != 0 {
		core = strings.TrimRightFunc(core, sign)
	}
	if core == "" {
		return s
	}
	head, tail, _ := strings.Cut(s, core)
	for _, end := range []string{head, tail} {
		if utf8.RuneCountInString(end) > maxDecoration && !tooSimple(end) {
			return s
		}
	}
	return core
}

// joined is s without separators between its words.
func joined(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.,;:!?*+#/'", r) {
			return -1
		}
		return r
	}, s)
}

// plain resolves the digits and signs that stand for letters. "1" and "!" stand
// for both i and l, so both become i.
func plain(s string) string { return leet.Replace(s) }

var leet = strings.NewReplacer("0", "o", "1", "i", "!", "i", "|", "i", "l", "i", "3", "e", "4", "a", "@", "a",
	"5", "s", "$", "s", "7", "t", "+", "t", "8", "b", "9", "g")

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
