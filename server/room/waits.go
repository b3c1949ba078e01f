package room

import (
	"cmp"
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// WaitKind is what waits for a moderator.
type WaitKind string

// What may wait.
const (
	WaitHeld   WaitKind = "held"   // a message, before it is shown
	WaitReport WaitKind = "report" // a message that breaks the rules, somebody says
	WaitWorry  WaitKind = "worry"  // somebody is worried about who wrote a message
	WaitAppeal WaitKind = "appeal" // somebody asks for another look
	WaitLine   WaitKind = "line"   // somebody waits on their private line
	WaitCall   WaitKind = "call"   // somebody asks for a moderator now
)

// Wait is one thing that waits for a moderator of the room. It holds no text.
type Wait struct {
	Kind  WaitKind
	Ref   Seq // the message, the note, or Member.Index + 1 of whose line it is
	Since Time
}

// Waits is everything that waits now, what has waited longest first. Not for forks.
func (s *State) Waits() []Wait {
	var all []Wait
	for _, h := range s.held.all() {
		if h.State == HeldWaiting && !s.lapsed(h.At) {
			all = append(all, Wait{WaitHeld, h.Seq, h.At})
		}
	}
	for _, r := range s.reports.all() {
		m, ok := s.messages.find(r.Message)
		if !ok || !r.Open || s.lapsed(m.At) {
			continue
		}
		kind := WaitReport
		if r.Worry > 0 {
			kind = WaitWorry
		}
		all = append(all, Wait{kind, r.Message, r.First})
	}
	for _, n := range s.notes.all() {
		if made, ok := s.words.get(n.Appeal.Made); ok && n.Appeal.State == AppealOpen && !s.lapsed(n.At) {
			all = append(all, Wait{WaitAppeal, n.Seq, made.At})
		}
	}
	for who, l := range s.lines.all() {
		if m, ok := s.Present(who); ok && l.Waits != 0 && !s.lapsed(l.Waits) {
			all = append(all, Wait{WaitLine, Seq(m.Index) + 1, l.Waits})
		}
	}
	for who, call := range s.Calls() {
		if m, ok := s.Present(who); ok {
			all = append(all, Wait{WaitCall, Seq(m.Index) + 1, call.At})
		}
	}
	slices.SortFunc(all, func(a, b Wait) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ref, b.Ref))
	})
	return all
}

// Team is who of those present looks after the room, in order of joining.
func (s *State) Team() (team []person.ID) {
	for _, m := range s.Members() {
		if m.Role.Staff() && s.Here(m) {
			team = append(team, m.Person)
		}
	}
	return team
}

// Calls says whether an entry may change what waits or who looks after the room. What
// is said and done in a room all day does not.
func (e Entry) Calls() bool {
	switch e.Event.(type) {
	case *MessagePosted, *MessageEdited, *MessageRemoved, *ReactionSet, *RoomRenamed, *TopicSet, *RulesSet, *PaceSet, *HoursSet,
		*SessionsSet, *UnattendedSet, *HouseSet, *MessagePinned, *DutySet:
		return false
	}
	return true
}
