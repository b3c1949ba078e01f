package room

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// MinSearch and MaxSearch bound what is searched for, in code points.
const (
	MinSearch = 2
	MaxSearch = 100
)

// Search is words that are looked for in texts, whatever their case and accents.
type Search struct{ words []string }

// NewSearch reads what somebody typed. Errors: ErrTextEmpty for fewer than two letters,
// ErrTextTooLong.
func NewSearch(typed string) (Search, error) {
	line, err := cleanLine(typed, MaxSearch)
	if err != nil {
		return Search{}, err
	}
	plain := plainly(line)
	if len([]rune(plain)) < MinSearch {
		return Search{}, ErrTextEmpty
	}
	return Search{strings.Fields(plain)}, nil
}

// Finds says whether a text has every one of the words in it.
func (s Search) Finds(text string) bool {
	plain := plainly(text)
	for _, word := range s.words {
		if !strings.Contains(plain, word) {
			return false
		}
	}
	return true
}

// plainly is a text without case and accents.
func plainly(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		plain = s
	}
	return cases.Fold().String(plain)
}
