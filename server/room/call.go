package room

import "github.com/kith-chat/kith/server/person"

// Call is somebody asking for a moderator now. It belongs to their private line and holds
// no words.
type Call struct {
	Seq      Seq // its record; 0: there is none
	At       Time
	Answered Time // when one of the team said that they have read it; 0: not yet
	By       int  // Member.Index of who did
}

// Open says whether somebody calls and nobody has answered.
func (c Call) Open() bool { return c.Seq != 0 && c.Answered == 0 }

// CallForHelp asks for a moderator now: also while muted, in a room that is paused, and
// when nobody is on duty.
type CallForHelp struct{}

// AnswerCall says to who called that somebody has read it.
type AnswerCall struct{ Person person.ID }

// EndCall is who called taking it back.
type EndCall struct{}

func (CallForHelp) act() act { return "call_for_help" }
func (AnswerCall) act() act  { return "answer_call" }
func (EndCall) act() act     { return "end_call" }

func (a CallForHelp) decide(s *State, c Command, _ Member) (Event, error) {
	if s.call(c.Actor).Open() {
		return nil, ErrAlreadyCalled
	}
	return &HelpCalled{}, nil
}

func (a AnswerCall) decide(s *State, _ Command, _ Member) (Event, error) {
	call := s.call(a.Person)
	switch {
	case call.Seq == 0:
		return nil, ErrNoCall
	case !call.Open():
		return nil, ErrCallAnswered
	}
	return &CallAnswered{Person: a.Person}, nil
}

func (a EndCall) decide(s *State, c Command, _ Member) (Event, error) {
	if s.call(c.Actor).Seq == 0 {
		return nil, ErrNoCall
	}
	return &CallEnded{}, nil
}

// HelpCalled: its author asks for a moderator now.
type HelpCalled struct{}

// CallAnswered: the record's author has read it.
type CallAnswered struct {
	Person person.ID `json:"person"`
}

// CallEnded: its author does not ask any more.
type CallEnded struct{}

func (*HelpCalled) kind() kind   { return "help_called" }
func (*CallAnswered) kind() kind { return "call_answered" }
func (*CallEnded) kind() kind    { return "call_ended" }

func (e *HelpCalled) apply(s *State, in Entry) error {
	l, _ := s.lines.get(in.Actor)
	l.Call = Call{Seq: in.Seq, At: in.At}
	s.lines.put(in.Actor, l)
	return nil
}

func (e *CallAnswered) apply(s *State, in Entry) error {
	by, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	l, ok := s.lines.get(e.Person)
	if !ok || l.Call.Seq == 0 {
		return errUnknownCall
	}
	l.answer(by, in.At)
	if l.Waits == 0 { // read is not yet answered in words: they wait for those
		l.Waits = l.Call.At
		if in.At-l.Call.At > s.policy.KeepFor()/2 { // what waits has a term: theirs begins now
			l.Waits = in.At
		}
	}
	s.lines.put(e.Person, l)
	return nil
}

func (e *CallEnded) apply(s *State, in Entry) error {
	l, ok := s.lines.get(in.Actor)
	if !ok || l.Call.Seq == 0 {
		return errUnknownCall
	}
	l.Call = Call{}
	s.lines.put(in.Actor, l)
	return nil
}

// answer notes who of the team has read an open call.
func (l *Line) answer(by Member, at Time) {
	if l.Call.Open() {
		l.Call.Answered, l.Call.By = at, by.Index
	}
}

// call is somebody's call. An open one has no term: nobody is forgotten because texts are
// kept for a day only. One that was read is told of for as long as a text would be.
func (s *State) call(id person.ID) Call {
	l, ok := s.lines.get(id)
	if !ok || !l.Call.Open() && s.lapsed(l.Call.Answered) {
		return Call{}
	}
	return l.Call
}

// CallOf is a member's call as the viewer is told of it: their own, or for staff. Who
// moderates has none.
func (s *State) CallOf(id person.ID, viewer Member) (Call, bool) {
	call := s.call(id)
	if call.Seq == 0 || !s.Here(viewer) {
		return Call{}, false
	}
	own := viewer.Person == id && call.Seq > viewer.Joined
	return call, own || viewer.Role.Staff()
}

// Calls is the open calls, by who called. Not for forks.
func (s *State) Calls() map[person.ID]Call {
	open := make(map[person.ID]Call)
	for id := range s.lines.all() {
		if call := s.call(id); call.Open() {
			open[id] = call
		}
	}
	return open
}
