package room

import "fmt"

// Decision is what became of a command: the answer and, unless the command had
// been answered before, the entry to append.
type Decision struct {
	Answer Answer
	// Entry is nil where the same command was answered before.
	Entry *Entry
}

// Decide judges a command. It changes nothing. An error is always a *Refusal.
//
// The order matters. A command that was answered gets its answer again, whatever
// has happened since (promise 5); only then age, membership, the permission
// table, the room's standing rules and the act's own rule are asked.
func Decide(s *State, c Command) (Decision, error) {
	print := fingerprint(c.Do)
	if first, ok := s.answered(c.Actor, c.ID); ok {
		// Of what was erased since it cannot be told any more.
		if first.Fingerprint != print && first.Fingerprint != (Fingerprint{}) {
			return Decision{}, ErrIDReused
		}
		return Decision{Answer: first}, nil
	}
	if err := refuseAge(c); err != nil {
		return Decision{}, err
	}
	defer s.lookFor(c.At)()
	by, role := s.standing(c)
	if role == NoRole || !s.Opened() && c.Do.act() != "open_room" {
		return Decision{}, ErrNoSuchRoom
	}
	if !c.Do.act().allows(role) {
		return Decision{}, ErrNotAllowed
	}
	if err := refuseStanding(s, c, by); err != nil {
		return Decision{}, err
	}
	event, err := c.Do.decide(s, c, by)
	if err != nil {
		return Decision{}, err
	}
	entry := &Entry{
		Seq:    s.head + 1,
		Header: Header{At: c.At, Actor: c.Actor, Command: c.ID, Fingerprint: print},
		Event:  event,
	}
	return Decision{Answer: entry.answer(), Entry: entry}, nil
}

// standing is the actor's membership and the role it acts in.
func (s *State) standing(c Command) (Member, Role) {
	if c.Actor == "" {
		return Member{}, System
	}
	m, ok := s.members.get(c.Actor)
	if ok && m.Left != 0 && s.appeals(c) {
		return m, Participant
	}
	if !ok || !s.Here(m) {
		return Member{}, NoRole
	}
	return m, m.Role
}

// Apply folds an entry into the state. An error means that the log is not one
// this program can have written: nothing may be shown from it. The state is then
// unusable.
func Apply(s *State, e Entry) error {
	if e.Seq != s.head+1 {
		return fmt.Errorf("room: record %d does not follow %d", e.Seq, s.head)
	}
	if e.At < s.at {
		return fmt.Errorf("room: record %d goes back in time", e.Seq)
	}
	if err := e.Event.apply(s, e); err != nil {
		return fmt.Errorf("room: record %d: %w", e.Seq, err)
	}
	s.head, s.at = e.Seq, e.At
	s.remember(e)
	return nil
}
