package room_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// observed is all that can be seen of a state from outside: two states that look
// the same are the same to everybody.
type observed struct {
	Head               room.Seq
	At                 room.Time
	Name, Topic, Rules string
	Members            []room.Member
	Former             []room.Member
	Screens            map[person.ID][]row
	Unread             map[person.ID]int
	Removed            map[person.ID][]string
	Due                []room.Seq
	DueTo              room.Seq `json:",omitempty"`
	NextDue            room.Time
	Verdicts           []string
}

// observe looks at a state with the eyes of everybody, and asks it what it would
// say to each of the commands. Not for forks.
func observe(s *room.State, bodies map[room.Seq]string, asked []room.Command) string {
	o := observed{
		Head: s.Head(), At: s.At(), Name: s.Name(), Topic: s.Topic(), Rules: s.Rules(), Members: s.Members(),
		Screens: make(map[person.ID][]row), Unread: make(map[person.ID]int), Removed: make(map[person.ID][]string),
		NextDue: s.NextDue(), Verdicts: verdicts(s, asked),
	}
	o.Due, o.DueTo = s.Due(s.At() + 10*day)
	for _, who := range people {
		m, ok := s.Member(who)
		if _, present := s.Present(who); ok && !present {
			o.Former = append(o.Former, m)
		}
		page, _ := s.Page(m, 0, 1000)
		o.Screens[who], o.Unread[who] = rowsOf(s, page, bodies), s.Unread(m, 0)
		for seq := range s.Head() {
			text, removed, erased, err := s.Removed(seq, m)
			if !errors.Is(err, room.ErrNoSuchMessage) {
				o.Removed[who] = append(o.Removed[who], note(seq, text, removed, erased, err))
			}
		}
	}
	out, err := json.MarshalIndent(o, "", " ")
	if err != nil {
		panic(err)
	}
	return string(out)
}

// verdicts is what a state says to commands now. Ids that are past their 7 days
// are left out: when exactly a state forgets them is its own business.
func verdicts(s *room.State, asked []room.Command) (said []string) {
	for _, c := range asked {
		if c.At = s.Clock(c.At); c.ID.Time() < c.At-room.RememberIDs {
			continue
		}
		d, err := room.Decide(s, c)
		said = append(said, note(d.Answer, d.Entry != nil, err))
	}
	return said
}

func note(parts ...any) string {
	for i, p := range parts {
		if err, ok := p.(error); ok {
			parts[i] = err.Error()
		}
	}
	out, err := json.Marshal(parts)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// texts are the texts that stand in the store now, each once.
func (w *world) texts() []string { return slices.Sorted(maps.Values(w.bodies)) }
