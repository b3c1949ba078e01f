package room

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// What a Shown tells of.
const (
	ShowMessage  = "message"
	ShowEdited   = "edited"
	ShowRemoved  = "removed"
	ShowReaction = "reaction"
	ShowMember   = "member"
	ShowLeft     = "member_left"
	ShowRoom     = "room"

	ShowRestored = "restored"  // a hidden message is there again
	ShowWiped    = "wiped"     // messages whose texts were erased together
	ShowNote     = "note"      // what a moderator did about somebody
	ShowAppeal   = "appeal"    // how an appeal against it stands
	ShowTerm     = "term"      // when a membership ends by itself
	ShowLabel    = "label"     // the team's word about somebody
	ShowPolicy   = "policy"    // how the room is set
	ShowHeld     = "held"      // a message waits, or was declined
	ShowHeldGone = "held_gone" // it does not wait any more
	ShowReports  = "reports"   // what was reported of a message; to who reported: that they did
	ShowLine     = "line"      // private line
	ShowLineGone = "line_gone"
	ShowLapsed   = "lapsed"    // the term of messages up to this one is over
	ShowLineWait = "line_wait" // whether somebody waits there

	ShowCall     = "call"     // somebody asks for a moderator, or how that stands
	ShowDuty     = "duty"     // who is on duty
	ShowCalendar = "calendar" // when somebody answers, and when the group meets
	ShowPinned   = "pinned"   // the message above the others, or that there is none
)

// Shown is what one viewer sees of an event, or of a message on a page. Texts of
// messages are named, not held: TextOf is the record whose body is the text.
type Shown struct {
	Show string
	At   Time

	Message   Message // message, edited, removed, reaction
	Author    Member  // message
	TextOf    Seq     // message, edited; 0: there is no text to show
	ReplyGone bool    // message: what it answers is not to be seen any more
	Reactions []Reacted

	Reaction uint8 // reaction
	On       bool

	Member Member // member, member_left, reaction

	Name, Topic, Rules *string // room: what changed, as it stands

	Held    Held      // held, declined notes; HeldGone names it by its number alone
	Note    Note      // note, appeal; removed and left: for the person concerned and staff
	Wiped   []Message // wiped
	Policy  Policy    // policy
	Reports Reports   // reports: for staff
	Mine    bool      // reports: the viewer made one of them
	Line    LineEntry // line, line_gone
	LineOf  Member    // line, line_gone, line_wait
	Waits   Time      // line, line_wait, call: for staff
	Call    Call      // call; the zero one: there is none any more
}

// View is what the viewer sees of an event under the state as it is now: the same
// function for what has just happened, for what a returning client missed, and
// for pages. Text that is gone or superseded by now is never named. false: nothing.
func View(s *State, e Entry, viewer Member) (Shown, bool) {
	if !s.Here(viewer) {
		return Shown{}, false
	}
	shown, ok := s.show(e, viewer)
	shown.At = e.At
	return shown, ok
}

func (s *State) show(e Entry, viewer Member) (Shown, bool) {
	switch ev := e.Event.(type) {
	case *MessagePosted:
		return s.showPosted(e.Seq, viewer)
	case *MessageEdited:
		m, ok := s.visible(ev.Message, viewer)
		return Shown{Show: ShowEdited, Message: m, TextOf: e.Seq}, ok && m.RemovedAt == 0 && m.Text == e.Seq
	case *MessageRemoved:
		m, ok := s.visible(ev.Message, viewer)
		return Shown{Show: ShowRemoved, Message: m}, ok && m.RemovedAt != 0
	case *ReactionSet:
		return s.showReaction(ev, e.Actor, viewer)
	case *MemberJoined:
		return s.showMember(ev.Person)
	case *RoleSet:
		return s.showMember(ev.Person)
	case *MemberLeft:
		m, _ := s.members.get(ev.Person)
		return Shown{Show: ShowLeft, Member: m}, m.Left != 0
	case *RoomOpened, *RoomRenamed:
		return Shown{Show: ShowRoom, Name: &s.name.Text}, true
	case *TopicSet:
		return Shown{Show: ShowRoom, Topic: &s.topic.Text}, true
	case *RulesSet:
		return Shown{Show: ShowRoom, Rules: &s.rules.Text}, true
	}
	return s.showModeration(e, viewer)
}

// visible finds a message that lies within what the viewer may see.
func (s *State) visible(seq Seq, viewer Member) (Message, bool) {
	m, ok := s.messages.find(seq)
	return m, ok && s.sees(viewer, m)
}

func (s *State) showPosted(seq Seq, viewer Member) (Shown, bool) {
	m, ok := s.visible(seq, viewer)
	if !ok {
		return Shown{}, false
	}
	return s.Describe(m, viewer)
}

// Describe is a message as it stands for a viewer. A message that is gone is nothing
// to members; to staff, and to its author if a moderator did it, it is a row without
// text. A row that its author cleared away does not come back to them.
func (s *State) Describe(m Message, viewer Member) (Shown, bool) {
	shown := Shown{Show: ShowMessage, At: m.At, Message: m, Author: s.memberAt(m.Author)}
	if m.RemovedAt != 0 {
		if s.toldOf(m, viewer) {
			shown.Note, _ = s.notes.get(m.Note)
		}
		return shown, viewer.Role.Staff() || s.toldOf(m, viewer) && !m.TakenBack
	}
	shown.TextOf = m.Text
	shown.Reactions, _ = s.reactions.get(m.Seq)
	if m.ReplyTo != 0 {
		to, ok := s.visible(m.ReplyTo, viewer)
		shown.ReplyGone = !ok || to.RemovedAt != 0
	}
	return shown, true
}

func (s *State) showReaction(ev *ReactionSet, actor person.ID, viewer Member) (Shown, bool) {
	m, ok := s.visible(ev.Message, viewer)
	if !ok || m.RemovedAt != 0 {
		return Shown{}, false
	}
	by, _ := s.members.get(actor)
	for i, name := range Reactions {
		if name == ev.Reaction {
			return Shown{Show: ShowReaction, Message: m, Reaction: uint8(i), On: ev.On, Member: by}, true
		}
	}
	return Shown{}, false
}

func (s *State) showMember(id person.ID) (Shown, bool) {
	m, ok := s.members.get(id)
	return Shown{Show: ShowMember, Member: m}, ok && m.Left == 0
}

// Page is the newest messages before a message (0: before nothing, the newest of
// all) that the viewer sees, oldest first, and whether there are earlier ones;
// without those of members they do not want to see. Not for forks.
func (s *State) Page(viewer Member, before Seq, limit int, ignored ...int) (page []Shown, more bool) {
	for m := range s.messages.before(before) {
		if !s.sees(viewer, m) {
			break // messages are in order: all earlier ones are out of sight too
		}
		shown, ok := s.Describe(m, viewer)
		if !ok || slices.Contains(ignored, m.Author) {
			continue
		}
		if len(page) == limit {
			more = true
			break
		}
		page = append(page, shown)
	}
	for i, j := 0, len(page)-1; i < j; i, j = i+1, j-1 {
		page[i], page[j] = page[j], page[i]
	}
	return page, more
}

// maxUnread is where counting stops: "99 and more" is all anybody needs.
const maxUnread = 100

// Unread counts the messages of others that the viewer has not read, given the
// newest they have, without those of members they do not want to see. It stops at
// 100. Not for forks.
func (s *State) Unread(viewer Member, readTo Seq, ignored ...int) int {
	n := 0
	for m := range s.messages.before(0) {
		if m.Seq <= readTo || !s.sees(viewer, m) || n == maxUnread {
			break
		}
		if m.RemovedAt == 0 && m.Author != viewer.Index && !slices.Contains(ignored, m.Author) {
			n++
		}
	}
	return n
}

// LastAt is when the newest message that the viewer sees was posted; 0: none.
// Not for forks.
func (s *State) LastAt(viewer Member) Time {
	for m := range s.messages.before(0) {
		if !s.sees(viewer, m) {
			break
		}
		if m.RemovedAt == 0 {
			return m.At
		}
	}
	return 0
}

// Member is a person's membership, present or past.
func (s *State) Member(id person.ID) (Member, bool) { return s.members.get(id) }

// Present is the membership of a person who is a member now.
func (s *State) Present(id person.ID) (Member, bool) {
	m, ok := s.members.get(id)
	return m, ok && s.Here(m)
}

// Members are those whose membership no record has ended, in order of their first joining.
func (s *State) Members() []Member {
	var present []Member
	for _, id := range s.roster {
		if m, ok := s.members.get(id); ok && m.present() {
			present = append(present, m)
		}
	}
	return present
}

// EverMembers is how many were ever members: indexes lie below it.
func (s *State) EverMembers() int { return len(s.roster) }

// MemberAt is the membership with an index, present or past.
func (s *State) MemberAt(index int) Member { return s.memberAt(index) }

func (s *State) memberAt(index int) Member {
	m, _ := s.members.get(s.roster[index])
	return m
}

// Message is a message by its number, whoever may see it.
func (s *State) Message(seq Seq) (Message, bool) { return s.messages.find(seq) }
