package room

import "strings"

// Limits of a room's own texts, in code points.
const (
	MaxName  = 60
	MaxTopic = 200
	MaxRules = 4000
)

// RenameRoom, SetTopic and SetRules change the room's own texts. An empty topic
// or empty rules take them away.
type (
	RenameRoom struct{ Text string }
	SetTopic   struct{ Text string }
	SetRules   struct{ Text string }
)

func (RenameRoom) act() act { return "rename_room" }
func (SetTopic) act() act   { return "set_topic" }
func (SetRules) act() act   { return "set_rules" }

func (a RenameRoom) decide(*State, Command, Member) (Event, error) {
	name, err := cleanLine(a.Text, MaxName)
	if err != nil {
		return nil, err
	}
	return &RoomRenamed{Name: name}, nil
}

func (a SetTopic) decide(*State, Command, Member) (Event, error) {
	topic, err := orEmpty(cleanLine(a.Text, MaxTopic))
	if err != nil {
		return nil, err
	}
	return &TopicSet{Topic: topic}, nil
}

func (a SetRules) decide(*State, Command, Member) (Event, error) {
	rules, err := orEmpty(cleanText(a.Text, MaxRules))
	if err != nil {
		return nil, err
	}
	return &RulesSet{Rules: rules}, nil
}

// The room's own texts, as they were set.
type (
	RoomOpened struct {
		Name string `json:"-"`
	}
	RoomRenamed struct {
		Name string `json:"-"`
	}
	TopicSet struct {
		Topic string `json:"-"`
	}
	RulesSet struct {
		Rules string `json:"-"`
	}
)

func (*RoomOpened) kind() kind  { return "room_opened" }
func (*RoomRenamed) kind() kind { return "room_renamed" }
func (*TopicSet) kind() kind    { return "topic_set" }
func (*RulesSet) kind() kind    { return "rules_set" }

func (e *RoomOpened) body() *string  { return &e.Name }
func (e *RoomRenamed) body() *string { return &e.Name }
func (e *TopicSet) body() *string    { return &e.Topic }
func (e *RulesSet) body() *string    { return &e.Rules }

func (e *RoomOpened) apply(s *State, in Entry) error {
	if s.Opened() {
		return errOpenedTwice
	}
	return s.setText(&s.name, e.Name, in)
}
func (e *RoomRenamed) apply(s *State, in Entry) error { return s.setText(&s.name, e.Name, in) }
func (e *TopicSet) apply(s *State, in Entry) error    { return s.setText(&s.topic, e.Topic, in) }
func (e *RulesSet) apply(s *State, in Entry) error    { return s.setText(&s.rules, e.Rules, in) }

func (s *State) setText(t *Text, text string, in Entry) error {
	if t.Of != 0 {
		s.eraseLater(t.Of, 0, in.At)
	}
	*t = Text{Of: in.Seq, Text: text}
	return nil
}

// cleanLine is cleanText for what stands on one line.
func cleanLine(text string, limit int) (string, error) {
	return cleanText(strings.Join(strings.Fields(text), " "), limit)
}

func orEmpty(text string, err error) (string, error) {
	if err == ErrTextEmpty {
		return "", nil
	}
	return text, err
}

// CheckTexts tells whether a room may be opened with these texts, before anything
// is begun. The error is a *Refusal that names the field.
func CheckTexts(name, topic, rules string) error {
	checks := []struct {
		field string
		err   error
	}{
		{"name", second(cleanLine(name, MaxName))},
		{"topic", second(orEmpty(cleanLine(topic, MaxTopic)))},
		{"rules", second(orEmpty(cleanText(rules, MaxRules)))},
	}
	for _, c := range checks {
		if refusal, ok := c.err.(*Refusal); ok {
			return &Refusal{Code: refusal.Code, Field: c.field}
		}
	}
	return nil
}

func second(_ string, err error) error { return err }
