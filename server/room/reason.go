package room

import "slices"

// Reason is why a moderator did something: a code that stands in the record and that
// clients have words for. Free words go beside it, in the body.
type Reason string

// Reasons are the only ones there are: the house rules that moderators act on.
var Reasons = []Reason{
	"method",     // how harm was done, doses, names of medicines
	"contact",    // numbers, addresses, other platforms
	"privacy",    // what another person said, or who they are
	"unkind",     // shaming, harassment
	"pursuit",    // romance, pressing somebody
	"selling",    // offers, sources
	"not_sober",  // written while not sober
	"off_room",   // belongs elsewhere
	"safety",     // somebody's safety asks for it
	"calm",       // the room needs a rest
	"no_breach",  // an earlier act was a mistake, or there was nothing to act on
	"asked",      // the person asked for it
	"care_ended", // somebody's time in the programme ends
	"other",      // see the words
}

func (r Reason) known() bool { return slices.Contains(Reasons, r) }

// said is the reason and the moderator's words of an act, checked: a reason is
// needed, words are not.
func said(r Reason, words string) (string, error) {
	if !r.known() {
		return "", ErrBadReason
	}
	return orEmpty(cleanText(words, MaxWords))
}

// MaxWords bounds what a moderator adds to an act, in code points.
const MaxWords = 1000

// over is the member that a moderator wants to act on: participants, and for the
// lead everybody but themselves.
func (s *State) over(by Member, id MemberRef) (Member, error) {
	m, ok := s.members.get(id)
	switch {
	case !ok || m.Left != 0:
		return Member{}, ErrNoSuchMember
	case !by.mayActOn(m):
		return Member{}, ErrNotAllowed
	}
	return m, nil
}

func (m Member) mayActOn(target Member) bool {
	return target.Role == Participant && m.Role.Staff() || m.Role == Lead && target.Person != m.Person
}
