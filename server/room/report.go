package room

import (
	"cmp"
	"slices"
)

// ReportKind is what somebody says with a report.
type ReportKind string

// The two things that can be said about a message.
const (
	ReportRules ReportKind = "rules" // this breaks the rules
	ReportWorry ReportKind = "worry" // I am worried about this person
)

// Outcome is what came of the reports on a message.
type Outcome string

// The outcomes of reports.
const (
	OutcomeActed    Outcome = "acted"     // something was done
	OutcomeTalked   Outcome = "talked"    // somebody talked to the person
	OutcomeNoBreach Outcome = "no_breach" // it may stay as it is
)

// Reports is what was reported of one message. Who reported is never told: it is here
// so that a person reports the same only once, and hears that somebody has looked.
type Reports struct {
	Message  Seq
	Version  Seq // the text that the first open report is about: frozen until it is resolved
	First    Time
	Open     bool
	Rules    int
	Worry    int
	Words    []Seq // records with what was said
	Reported []Reporter
	Outcome  Outcome
}

// Reporter is one report, for the state alone.
type Reporter struct {
	Index   int // Member.Index
	Kind    ReportKind
	Version Seq
}

// by says whether the member is one of those who reported.
func (r Reports) by(index int) bool {
	return slices.ContainsFunc(r.Reported, func(p Reporter) bool { return p.Index == index })
}

// ReportMessage tells the moderators of a message. Nobody ever learns who did.
type ReportMessage struct {
	Message Seq
	Kind    ReportKind
	Text    string // may be ""
}

// ResolveReports says what came of the reports on a message.
type ResolveReports struct {
	Message Seq
	Outcome Outcome
	Text    string // for the team; may be ""
}

func (ReportMessage) act() act  { return "report" }
func (ResolveReports) act() act { return "resolve_reports" }

func (a ReportMessage) decide(s *State, _ Command, by Member) (Event, error) {
	if a.Kind != ReportRules && a.Kind != ReportWorry {
		return nil, &Refusal{Code: "bad_value", Field: "kind"}
	}
	text, err := orEmpty(cleanText(a.Text, MaxWords))
	if err != nil {
		return nil, err
	}
	m, err := s.standingMessage(a.Message, by)
	if err != nil {
		return nil, err
	}
	if m.Author == by.Index {
		return nil, ErrReportOwn
	}
	r, _ := s.reports.get(a.Message)
	if slices.Contains(r.Reported, Reporter{by.Index, a.Kind, m.Text}) {
		return nil, ErrAlreadyReported
	}
	return &MessageReported{Message: a.Message, Version: m.Text, Kind: a.Kind, Text: text}, nil
}

func (a ResolveReports) decide(s *State, _ Command, _ Member) (Event, error) {
	switch a.Outcome {
	case OutcomeActed, OutcomeTalked, OutcomeNoBreach:
	default:
		return nil, &Refusal{Code: "bad_value", Field: "outcome"}
	}
	text, err := orEmpty(cleanText(a.Text, MaxWords))
	if err != nil {
		return nil, err
	}
	if r, ok := s.reports.get(a.Message); !ok || !r.Open {
		return nil, ErrNoReport
	}
	return &ReportsResolved{Message: a.Message, Outcome: a.Outcome, Text: text}, nil
}

// MessageReported: somebody asks the moderators to look at a message, as it was then.
type MessageReported struct {
	Message Seq        `json:"message"`
	Version Seq        `json:"version"`
	Kind    ReportKind `json:"kind"`
	Text    string     `json:"-"`
}

// ReportsResolved: a moderator has looked at all of them.
type ReportsResolved struct {
	Message Seq     `json:"message"`
	Outcome Outcome `json:"outcome"`
	Text    string  `json:"-"`
}

func (*MessageReported) kind() kind      { return "message_reported" }
func (*ReportsResolved) kind() kind      { return "reports_resolved" }
func (e *MessageReported) body() *string { return &e.Text }
func (e *ReportsResolved) body() *string { return &e.Text }

func (e *MessageReported) apply(s *State, in Entry) error {
	by, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	r, _ := s.reports.get(e.Message)
	if !r.Open {
		// Reports on one message join; those after a decision begin anew.
		r = Reports{Message: e.Message, Version: e.Version, First: in.At, Open: true, Reported: r.Reported}
	}
	if e.Kind == ReportWorry {
		r.Worry++
	} else {
		r.Rules++
	}
	r.Words = append(slices.Clone(r.Words), in.Seq)
	r.Reported = append(slices.Clone(r.Reported), Reporter{by.Index, e.Kind, e.Version})
	s.reports.put(e.Message, r)
	s.wrote(in)
	return nil
}

func (e *ReportsResolved) apply(s *State, in Entry) error {
	r, ok := s.reports.get(e.Message)
	if !ok {
		return errUnknownMessage
	}
	r.Open, r.Outcome = false, e.Outcome
	s.reports.put(e.Message, r)
	// The version that was frozen ends as it would have, counted from now.
	if end, ok := s.pending.get(r.Version); ok {
		s.pending.put(r.Version, Ending{At: max(end.At, in.At+KeepRemoved), Of: end.Of, By: end.By})
	}
	s.wrote(in)
	return nil
}

// frozen says whether a body is what an open report is about.
func (s *State) frozen(of, body Seq) bool {
	r, ok := s.reports.get(of)
	return ok && r.Open && r.Version == body
}

// ReportsOn is what was reported of a message, for those who may know; Reported says
// to anybody else whether they did themselves.
func (s *State) ReportsOn(seq Seq, viewer Member) (Reports, bool) {
	r, ok := s.reports.get(seq)
	return r, ok && viewer.Role.Staff()
}

// Reported says whether the viewer has reported the message.
func (s *State) Reported(seq Seq, viewer Member) bool {
	r, ok := s.reports.get(seq)
	return ok && viewer.present() && viewer.Index >= 0 && r.by(viewer.Index)
}

// OpenReports are the messages that were reported and that nobody has looked at yet,
// oldest report first, for those who may know. Not for forks.
func (s *State) OpenReports(viewer Member) []Reports {
	if !viewer.present() || !viewer.Role.Staff() {
		return nil
	}
	var open []Reports
	for _, r := range s.reports.all() {
		if m, ok := s.visible(r.Message, viewer); ok && r.Open && m.Seq != 0 {
			open = append(open, r)
		}
	}
	slices.SortFunc(open, func(a, b Reports) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Message, b.Message))
	})
	return open
}
