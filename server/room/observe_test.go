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
	Policy             room.Policy
	Notes              map[person.ID][]room.Note             `json:",omitempty"`
	Held               map[person.ID][]room.Held             `json:",omitempty"`
	Muted, Visits      map[person.ID]room.Time               `json:",omitempty"`
	Lines              map[person.ID][]room.LineEntry        `json:",omitempty"`
	Labels             map[person.ID]map[person.ID]room.Seq  `json:",omitempty"`
	Waits              map[person.ID]room.Time               `json:",omitempty"`
	Calendar           room.Calendar                         `json:",omitzero"`
	OnDuty             []person.ID                           `json:",omitempty"`
	Calls              map[person.ID]map[person.ID]room.Call `json:",omitempty"`
	Pinned             map[person.ID]room.Seq                `json:",omitempty"`
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
	o.Policy, o.Waits = s.Policy(), s.Lines()
	o.Notes, o.Held, o.Lines = map[person.ID][]room.Note{}, map[person.ID][]room.Held{}, map[person.ID][]room.LineEntry{}
	o.Labels = map[person.ID]map[person.ID]room.Seq{}
	o.Muted, o.Visits = map[person.ID]room.Time{}, map[person.ID]room.Time{}
	o.Calendar, o.Calls, o.Pinned = s.Calendar(), map[person.ID]map[person.ID]room.Call{}, map[person.ID]room.Seq{}
	for _, m := range s.OnDuty() {
		o.OnDuty = append(o.OnDuty, m.Person)
	}
	for _, who := range people {
		observeShift(s, &o, who)
		observeModeration(s, &o, who)
		m, ok := s.Member(who)
		if _, present := s.Present(who); ok && !present {
			o.Former = append(o.Former, m)
		}
		page, _ := s.Page(m, 0, 1000)
		o.Screens[who], o.Unread[who] = rowsOf(s, m, page, bodies), s.Unread(m, 0)
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

// observeShift is the calls and the pinned message that one person is told of.
func observeShift(s *room.State, o *observed, who person.ID) {
	viewer, ok := s.Viewer(who, s.At())
	if !ok {
		viewer = room.Member{Person: who, Index: -2}
	}
	for _, of := range people {
		if call, ok := s.CallOf(of, viewer); ok {
			if o.Calls[who] == nil {
				o.Calls[who] = map[person.ID]room.Call{}
			}
			o.Calls[who][of] = call
		}
	}
	if shown, ok := s.Pinned(viewer); ok {
		o.Pinned[who] = shown.Message.Seq
	}
}

// observeModeration is what concerns one person, and what staff see of it.
func observeModeration(s *room.State, o *observed, who person.ID) {
	viewer, ok := s.Viewer(who, s.At())
	if !ok {
		viewer = room.Member{Person: who, Index: -2}
	}
	if list := s.Notes(viewer, 1000); len(list) > 0 {
		o.Notes[who] = list
	}
	if list := s.Held(viewer); len(list) > 0 {
		o.Held[who] = list
	}
	if labels := s.Labels(viewer); len(labels) > 0 {
		o.Labels[who] = labels
	}
	if until := s.MutedUntil(who, s.At()); until != 0 {
		o.Muted[who] = until
	}
	if until := s.VisitUntil(who, s.At()); until != 0 {
		o.Visits[who] = until
	}
	if page, _ := s.Line(who, viewer, 0, 1000); len(page) > 0 {
		o.Lines[who] = page
	}
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
