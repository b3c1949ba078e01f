package alias

import (
	"strings"
	"unicode"
)

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

// LikeStaff says whether an alias looks like somebody of the team, in whatever spelling.
func LikeStaff(alias string) bool {
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
