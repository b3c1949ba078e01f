package alias

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLookAlikesAreOfOneLetterEach(t *testing.T) {
	seen := map[rune]bool{}
	for _, row := range lookAlikeRows {
		latin, alike, ok := strings.Cut(row, " ")
		if len(latin) != 1 || !ok {
			t.Errorf("row %q", row)
		}
		for _, r := range alike {
			if seen[r] {
				t.Errorf("%q is in two rows", r)
			}
			seen[r] = true
		}
	}
}

// Whatever disguises a name is put through, one after the other, it still looks like it.
func TestDisguisesAreSeenThrough(t *testing.T) {
	disguises := map[string]func(string) string{
		"capitals": strings.ToUpper,
		"spaces":   func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
		"dots":     func(s string) string { return strings.Join(strings.Split(s, ""), ".") },
		"cyrillic": strings.NewReplacer("a", "а", "e", "е", "o", "о", "c", "с", "p", "р").Replace,
		"digits":   strings.NewReplacer("o", "0", "e", "3", "s", "5").Replace,
		"doubled":  func(s string) string { return s[:1] + s[:1] + s[1:] },
		"accents":  strings.NewReplacer("i", "í", "a", "á").Replace,
		"wide":     strings.NewReplacer("r", "ｒ", "b", "ｂ").Replace,
		"pairs":    strings.NewReplacer("m", "rn", "w", "vv", "d", "cl").Replace,
	}
	names := []string{"robin", "wren", "maple", "blue door", "sam", "juniper", "clover", "dawn"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "name")
		how := rapid.SampledFrom([]string{"capitals", "spaces", "dots", "cyrillic", "digits", "doubled", "accents", "wide", "pairs"}).Draw(t, "how")
		worn := disguises[how](name)
		if rapid.Bool().Draw(t, "capitals too") {
			first := []rune(worn)
			worn = strings.ToUpper(string(first[:1])) + string(first[1:])
		}
		if !Alike(name, worn) || !Alike(worn, name) {
			t.Fatalf("%q is not taken for %q", worn, name)
		}
	})
}

func TestAlikeIsItsOwnMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune("abrn0o1l .mвvwdс2"))
		a := string(rapid.SliceOfN(letters, 1, 6).Draw(t, "a"))
		b := string(rapid.SliceOfN(letters, 1, 6).Draw(t, "b"))
		if Alike(a, b) != Alike(b, a) {
			t.Fatalf("%q and %q", a, b)
		}
		if len(Of(a).Claims) > 0 && !Alike(a, a) {
			t.Fatalf("%q is not like itself", a)
		}
	})
}

// Names that people really have stay apart, but for those that differ by a doubled
// letter or a pair that looks like one letter.
func TestNamesStayApart(t *testing.T) {
	names := strings.Fields("Ada Alex Amy Ana Ben Blue Bo Cara Cy Dan Di Eli Emma Eve Finn Fox Gus Heron Ian Iris Jack Jo Kai Kim Kite Leo Lou Lu " +
		"Maya Mia Nia Noah Oak Owl Pat Quinn Ray Robin Rose Ruth Sam Stork Tess Theo Uma Vera Wren Yan Zoe Juniper Clover Maple Hazel River Sky")
	for i, a := range names {
		for _, b := range names[:i] {
			if Alike(a, b) {
				t.Errorf("%s is taken for %s", a, b)
			}
		}
	}
	for _, pair := range [][2]string{{"Fox 1", "Fox 11"}, {"Fox 1", "Fox 2"}, {"Fox", "Fox 2"}, {"Alias 1", "Alias 111"}} {
		if Alike(pair[0], pair[1]) {
			t.Errorf("%s is taken for %s", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"Ana", "Anna"}, {"Robin1", "Robinl"}, {"Mia", "Rnia"}, {"Fox 1", "F0x 1"}} {
		if !Alike(pair[0], pair[1]) {
			t.Errorf("%s is not taken for %s", pair[0], pair[1])
		}
	}
}
