package auth

import (
	"strings"
	"testing"
)

func TestCheckPassphrase(t *testing.T) {
	about := []string{"rüdiger.m", "Red Fox", "Harbour House", "Al", "Sam"}
	for pass, want := range map[string]string{
		"seven77":                      CodePassphraseShort,
		"":                             CodePassphraseShort,
		"e\u0301a\u0301o\u0301u\u0301": CodePassphraseShort, // four letters, however spelt
		strings.Repeat("ab cd ", 50):   CodePassphraseLong,
		strings.Repeat("é", 3000):      CodePassphraseLong,
		"password":                     CodePassphraseCommon,
		"Password1":                    CodePassphraseCommon,
		"P@ssw0rd2026!":                CodePassphraseCommon,
		"pass word":                    CodePassphraseCommon,
		"passwordpassword":             CodePassphraseCommon,
		"password12345678":             CodePassphraseCommon,
		"ILOVEYOU!!":                   CodePassphraseCommon,
		"one-day-at-a-time":            CodePassphraseCommon,
		"One day at a time.":           CodePassphraseCommon,
		"S0briety1":                    CodePassphraseCommon,
		"letmein1":                     CodePassphraseCommon,
		"1etme1n99":                    CodePassphraseCommon,
		"recovery2026":                 CodePassphraseCommon,
		"12345678":                     CodePassphraseCommon,
		"87654321":                     CodePassphraseCommon,
		"qwertyuiop":                   CodePassphraseCommon,
		"qwerty123456":                 CodePassphraseCommon,
		"abcd1234":                     CodePassphraseCommon,
		"1q2w3e4r5t":                   CodePassphraseCommon,
		"1qaz2wsx":                     CodePassphraseCommon,
		"aaaaaaaaaa":                   CodePassphraseCommon,
		"abababab":                     CodePassphraseCommon,
		"19800412":                     CodePassphraseCommon,
		"12-04-1980":                   CodePassphraseCommon,
		"        ":                     CodePassphraseCommon,
		"Rüdiger.M rides":              CodePassphraseCommon,
		"RU\u0308DIGER.M rides":        CodePassphraseCommon,
		"the redfox runs":              CodePassphraseCommon,
		"harbour house tea":            CodePassphraseCommon,
		"sam12345":                     CodePassphraseCommon,
		"samurai crossing a lake":      "", // three letters in a long one
		"all the small hours":          "", // two never count
		"lamp tortoise nine":           "",
		"ninelamps":                    "",
		"пять больших черепах":         "",
		"四つの大きな静かな亀":                   "",
		"my password is longer than most of them": "",
		"x7#kQ9!v": "",
	} {
		_, err := CheckPassphrase(pass, about...)
		if CodeOf(err) != want {
			t.Errorf("%q: %v, want %q", pass, err, want)
		}
		if err != nil && (err.(*Error).Field != "passphrase" || strings.Contains(err.Error()+err.(*Error).Text(), pass) && pass != "") {
			t.Errorf("%q: the error's field or words", pass)
		}
	}
}

// Two keyboards, one passphrase: the bytes that are hashed are the same.
func TestPassphraseIsNormalised(t *testing.T) {
	a, errA := CheckPassphrase("schl\u00f6sser am see")
	b, errB := CheckPassphrase("schlo\u0308sser am see")
	if a != b || errA != nil || errB != nil {
		t.Error(a, b, errA, errB)
	}
	if c, err := CheckPassphrase("  Two Spaces kept "); c != "  Two Spaces kept " || err != nil {
		t.Error(c, err)
	}
}

func TestBlocklist(t *testing.T) {
	if n := len(blocklist()); n < 300 {
		t.Errorf("only %d words", n)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(blocklistText) {
		if word := squeezed(line); word != "" && seen[word] {
			t.Errorf("%q stands there twice", word)
		} else {
			seen[word] = true
		}
	}
	for word := range seen {
		if len(word) < 8 || strings.HasPrefix(word, "#") {
			continue
		}
		if _, err := CheckPassphrase(word); CodeOf(err) != CodePassphraseCommon {
			t.Errorf("%q is let through", word)
		}
	}
}

func FuzzCheckPassphrase(f *testing.F) {
	f.Add("password", "name")
	f.Add("\xff\xfe12345678", "")
	f.Add("ß\u0345ΐΰ", "ß")
	f.Fuzz(func(t *testing.T, pass, about string) {
		normal, err := CheckPassphrase(pass, about)
		if err != nil {
			return
		}
		if again, err := CheckPassphrase(normal, about); err != nil || again != normal {
			t.Errorf("not the same the second time: %v", err)
		}
	})
}
