package auth

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckAlias(t *testing.T) {
	for in, want := range map[string]string{
		"Fox": "Fox", "  Red   Fox ": "Red Fox", "Zoe\u0308": "Zoë", "42": "42", "李雷": "李雷", "Анна": "Анна", "अनिल": "अनिल",
		strings.Repeat("a", 24): strings.Repeat("a", 24), "Modesty": "Modesty", "Doctrine": "Doctrine", "Leah": "Leah", "Hosta 7": "Hosta 7",
	} {
		if got, err := CheckAlias(in, false); got != want || err != nil {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "x", " x ", strings.Repeat("a", 25), "a_b", "fox!", "<b>", "a\tb", "a\nb", "a\u00a0b", "a\u200bb", "\u202efox", "\u3164\u3164",
		"b\u0301\u0302\u0303b", "\u0301\u0301", "\xff\xfe", strings.Repeat("é", 500), "🦊🦊",
	} {
		if got, err := CheckAlias(in, false); CodeOf(err) != CodeAliasBad {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

// Looking like staff, by every trick of the domain's list: case, spacing, accents,
// look-alike letters and digits, doubled letters, pairs that look like one letter.
func TestAttackLookingLikeStaff(t *testing.T) {
	for _, in := range []string{
		"Moderator", "MODERATOR", "m o d e r a t o r", "Moderat0r", "M0derator 2", "Mod", "mod 7", "Mods", "rnoderator", "Modératör",
		"Мodеrаtоr", "Μοderator", "ΗELP", "ΝURSE", "Кith Сrisis line", "The Moderators", "Admin", "4dm1n", "Аdmin", "ADMlN", "admin99", "Staff", "Stafff", "S t a f f", "5taff",
		"Kith", "K1th", "Kith Team", "кith", "Help", "He1p", "Help desk", "Support", "5upp0rt", "Therapist", "The rapist", "Nurse Joy",
		"Doctor Who", "Dr Fox", "DR", "Doc", "Counselor", "Counsellor", "C0unsel0r", "counse1or", "Team Lead", "Lead", "System", "Host",
		"Coach", "Crisis line", "Ｓｔａｆｆ", "Sponsor", "Official Fox",
	} {
		if _, err := CheckAlias(in, false); CodeOf(err) != CodeAliasStaff {
			t.Errorf("%q: %v", in, err)
		}
		if _, err := CheckAlias(in, true); err != nil {
			t.Errorf("%q for staff: %v", in, err)
		}
	}
}

func FuzzCheckAlias(f *testing.F) {
	f.Add("Red Fox")
	f.Add("\u1100\u1161\u11a8")
	f.Add("ﬀ\u0345")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := CheckAlias(in, false)
		if err != nil {
			return
		}
		if n := utf8.RuneCountInString(got); n < MinAlias || n > MaxAlias {
			t.Errorf("%d characters", n)
		}
		if again, err := CheckAlias(got, false); again != got || err != nil {
			t.Errorf("%q became %q (%v)", got, again, err)
		}
	})
}

func FuzzSessionToken(f *testing.F) {
	f.Add(strings.Repeat("A", 107))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if token, ok := parseSessionToken(s); ok && token.String() != s {
			t.Errorf("%q has another spelling", s)
		}
	})
}
