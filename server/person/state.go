// Package person is what belongs to one person: which rooms they are in, that
// sessions of theirs ended, and what they have to be told. It is pure: no clock,
// no randomness, no I/O. The truth is the person's stream (ID.Stream); State
// is its fold.
//
// Nothing here is words that people wrote: the sign-in name and the passphrase's
// hash stand in an erasable value beside the log (see server/auth), aliases in
// the rooms' own streams. So no record of this stream has a body.
//
// Applying the same event twice, or one that changes nothing (leaving a room one
// is not in), changes nothing: an act over several streams is finished after a
// crash by doing it again.
package person

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kith-chat/kith/server/eventlog"
)

// MaxNotices is how many unread notices are kept; the oldest make room.
const MaxNotices = 20

const (
	maxEndings = 8
	maxLeft    = 5
)

// NoticeKind says what a notice is about.
type NoticeKind string

// Kinds of notices.
const (
	// NoticeReset: somebody of the team issued a link, and it gave this account a
	// new passphrase.
	NoticeReset NoticeKind = "passphrase_reset"
	// NoticeChanged: the passphrase was changed by someone who knew the old one.
	NoticeChanged NoticeKind = "passphrase_changed"
	// NoticeVisit: somebody of the team looks into a room that is not theirs.
	NoticeVisit NoticeKind = "visit"
	// NoticeSecondSet, NoticeSecondDropped and NoticeSecondRecovered: see SecondStep.
	NoticeSecondSet       NoticeKind = "second_set"
	NoticeSecondDropped   NoticeKind = "second_dropped"
	NoticeSecondRecovered NoticeKind = "second_recovered"
)

// NoticeID names a notice of one person: "n" and the number of its record.
type NoticeID string

// Valid says whether id has the form of one.
func (id NoticeID) Valid() bool {
	digits, found := strings.CutPrefix(string(id), "n")
	n, err := strconv.ParseUint(digits, 10, 64)
	return found && err == nil && n > 0 && id == noticeID(eventlog.Seq(n))
}

func noticeID(seq eventlog.Seq) NoticeID {
	return NoticeID("n" + strconv.FormatUint(uint64(seq), 10))
}

// Notice is something the person has not yet said to have read.
type Notice struct {
	ID   NoticeID
	Kind NoticeKind
	// At is in ms since 1970 UTC.
	At int64
}

// State is a person as their stream tells. The zero State is nobody yet. States
// are values: Apply leaves the one it is given as it was.
type State struct {
	// EnrolledAt is in ms since 1970 UTC; 0 is not enrolled.
	EnrolledAt int64
	// Rooms the person is a member of, in the order of joining.
	Rooms []RoomID
	// Left is the rooms they left lately, the newest last, at most maxLeft: where they
	// were sent away they are told why.
	Left []RoomID
	// Notices not yet read, oldest first, at most MaxNotices.
	Notices []Notice
	// Endings are the Cmds of the newest SessionsEnded, oldest first, at most
	// maxEndings: enough for those that are finished late, by two at once.
	Endings []string
	// At is the time of the newest event, in ms; the next one's is not before it.
	At int64
}

// In says whether the person is a member of the room.
func (s State) In(room RoomID) bool { return slices.Contains(s.Rooms, room) }

// Unread says whether the notice waits to be read.
func (s State) Unread(id NoticeID) bool {
	return slices.ContainsFunc(s.Notices, func(n Notice) bool { return n.ID == id })
}

// Apply is the state after e.
func (s State) Apply(e Event) State {
	s.At = max(s.At, e.At)
	switch f := e.Fact.(type) {
	case Enrolled:
		if s.EnrolledAt == 0 {
			s.EnrolledAt = e.At
		}
	case RoomJoined:
		if !s.In(f.Room) {
			s.Rooms = append(slices.Clone(s.Rooms), f.Room)
		}
		s.Left = without(s.Left, f.Room)
	case RoomLeft:
		s.Rooms = without(s.Rooms, f.Room)
		left := append(without(s.Left, f.Room), f.Room)
		s.Left = left[max(0, len(left)-maxLeft):]
	case SessionsEnded:
		if !slices.Contains(s.Endings, f.Cmd) {
			all := append(slices.Clone(s.Endings), f.Cmd)
			s.Endings = all[max(0, len(all)-maxEndings):]
		}
	case PassphraseReset:
		s.Notices = s.noticed(Notice{noticeID(e.Seq), NoticeReset, e.At})
	case PassphraseChanged:
		s.Notices = s.noticed(Notice{noticeID(e.Seq), NoticeChanged, e.At})
	case VisitTold:
		s.Notices = s.noticed(Notice{noticeID(e.Seq), NoticeVisit, e.At})
	case SecondStep:
		s.Notices = s.noticed(Notice{noticeID(e.Seq), NoticeKind(f.Did), e.At})
	case NoticeSeen:
		s.Notices = slices.DeleteFunc(slices.Clone(s.Notices), func(n Notice) bool { return n.ID == f.Notice })
	}
	return s
}

func (s State) noticed(n Notice) []Notice {
	if s.Unread(n.ID) {
		return s.Notices
	}
	all := append(slices.Clone(s.Notices), n)
	return all[max(0, len(all)-MaxNotices):]
}

func without(rooms []RoomID, one RoomID) []RoomID {
	return slices.DeleteFunc(slices.Clone(rooms), func(r RoomID) bool { return r == one })
}
