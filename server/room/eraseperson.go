package room

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// ErasePerson ends the texts of one person in this room, at most maxErase bodies at
// a time: ErrNothingDue when there is nothing left. What others wrote stays.
type ErasePerson struct {
	Person person.ID
	Reason Reason
}

func (ErasePerson) act() act { return "erase_person" }

func (a ErasePerson) decide(s *State, _ Command, _ Member) (Event, error) {
	if !a.Reason.known() {
		return nil, ErrBadReason
	}
	m, ok := s.members.get(a.Person)
	if !ok {
		return nil, ErrNoSuchMember
	}
	if s.legalHold {
		return nil, ErrLegalHold
	}
	bodies := s.textsOf(m)
	if len(bodies) == 0 {
		return nil, ErrNothingDue
	}
	return &PersonErased{Person: a.Person, Bodies: bodies, Reason: a.Reason}, nil
}

// textsOf is the bodies with a person's words, oldest first, at most maxErase: of
// messages with every earlier version, of those that were never shown, and what they
// wrote beside them: on private lines, in reports, appeals and notes. And what the team
// says of them now.
func (s *State) textsOf(m Member) []Seq {
	var bodies []Seq
	for msg := range s.messages.every() {
		if msg.Author == m.Index {
			bodies = append(bodies, s.bodiesOf(msg)...)
		}
		if len(bodies) >= maxErase {
			break
		}
	}
	for seq, h := range s.held.every() {
		if h.Author == m.Index {
			bodies = append(bodies, seq)
		}
	}
	for seq, end := range s.pending.every() {
		if end.By == m.Index+1 {
			bodies = append(bodies, seq)
		}
	}
	for seq, w := range s.words.every() {
		if w.By == m.Index {
			bodies = append(bodies, seq)
		}
	}
	if label, ok := s.labels.get(m.Person); ok {
		bodies = append(bodies, label)
	}
	slices.Sort(bodies)
	bodies = slices.Compact(bodies)
	return bodies[:min(len(bodies), maxErase)]
}

// PersonErased: these texts of a person are gone from the store, in the same
// transaction.
type PersonErased struct {
	Person person.ID `json:"person"`
	Bodies []Seq     `json:"bodies"`
	Reason Reason    `json:"reason"`
}

func (*PersonErased) kind() kind { return "person_erased" }

func (e *PersonErased) apply(s *State, in Entry) error {
	author, ok := s.members.get(e.Person)
	if !ok {
		return errUnknownMember
	}
	var gone []Message
	for m := range s.messages.every() {
		if m.Author == author.Index && slices.Contains(e.Bodies, m.Text) {
			gone = append(gone, m)
		}
	}
	for _, m := range gone {
		if m.RemovedAt == 0 {
			m.RemovedAt = in.At
		}
		m.By, m.Wiped = ByErasing, in.Seq
		s.messages.update(m)
		s.reactions.remove(m.Seq)
	}
	for _, body := range e.Bodies {
		s.held.remove(body)
	}
	s.eraseLines(e.Bodies)
	s.forgetBodies(e.Bodies)
	return nil
}

// eraseLines marks entries of private lines as gone. A person writes on their own
// line, and staff on any.
func (s *State) eraseLines(bodies []Seq) {
	type changed struct {
		id person.ID
		l  Line
	}
	var all []changed
	for id, l := range s.lines.every() {
		entries := slices.Clone(l.Entries)
		hit := false
		for i := range entries {
			if slices.Contains(bodies, entries[i].Seq) {
				entries[i].Gone, hit = true, true
			}
		}
		if hit {
			l.Entries = entries
			all = append(all, changed{id, l})
		}
	}
	for _, c := range all {
		s.lines.put(c.id, c.l)
	}
}
