package room

import (
	"slices"

	"github.com/kith-chat/kith/server/person"
)

// MaxLabel bounds a label, in code points.
const MaxLabel = 60

// SetLabel is a word of the team's about somebody, for the team alone; "" takes it away.
// It never is in anything that a peer, or the person, is sent.
type SetLabel struct {
	Person person.ID
	Text   string
}

func (SetLabel) act() act { return "set_label" }

func (a SetLabel) decide(s *State, _ Command, by Member) (Event, error) {
	text, err := orEmpty(cleanLine(a.Text, MaxLabel))
	if err != nil {
		return nil, err
	}
	if _, err := s.over(by, a.Person); err != nil {
		return nil, err
	}
	return &LabelSet{Person: a.Person, Text: text}, nil
}

// LabelSet: the team says this of somebody.
type LabelSet struct {
	Person person.ID `json:"person"`
	Text   string    `json:"-"`
}

func (*LabelSet) kind() kind      { return "label_set" }
func (e *LabelSet) body() *string { return &e.Text }

func (e *LabelSet) apply(s *State, in Entry) error {
	s.dropLabel(e.Person, in.At)
	s.labels.put(e.Person, in.Seq)
	s.wrote(in)
	return nil
}

// dropLabel ends a label that was replaced, or whose person is not in the room any more.
func (s *State) dropLabel(id person.ID, at Time) {
	if old, ok := s.labels.get(id); ok {
		s.labels.remove(id)
		s.eraseLater(old, 0, at)
	}
}

// Labels is the records with the team's words about other members, for those who may know.
// A label that was taken away is a record with no text. Not for forks.
func (s *State) Labels(viewer Member) map[person.ID]Seq {
	if !s.Here(viewer) || !viewer.Role.Staff() {
		return nil
	}
	labels := make(map[person.ID]Seq)
	for id, seq := range s.labels.all() {
		labels[id] = seq
	}
	delete(labels, viewer.Person) // the lead's word about a moderator is not the moderator's
	return labels
}

// forgetLabels drops labels whose words are gone.
func (s *State) forgetLabels(erased []Seq) {
	var gone []person.ID
	for id, seq := range s.labels.every() {
		if slices.Contains(erased, seq) {
			gone = append(gone, id)
		}
	}
	for _, id := range gone {
		s.labels.remove(id)
	}
}
