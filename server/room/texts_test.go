package room_test

import (
	"strings"
	"unicode/utf8"
)

// spoken is what a client sends and what is kept of it, written down by hand: as a
// text of several lines and as one line. The model never calls the code that
// cleans.
type spoken struct{ raw, text, line string }

var texts = []spoken{
	{"one day at a time", "one day at a time", "one day at a time"},
	{"  tired \r\n but here\t", "tired \n but here", "tired but here"},
	{"cafe\u0301", "caf\u00e9", "caf\u00e9"},
	{"a\x00b\u202ec", "abc", "abc"},
	{"\u2067kept\u2069", "\u2067kept\u2069", "\u2067kept\u2069"},
	{"<img src=x>", "<img src=x>", "<img src=x>"},
	{" \n\t ", "", ""},
	{"", "", ""},
	{strings.Repeat("x", 60), strings.Repeat("x", 60), strings.Repeat("x", 60)},
	{strings.Repeat("x", 61), strings.Repeat("x", 61), strings.Repeat("x", 61)},
	{strings.Repeat("y", 201), strings.Repeat("y", 201), strings.Repeat("y", 201)},
	{strings.Repeat("ä", 4000) + " ", strings.Repeat("ä", 4000), strings.Repeat("ä", 4000)},
	{strings.Repeat("z", 4001), strings.Repeat("z", 4001), strings.Repeat("z", 4001)},
}

// called is an alias: as kept, and what it sounds like. "" as key: it cannot be one.
type called struct{ raw, kept, key string }

var aliases = []called{
	{"Robin", "Robin", "robin"},
	{" ROBIN ", "ROBIN", "robin"},
	{"Rob  in", "Rob in", "robin"},
	{"\uff32\uff4f\uff42\uff49\uff4e", "\uff32\uff4f\uff42\uff49\uff4e", "robin"},
	{"r.o-b.i_n", "r.o-b.i_n", "robin"},
	{"R\u043ebin", "R\u043ebin", "robin"}, // a Cyrillic letter
	{"R0bin", "R0bin", "robin"},
	{"Rob\u00edn", "Rob\u00edn", "robin"},
	{"Roobin", "Roobin", "robin"},
	{"Kim", "Kim", "kim"},
	{"Kirn", "Kirn", "kim"},
	{"Kim 2", "Kim 2", "kim2"},
	{"Stra\u00dfe", "Stra\u00dfe", "strasse"},
	{"STRASSE", "STRASSE", "strasse"},
	{"Ana", "Ana", "ana"},
	{"Bo", "Bo", "bo"},
	{"Cy", "Cy", "cy"},
	{"Di", "Di", "di"},
	{"\u05d3\u05e0\u05d9", "\u05d3\u05e0\u05d9", "\u05d3\u05e0\u05d9"},
	{"", "", ""},
	{"!!!", "!!!", ""},
	{"\U0001f31e", "\U0001f31e", ""},
	{strings.Repeat("q", 24), strings.Repeat("q", 24), strings.Repeat("q", 24)},
	{strings.Repeat("q", 25), "", ""},
}

func keptText(raw string, limit int) (string, string) {
	for _, s := range texts {
		if s.raw == raw {
			return within(s.text, limit)
		}
	}
	panic("a text that the table lacks")
}

func keptLine(raw string, limit int) (string, string) {
	for _, s := range texts {
		if s.raw == raw {
			return within(s.line, limit)
		}
	}
	panic("a line that the table lacks")
}

func within(kept string, limit int) (string, string) {
	switch n := utf8.RuneCountInString(kept); {
	case n == 0:
		return "", "text_empty"
	case n > limit:
		return "", "text_too_long"
	}
	return kept, ""
}

func aliasOf(raw string) called {
	for _, a := range aliases {
		if a.raw == raw {
			return a
		}
	}
	panic("an alias that the table lacks")
}
