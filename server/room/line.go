package room

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// maxLine bounds what is kept in memory of one private line: older entries are in
// the log alone.
const maxLine = 500

// Line is the private line of a member with the room's moderators. It stands in the
// room's own log, so that it is decided by the same membership at the same point.
type Line struct {
	Entries []LineEntry // oldest first
	// Waits is since when the person waits for an answer; 0: nobody waits.
	Waits Time
	Call  Call
}

// LineEntry is one message of a private line. Its text is the body of its record.
type LineEntry struct {
	Seq    Seq
	At     Time
	Author int // Member.Index
	Gone   bool
}

// WriteLine says something on a private line: one's own, or as a moderator on
// anybody's of the room.
type WriteLine struct {
	Person person.ID
	Text   string
}

// TakeBackLine takes back what one wrote there.
type TakeBackLine struct {
	Person person.ID
	Entry  Seq
}

// CloseLine says that nobody waits for an answer any more.
type CloseLine struct{ Person person.ID }

func (WriteLine) act() act    { return "write_line" }
func (TakeBackLine) act() act { return "take_back_line" }
func (CloseLine) act() act    { return "close_line" }

func (a WriteLine) decide(s *State, _ Command, by Member) (Event, error) {
	if err := s.lineOf(a.Person, by); err != nil {
		return nil, err
	}
	text, err := cleanText(a.Text, MaxText)
	if err != nil {
		return nil, err
	}
	return &LineWritten{Person: a.Person, Text: text}, nil
}

func (a TakeBackLine) decide(s *State, _ Command, by Member) (Event, error) {
	if err := s.lineOf(a.Person, by); err != nil {
		return nil, err
	}
	l, _ := s.lines.get(a.Person)
	i := slices.IndexFunc(l.Entries, func(e LineEntry) bool { return e.Seq == a.Entry })
	switch {
	case i < 0 || s.lapsed(l.Entries[i].At) || !by.Role.Staff() && l.Entries[i].Seq < by.Joined:
		return nil, ErrNoSuchMessage
	case l.Entries[i].Author != by.Index:
		return nil, ErrNotYours
	case l.Entries[i].Gone:
		return nil, ErrAlreadyRemoved
	}
	return &LineTakenBack{Person: a.Person, Entry: a.Entry}, nil
}

func (a CloseLine) decide(s *State, _ Command, _ Member) (Event, error) {
	if l, ok := s.lines.get(a.Person); !ok || l.Waits == 0 {
		return nil, ErrNothingDue
	}
	return &LineClosed{Person: a.Person}, nil
}

// lineOf refuses lines that by has no part in. Only participants have one.
func (s *State) lineOf(id person.ID, by Member) error {
	m, ok := s.members.get(id)
	switch {
	case id != by.Person && !by.Role.Staff():
		return ErrNotAllowed
	case !ok || !m.present() || m.Role != Participant:
		return ErrNoSuchMember
	}
	return nil
}

// LineWritten: something was said on a private line.
type LineWritten struct {
	Person person.ID `json:"person"`
	Text   string    `json:"-"`
}

// LineTakenBack: it was taken back.
type LineTakenBack struct {
	Person person.ID `json:"person"`
	Entry  Seq       `json:"entry"`
}

// LineClosed: nobody waits there for an answer.
type LineClosed struct {
	Person person.ID `json:"person"`
}

func (*LineWritten) kind() kind      { return "line_written" }
func (*LineTakenBack) kind() kind    { return "line_taken_back" }
func (*LineClosed) kind() kind       { return "line_closed" }
func (e *LineWritten) body() *string { return &e.Text }

func (e *LineWritten) apply(s *State, in Entry) error {
	by, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	l, _ := s.lines.get(e.Person)
	l.Entries = append(slices.Clone(l.Entries[max(0, len(l.Entries)-maxLine+1):]), LineEntry{Seq: in.Seq, At: in.At, Author: by.Index})
	switch {
	case in.Actor != e.Person:
		l.Waits = 0
		l.answer(by, in.At)
	case l.Waits == 0:
		l.Waits = in.At
	}
	s.lines.put(e.Person, l)
	s.wrote(in)
	return nil
}

func (e *LineTakenBack) apply(s *State, in Entry) error {
	l, ok := s.lines.get(e.Person)
	if !ok {
		return errUnknownMember
	}
	l.Entries = slices.Clone(l.Entries)
	for i := range l.Entries {
		if l.Entries[i].Seq == e.Entry {
			l.Entries[i].Gone = true
		}
	}
	s.lines.put(e.Person, l)
	s.eraseLater(e.Entry, 0, in.At)
	return nil
}

func (e *LineClosed) apply(s *State, _ Entry) error {
	l, ok := s.lines.get(e.Person)
	if !ok {
		return errUnknownMember
	}
	l.Waits = 0
	s.lines.put(e.Person, l)
	return nil
}

// Line is a page of a private line as the viewer sees it: the newest entries before
// one (0: the newest of all), oldest first, and whether there are earlier ones.
func (s *State) Line(id person.ID, viewer Member, before Seq, limit int) (page []LineEntry, more bool) {
	if !viewer.present() || viewer.Person != id && !viewer.Role.Staff() {
		return nil, false
	}
	l, _ := s.lines.get(id)
	for i := len(l.Entries) - 1; i >= 0; i-- {
		e := l.Entries[i]
		if before != 0 && e.Seq >= before || e.Gone {
			continue
		}
		if s.lapsed(e.At) || !viewer.Role.Staff() && e.Seq < viewer.Joined {
			break
		}
		if len(page) == limit {
			return reversed(page), true
		}
		page = append(page, e)
	}
	return reversed(page), false
}

// Lines is whose private lines were written on, and since when each waits (0: not).
// Not for forks.
func (s *State) Lines() map[person.ID]Time {
	waits := make(map[person.ID]Time)
	for id, l := range s.lines.all() {
		if len(l.Entries) > 0 {
			waits[id] = l.Waits
		}
	}
	return waits
}

func reversed[T any](list []T) []T {
	slices.Reverse(list)
	return list
}
