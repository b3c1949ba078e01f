package room

import "github.com/kith-chat/kith/server/person"

// MemberRef names somebody who may be a member.
type MemberRef = person.ID

// NoteKind says what a moderator did about somebody.
type NoteKind string

// The kinds of notes.
const (
	NoteNudge    NoteKind = "nudge"    // a private word
	NoteHidden   NoteKind = "hidden"   // a message of theirs was hidden
	NoteErased   NoteKind = "erased"   // a message of theirs was erased
	NoteDeclined NoteKind = "declined" // a held message of theirs was not released
	NoteMuted    NoteKind = "muted"    // they may not write for a time
	NoteUnmuted  NoteKind = "unmuted"  // they may again
	NoteRemoved  NoteKind = "removed"  // they were sent away from the room
	NoteVisit    NoteKind = "visit"    // somebody of the team who is no member looked in; for the team alone
)

// Note is an act of moderation as the person concerned, and the room's moderators,
// are told of it. Its words are the body of its record.
type Note struct {
	Seq     Seq // its record
	Kind    NoteKind
	At      Time
	By      person.ID // the moderator
	Person  person.ID // whom it concerns
	Message Seq       // the message it is about, or 0
	Reason  Reason
	Until   Time // muted, visit
	Appeal  Appeal
}

// AppealState is how an appeal stands.
type AppealState string

// The states of an appeal; "" where none was made.
const (
	AppealOpen       AppealState = "open"
	AppealUpheld     AppealState = "upheld"     // the act stands
	AppealOverturned AppealState = "overturned" // it was taken back as far as it can be
)

// Appeal is what became of a note that the person concerned does not agree with.
type Appeal struct {
	State  AppealState
	Made   Seq // the record with the person's words
	Answer Seq // the record with the other moderator's words
	By     person.ID
}

// Appealable says whether somebody else can be asked to look at it again.
func (n Note) Appealable() bool {
	switch n.Kind {
	case NoteHidden, NoteErased, NoteDeclined, NoteMuted, NoteRemoved:
		return true
	}
	return false
}

// concerns says whether the viewer is told of the note.
func (n Note) concerns(viewer Member) bool {
	return viewer.Role.Staff() || n.Kind != NoteVisit && n.Person == viewer.Person
}

// noted keeps a note under its record, and its words until their time is over.
func (s *State) noted(n Note, in Entry) Note {
	n.Seq, n.At = in.Seq, in.At
	if n.By == "" {
		n.By = in.Actor
	}
	s.notes.put(n.Seq, n)
	s.wrote(in)
	return n
}

// Notes are what the viewer is told of, oldest first, at most limit of the newest.
// Not for forks.
func (s *State) Notes(viewer Member, limit int) []Note {
	var told []Note
	for _, n := range s.notes.all() {
		if n.concerns(viewer) && !s.lapsed(n.At) && !s.beforeStay(n, viewer) {
			told = append(told, n)
		}
	}
	return newest(told, limit, func(n Note) Seq { return n.Seq })
}

// beforeStay: of a former stay a participant is told what ended it, and no more.
func (s *State) beforeStay(n Note, viewer Member) bool {
	return !viewer.Role.Staff() && n.Seq < viewer.Joined
}

// Sent is the newest note that sent a person away, for who is no member any more.
func (s *State) Sent(id person.ID) (Note, bool) {
	m, ok := s.members.get(id)
	if !ok || m.Left == 0 {
		return Note{}, false
	}
	n, ok := s.notes.get(m.Left)
	return n, ok && n.Kind == NoteRemoved && n.Person == id
}
