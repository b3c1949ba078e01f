// Package room is what a room is and what it allows. It is pure: no I/O, no
// clock, no randomness; time and ids come in with the command.
//
// A room is the fold of its log. Decide judges a Command against a State and
// answers with the one event that will stand in the log; Apply folds an event
// into a State; View says what of it a viewer may see. Whatever Decide needs is
// in the room's own log, so every node that has read the same records decides
// alike.
//
// Where to look:
//
//	permission.go   who may do what: one table, read before any rule
//	message.go      post, edit, take back
//	reaction.go     the fixed set of reactions
//	taken.go        aliases that are taken, by how they look
//	membership.go   opening a room, joining, roles, end of membership
//	term.go         when a membership ends by itself; label.go what the team says of members
//	setting.go      name, topic, house rules
//	policy.go       hold, slow mode, pause; standing.go what they and a mute stop
//	reason.go       why moderators act; note.go how the person concerned is told
//	nudge.go hide.go mute.go remove.go   the ladder; appeal.go the way back
//	hold.go         what is looked at before it is shown
//	report.go       what members tell of a message; line.go the private line
//	visit.go        who looks in without being a member
//	calendar.go     when somebody answers and when the group meets
//	duty.go         who is on duty; unattended.go what the room is while nobody is
//	call.go         somebody asks for a moderator now
//	houserules.go   what the rules say of links and the like; pin.go the pinned message
//	erase.go        the end of texts: what is erased, and when; retain.go by its
//	                term; eraseperson.go one person's
//	answer.go       a command's id and the answer it got
//	view.go         who sees what
//	codec.go        events as records, strictly versioned
//	snapshot.go     a state written down without any text in it
//
// To add an act: an Action and an Event beside the rules they change, a row in
// permissions, a row in the codec's table. What it forbids others is a check in
// refuseStanding, which every action passes.
package room

import (
	"github.com/kith-chat/kith/server/person"
)

// ID names a room: "r_" and 22 characters. Opaque.
type ID = person.RoomID

// Seq numbers the records of a room's log from 1. It is also the name of the
// message that the record posted. It never leaves the server in plain: a gap in
// it would tell that something was held or reported.
type Seq uint64

// Time is milliseconds since 1970 UTC. Within one room it never goes back.
type Time int64

// Durations, in milliseconds.
const (
	Second Time = 1000
	Minute      = 60 * Second
	Day         = 24 * 60 * Minute
)

// State is a room as its log has made it up to Head. It holds no text beyond the
// room's own name, topic, rules and its members' aliases.
//
// A State is not safe for use from several goroutines. Fork gives a cheap copy to
// decide a batch on; a fork is dropped, never merged, and reads its parent, which
// must not change while the fork is in use.
type State struct {
	head Seq
	at   Time

	name, topic, rules Text

	members table[person.ID, Member]
	aliases table[mark, holders] // former members' included
	roster  []person.ID          // by Member.Index; appended to, never changed

	messages  ledger
	reactions table[Seq, []Reacted]
	pending   table[Seq, Ending] // bodies that will be erased, and when
	answers   table[answerKey, Answer]

	policy    Policy
	legalHold bool
	mutes     table[person.ID, Muted]
	visits    table[person.ID, Time] // until when
	notes     table[Seq, Note]
	held      table[Seq, Held]
	reports   table[Seq, Reports] // by message
	lines     table[person.ID, Line]
	labels    table[person.ID, Seq] // the records with the team's words about them
	words     table[Seq, Word]      // bodies beside the messages
	duty      table[person.ID, Time]
	calendar  Calendar
	pinned    Seq  // the message above the others
	keptFrom  Seq  // of messages up to here no text is kept any more
	now       Time // see LookAt
}

// Text is something people wrote and the record whose body holds it. Of is 0
// where nothing was ever written.
type Text struct {
	Of   Seq
	Text string
}

// New is a room before its first record.
func New() *State { return &State{} }

// Fork is a copy to decide on, made in constant time.
func (s *State) Fork() *State {
	f := *s
	f.members = s.members.fork()
	f.aliases = s.aliases.fork()
	f.roster = s.roster[:len(s.roster):len(s.roster)]
	f.messages = s.messages.fork()
	f.reactions = s.reactions.fork()
	f.pending = s.pending.fork()
	f.answers = s.answers.fork()
	f.mutes, f.visits = s.mutes.fork(), s.visits.fork()
	f.notes, f.held, f.reports = s.notes.fork(), s.held.fork(), s.reports.fork()
	f.lines, f.words, f.labels = s.lines.fork(), s.words.fork(), s.labels.fork()
	f.duty = s.duty.fork()
	return &f
}

// Head is the number of the last record folded in.
func (s *State) Head() Seq { return s.head }

// At is the time of the last record folded in.
func (s *State) At() Time { return s.at }

// Clock is the time that a record made at local may carry: never before the last.
func (s *State) Clock(local Time) Time { return max(local, s.at) }

// Name, Topic and Rules are the room's own texts as they stand.
func (s *State) Name() string  { return s.name.Text }
func (s *State) Topic() string { return s.topic.Text }
func (s *State) Rules() string { return s.rules.Text }

// Opened says whether the room exists: its first record is folded in.
func (s *State) Opened() bool { return s.name.Of != 0 }
