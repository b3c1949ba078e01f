package room

// MakeAppeal asks another moderator to look again at what was done about oneself.
type MakeAppeal struct {
	Note Seq
	Text string
}

// AnswerAppeal decides an appeal. Nobody decides about their own act.
type AnswerAppeal struct {
	Note     Seq
	Overturn bool
	Text     string
}

func (MakeAppeal) act() act   { return "appeal" }
func (AnswerAppeal) act() act { return "answer_appeal" }

func (a MakeAppeal) decide(s *State, c Command, _ Member) (Event, error) {
	text, err := cleanText(a.Text, MaxWords)
	if err != nil {
		return nil, err
	}
	n, ok := s.notes.get(a.Note)
	switch {
	case !ok || n.Person != c.Actor || !n.Appealable():
		return nil, ErrNoSuchNote
	case n.Appeal.State != "":
		return nil, ErrAlreadyAppealed
	}
	return &AppealMade{Note: a.Note, Text: text}, nil
}

func (a AnswerAppeal) decide(s *State, c Command, _ Member) (Event, error) {
	text, err := orEmpty(cleanText(a.Text, MaxWords))
	if err != nil {
		return nil, err
	}
	n, ok := s.notes.get(a.Note)
	switch {
	case !ok:
		return nil, ErrNoSuchNote
	case n.Appeal.State != AppealOpen:
		return nil, ErrAlreadyDecided
	case n.By == c.Actor:
		return nil, ErrOwnAct
	}
	return &AppealAnswered{Note: a.Note, Overturn: a.Overturn, Text: text}, nil
}

// AppealMade: the person concerned asks for another look.
type AppealMade struct {
	Note Seq    `json:"note"`
	Text string `json:"-"`
}

// AppealAnswered: another moderator has looked.
type AppealAnswered struct {
	Note     Seq    `json:"note"`
	Overturn bool   `json:"overturn"`
	Text     string `json:"-"`
}

func (*AppealMade) kind() kind          { return "appeal_made" }
func (*AppealAnswered) kind() kind      { return "appeal_answered" }
func (e *AppealMade) body() *string     { return &e.Text }
func (e *AppealAnswered) body() *string { return &e.Text }

func (e *AppealMade) apply(s *State, in Entry) error {
	n, ok := s.notes.get(e.Note)
	if !ok {
		return errUnknownNote
	}
	n.Appeal = Appeal{State: AppealOpen, Made: in.Seq}
	s.notes.put(e.Note, n)
	s.wrote(in)
	return nil
}

func (e *AppealAnswered) apply(s *State, in Entry) error {
	n, ok := s.notes.get(e.Note)
	if !ok {
		return errUnknownNote
	}
	n.Appeal.State, n.Appeal.Answer, n.Appeal.By = AppealUpheld, in.Seq, in.Actor
	if e.Overturn {
		n.Appeal.State = AppealOverturned
		s.undo(n)
	}
	s.notes.put(e.Note, n)
	s.wrote(in)
	return nil
}

// undo takes back what a note tells of, as far as it can be: an erased text is gone,
// and who was sent away needs an invitation.
func (s *State) undo(n Note) {
	switch n.Kind {
	case NoteHidden:
		if m, ok := s.messages.find(n.Message); ok && m.Note == n.Seq {
			_ = s.giveBack(n.Message)
		}
	case NoteMuted:
		if m, ok := s.mutes.get(n.Person); ok && m.Note == n.Seq {
			s.mutes.remove(n.Person)
		}
	case NoteDeclined:
		// It waits again, where its text was not erased meanwhile.
		h, ok := s.held.get(n.Message)
		if _, kept := s.pending.get(n.Message); ok && kept && h.State == HeldDeclined && s.memberAt(h.Author).Left == 0 {
			h.State, h.Note = HeldWaiting, 0
			s.held.put(n.Message, h)
			s.pending.remove(n.Message)
		}
	}
}

// appeals says whether an act is one that somebody who was sent away may still do.
func (s *State) appeals(c Command) bool {
	a, ok := c.Do.(MakeAppeal)
	n, sent := s.Sent(c.Actor)
	return ok && sent && a.Note == n.Seq
}
