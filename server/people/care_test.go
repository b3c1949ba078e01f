package people_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/demo"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/eventlog/logtest"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/sqlitestore"
	"github.com/kith-chat/kith/server/wire"
)

// store is a real store with the demo's people in two rooms.
type store struct {
	log    eventlog.Log
	values eventlog.Values
}

func openStore(t *testing.T) store {
	t.Helper()
	folder, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	keys := eventlog.NewKeyring(eventlog.NewKey())
	s := store{eventlog.Sealed(folder, keys), eventlog.SealedValues(folder.Values(), keys)}
	if _, err := demo.Seed(t.Context(), s.log, s.values, make([]byte, 32), time.Now()); err != nil {
		t.Fatal(err)
	}
	return s
}

// process is one that works on the store until it is closed.
type process struct {
	hub    *hub.Hub
	gate   *auth.Gate
	people *people.People
}

func (s store) process(t *testing.T, c *logtest.Crash) *process {
	t.Helper()
	log, values := c.Log(s.log), c.Values(s.values)
	p := &process{}
	var err error
	p.gate, err = auth.New(auth.Config{
		Log: log, Values: values, Clock: time.Now, DeviceKey: make([]byte, 32), Cost: auth.InsecureTestCost,
		Staff: func(context.Context, person.ID) (bool, error) { return false, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	p.hub = hub.New(hub.Config{
		Log: log, Values: values, Tokens: wire.NewTokens(make([]byte, 64)), Clock: time.Now, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
	})
	p.people = people.New(log, values, p.gate, p.hub)
	return p
}

// who is the lead, and somebody who is in both rooms.
func (p *process) who(t *testing.T) (lead, wren person.ID, rooms []room.ID) {
	t.Helper()
	programme, err := p.people.Programme(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range programme.People {
		state, err := p.gate.Person(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := p.hub.Membership(t.Context(), programme.Rooms[0], id); err == nil && m.Alias.Text == "Wren" && len(state.Rooms) == 2 {
			wren = id
		}
	}
	return programme.Leads[0], wren, programme.Rooms
}

// atEveryStep lets the process die at each write of an act, before and after its effect;
// afterwards two others start at once and finish what it left.
func atEveryStep(t *testing.T, do func(p *process, lead, who person.ID, rooms []room.ID) error, check func(p *process, who person.ID, rooms []room.ID, begun bool, err error)) {
	t.Helper()
	crashes := 0
	for _, after := range []bool{false, true} {
		for step := 1; ; step++ {
			s := openStore(t)
			sound := s.process(t, &logtest.Crash{})
			lead, who, rooms := sound.who(t)
			c := &logtest.Crash{At: step, After: after}
			dying := s.process(t, c)
			err := do(dying, lead, who, rooms)
			died := c.Died()
			dying.hub.Close()
			begun := s.begun(t)
			second := s.process(t, &logtest.Crash{})
			var both sync.WaitGroup
			for _, p := range []*process{sound, second} {
				both.Go(func() {
					if err := p.people.FinishActs(context.Background()); err != nil {
						t.Errorf("finishing after step %d: %v", step, err)
					}
				})
			}
			both.Wait()
			check(second, who, rooms, begun, err)
			sound.hub.Close()
			second.hub.Close()
			if t.Failed() {
				t.Fatalf("the process died at step %d, after its effect: %v", step, after)
			}
			if !died {
				break
			}
			crashes++
		}
	}
	t.Logf("%d crashes", crashes)
	if crashes < 10 {
		t.Error("the crash does not reach the steps")
	}
}

// kill -9 between any two steps of an end of care: finished once, or never begun.
func TestEndOfCareAtEveryCrash(t *testing.T) {
	atEveryStep(t, func(p *process, lead, who person.ID, _ []room.ID) error {
		_, err := p.people.EndCare(t.Context(), lead, who, true)
		return err
	}, func(p *process, who person.ID, rooms []room.ID, begun bool, err error) {
		if err == nil && !begun {
			t.Error("acknowledged and not begun")
		}
		for _, id := range rooms {
			_, in := p.hub.Membership(t.Context(), id, who)
			if out := errors.Is(in, room.ErrNoSuchRoom); out != begun {
				t.Errorf("out of room %s: %v, begun: %v (%v)", id, out, begun, in)
			}
			if n := count(t, p, id, who); begun && n != 1 || !begun && n != 0 {
				t.Errorf("the stay ended %d times", n)
			}
		}
		if programme, err := p.people.Programme(t.Context()); err != nil || len(programme.Open) != 0 {
			t.Errorf("still open: %v, %v", programme.Open, err)
		}
		if begun {
			if _, err := p.gate.IssueReset(t.Context(), who, who.Actor()); err == nil {
				t.Error("the account is open")
			}
		}
	})
}

// The same of a move: in the one room or in the other, and once.
func TestMoveAtEveryCrash(t *testing.T) {
	atEveryStep(t, func(p *process, lead, who person.ID, rooms []room.ID) error {
		// Out of the second room first, so that there is somewhere to move to.
		if _, err := p.hub.Do(t.Context(), rooms[1], who, p.hub.NewID(), room.EndMembership{Person: who}); err != nil {
			return err
		}
		return p.people.Move(t.Context(), lead, who, rooms[0], rooms[1], "Sandpiper")
	}, func(p *process, who person.ID, rooms []room.ID, begun bool, err error) {
		_, from := p.hub.Membership(t.Context(), rooms[0], who)
		to, toErr := p.hub.Membership(t.Context(), rooms[1], who)
		moved := errors.Is(from, room.ErrNoSuchRoom)
		if moved != begun || begun && (toErr != nil || to.Alias.Text != "Sandpiper") {
			t.Errorf("begun %v, out of the one: %v, in the other: %v as %q", begun, from, toErr, to.Alias.Text)
		}
		if programme, err := p.people.Programme(t.Context()); err != nil || len(programme.Open) != 0 {
			t.Errorf("still open: %v, %v", programme.Open, err)
		}
	})
}

// begun says whether the act was ever written down.
func (s store) begun(t *testing.T) bool {
	t.Helper()
	records, err := s.log.Read(t.Context(), program.Stream, 1, eventlog.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(records, func(r eventlog.Record) bool { return bytes.Contains(r.Meta, []byte("intent_begun")) })
}

// count is how often a person's stay ended in a room's log.
func count(t *testing.T, p *process, id room.ID, who person.ID) (n int) {
	t.Helper()
	records, err := p.hub.Log.Read(t.Context(), hub.Stream(id), 1, eventlog.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		e, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if left, ok := e.Event.(*room.MemberLeft); ok && left.Person == who {
			n++
		}
	}
	return n
}

// What the other room refuses changes nothing, and the act is over.
func TestMoveRefused(t *testing.T) {
	p := openStore(t).process(t, &logtest.Crash{})
	defer p.hub.Close()
	lead, who, rooms := p.who(t)
	if _, err := p.hub.Do(t.Context(), rooms[1], who, p.hub.NewID(), room.EndMembership{Person: who}); err != nil {
		t.Fatal(err)
	}
	if err := p.people.Move(t.Context(), lead, who, rooms[0], rooms[1], "Oak"); !errors.Is(err, room.ErrAliasTaken) {
		t.Fatalf("under a name that is taken: %v", err)
	}
	if _, err := p.hub.Membership(t.Context(), rooms[0], who); err != nil {
		t.Errorf("out of the first room: %v", err)
	}
	if err := p.people.Move(t.Context(), lead, who, rooms[0], rooms[1], "Sandpiper"); err != nil {
		t.Errorf("afterwards under another: %v", err)
	}
	if _, err := p.people.EndCare(t.Context(), who, lead, false); !errors.Is(err, room.ErrNotAllowed) {
		t.Errorf("the end of the lead's care: %v", err)
	}
}

// The same of another role: it and the end of the sessions, or neither; and who came in
// meanwhile stays in.
func TestSetRoleAtEveryCrash(t *testing.T) {
	atEveryStep(t, func(p *process, lead, who person.ID, rooms []room.ID) error {
		return p.people.SetRole(t.Context(), lead, who, rooms[0], room.Moderator)
	}, func(p *process, who person.ID, rooms []room.ID, begun bool, err error) {
		m, in := p.hub.Membership(t.Context(), rooms[0], who)
		if in != nil || (m.Role == room.Moderator) != begun {
			t.Errorf("begun %v, %v (%v)", begun, m.Role, in)
		}
		state, stateErr := p.gate.Person(t.Context(), who)
		if stateErr != nil || len(state.Endings) > 1 || (len(state.Endings) == 1) != begun {
			t.Errorf("begun %v, sessions ended %d times, %v", begun, len(state.Endings), stateErr)
		}
		if programme, err := p.people.Programme(t.Context()); err != nil || len(programme.Open) != 0 {
			t.Errorf("still open: %v, %v", programme.Open, err)
		}
	})
}

// A membership for a time stays one for that time in the other room.
func TestMoveKeepsTheTerm(t *testing.T) {
	p := openStore(t).process(t, &logtest.Crash{})
	defer p.hub.Close()
	lead, who, rooms := p.who(t)
	if _, err := p.hub.Do(t.Context(), rooms[1], who, p.hub.NewID(), room.EndMembership{Person: who}); err != nil {
		t.Fatal(err)
	}
	until := p.hub.Now() + room.Day
	if _, err := p.hub.Do(t.Context(), rooms[0], lead, p.hub.NewID(), room.SetTerm{Person: who, Until: until}); err != nil {
		t.Fatal(err)
	}
	if err := p.people.Move(t.Context(), lead, who, rooms[0], rooms[1], "Sandpiper"); err != nil {
		t.Fatal(err)
	}
	if m, err := p.hub.Membership(t.Context(), rooms[1], who); err != nil || m.Until != until {
		t.Errorf("until %v, want %v (%v)", m.Until, until, err)
	}
}
