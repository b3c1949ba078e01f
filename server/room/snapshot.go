package room

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"

	"github.com/kith-chat/kith/server/person"
)

// snapshotVersion changes whenever the fold does; a snapshot of another version is
// not read but made anew from the log.
const snapshotVersion = 4

// ErrOldSnapshot: written by another version of the fold. Fold the log instead.
var ErrOldSnapshot = errors.New("room: a snapshot of another version")

// frozen is a state written down. It holds no text: texts are read from their
// records when it is thawed, so that an erased one stays erased.
type frozen struct {
	Version            int
	Head               Seq
	At                 Time
	Name, Topic, Rules Seq
	Members            []frozenMember // by index
	Messages           []Message
	Reactions          map[Seq][]Reacted
	Pending            map[Seq]Ending
	Answers            map[answerKey]Answer

	Policy    Policy
	LegalHold bool
	Mutes     map[person.ID]Muted
	Visits    map[person.ID]Time
	Notes     map[Seq]Note
	Held      map[Seq]Held
	Reports   map[Seq]Reports
	Lines     map[person.ID]Line
	Labels    map[person.ID]Seq
	Words     map[Seq]Word
	KeptFrom  Seq
	Duty      map[person.ID]Time
	Calendar  Calendar
	Pinned    Seq
}

type frozenMember struct {
	Person       person.ID
	Alias        Seq
	Role         uint8
	Joined, Left Seq

	Since, LastPost, Until Time
}

// Freeze writes a state down. Not for forks.
func Freeze(s *State) ([]byte, error) {
	s.forget()
	f := frozen{
		Version: snapshotVersion, Head: s.head, At: s.at,
		Name: s.name.Of, Topic: s.topic.Of, Rules: s.rules.Of,
		Messages: s.messages.list, Reactions: s.reactions.own, Pending: s.pending.own, Answers: s.answers.own,
		Policy: s.policy, LegalHold: s.legalHold, Mutes: s.mutes.own, Visits: s.visits.own, Notes: s.notes.own, Held: s.held.own,
		Reports: s.reports.own, Lines: s.lines.own, Labels: s.labels.own, Words: s.words.own, KeptFrom: s.keptFrom,
		Duty: s.duty.own, Calendar: s.calendar, Pinned: s.pinned,
	}
	for _, id := range s.roster {
		m, _ := s.members.get(id)
		f.Members = append(f.Members, frozenMember{m.Person, m.Alias.Of, uint8(m.Role), m.Joined, m.Left, m.Since, m.LastPost, m.Until})
	}
	var out bytes.Buffer
	if err := gob.NewEncoder(&out).Encode(f); err != nil {
		return nil, fmt.Errorf("room: freeze: %w", err)
	}
	return out.Bytes(), nil
}

// Thaw reads a state that Freeze wrote. texts reads the bodies of the records it
// is asked for; one that was erased is "". ErrOldSnapshot: fold the log instead.
func Thaw(data []byte, texts func([]Seq) (map[Seq]string, error)) (*State, error) {
	var f frozen
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: it cannot be read", ErrOldSnapshot)
	}
	if f.Version != snapshotVersion {
		return nil, ErrOldSnapshot
	}
	wanted := []Seq{f.Name, f.Topic, f.Rules}
	for _, m := range f.Members {
		wanted = append(wanted, m.Alias)
	}
	text, err := texts(wanted)
	if err != nil {
		return nil, err
	}
	s := &State{
		head: f.Head, at: f.At,
		name: Text{f.Name, text[f.Name]}, topic: Text{f.Topic, text[f.Topic]}, rules: Text{f.Rules, text[f.Rules]},
		messages:  ledger{list: f.Messages},
		reactions: table[Seq, []Reacted]{own: f.Reactions},
		pending:   table[Seq, Ending]{own: f.Pending},
		answers:   table[answerKey, Answer]{own: f.Answers},

		policy: f.Policy, legalHold: f.LegalHold, keptFrom: f.KeptFrom,
		mutes: table[person.ID, Muted]{own: f.Mutes}, visits: table[person.ID, Time]{own: f.Visits},
		notes: table[Seq, Note]{own: f.Notes}, held: table[Seq, Held]{own: f.Held},
		reports: table[Seq, Reports]{own: f.Reports}, lines: table[person.ID, Line]{own: f.Lines},
		labels: table[person.ID, Seq]{own: f.Labels},
		words:  table[Seq, Word]{own: f.Words},
		duty:   table[person.ID, Time]{own: f.Duty}, calendar: f.Calendar, pinned: f.Pinned,
	}
	for i, m := range f.Members {
		alias := Text{m.Alias, text[m.Alias]}
		s.members.put(m.Person, Member{
			Person: m.Person, Index: i, Alias: alias, Role: Role(m.Role), Joined: m.Joined, Left: m.Left,
			Since: m.Since, LastPost: m.LastPost, Until: m.Until,
		})
		s.claim(alias.Text, i)
		s.roster = append(s.roster, m.Person)
	}
	return s, nil
}
