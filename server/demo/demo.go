// Package demo fills an empty programme with people who do not exist and a
// conversation they never had, so that a newcomer sees Kith as it is meant to be.
package demo

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Guest is somebody a demo link signs in as.
type Guest struct {
	Name string // the host name's first part
	Role room.Role
	Link string // the secret
}

// linkLasts is how long a demo's links work.
const linkLasts = 7 * 24 * time.Hour

//go:embed script.en.json
var scriptFile []byte

// script is the fictional programme: script.en.json.
type script struct {
	Programme string       `json:"programme"`
	Cast      []cast       `json:"cast"`
	Rooms     []roomScript `json:"rooms"`
}

type cast struct {
	Name  string    `json:"name"`
	Alias string    `json:"alias"`
	Role  room.Role `json:"role"`
	Link  bool      `json:"link"`
}

type roomScript struct {
	Name   string   `json:"name"`
	Topic  string   `json:"topic"`
	Rules  string   `json:"rules"`
	People []string `json:"people"` // names; the first opens the room
	Said   []said   `json:"said"`
	// Meets is when the group met last, Answered when somebody of the team answers today.
	Meets    stretch `json:"meets"`
	Answered stretch `json:"answered"`
}

// said is one message. Ago is minutes before now; Re is the index of the message
// it answers, counted from 1; Got is reactions by name of the one who gives it.
type said struct {
	Ago  int               `json:"ago"`
	By   string            `json:"by"`
	Text string            `json:"text"`
	Re   int               `json:"re"`
	Got  map[string]string `json:"got"`
}

// seeder writes the script with a clock of its own, so that what was said
// yesterday stands at yesterday.
type seeder struct {
	clock  atomic.Pointer[time.Time] // rooms look at it by themselves
	gate   *auth.Gate
	hub    *hub.Hub
	people *people.People
	ids    map[string]person.ID
	cast   map[string]cast
	n      int
}

func (s *seeder) set(now time.Time) { s.clock.Store(&now) }

// Seed fills an empty programme and returns who can be signed in as. One that was
// filled before is left as it is, and gets new links. log and values are sealed and
// belong to no running server.
func Seed(ctx context.Context, log eventlog.Log, values eventlog.Values, deviceKey []byte, now time.Time) ([]Guest, error) {
	var plot script
	if err := json.Unmarshal(scriptFile, &plot); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	s := &seeder{ids: make(map[string]person.ID), cast: make(map[string]cast)}
	s.set(now.Add(-26 * time.Hour))
	clock := func() time.Time { return *s.clock.Load() }
	var err error
	s.gate, err = auth.New(auth.Config{
		Log: log, Values: values, Clock: clock, DeviceKey: deviceKey, Cost: auth.InsecureTestCost,
		Staff: func(context.Context, person.ID) (bool, error) { return false, nil },
	})
	if err != nil {
		return nil, err
	}
	s.hub = hub.New(hub.Config{
		Log: log, Values: values, Tokens: wire.NewTokens(make([]byte, 64)), Clock: clock, Rand: rand.Reader,
		Logger: slog.New(slog.DiscardHandler),
	})
	defer s.hub.Close()
	s.people = people.New(log, values, s.gate, s.hub)
	if programme, err := s.people.Programme(ctx); err != nil {
		return nil, err
	} else if len(programme.Leads) > 0 {
		return s.again(ctx, plot, now)
	}
	if err := s.enrol(ctx, plot); err != nil {
		return nil, err
	}
	for _, r := range plot.Rooms {
		if err := s.play(ctx, r, now); err != nil {
			return nil, err
		}
	}
	return s.guests(ctx, plot, now)
}

// again finds the cast of a programme that was filled before.
func (s *seeder) again(ctx context.Context, plot script, now time.Time) ([]Guest, error) {
	for _, c := range plot.Cast {
		id, err := s.gate.PersonNamed(ctx, c.Name)
		if err != nil {
			return nil, fmt.Errorf("demo: this folder holds another programme: give the demo a folder of its own with -data, or leave it out: %w", err)
		}
		s.ids[c.Name] = id
	}
	return s.guests(ctx, plot, now)
}

func (s *seeder) enrol(ctx context.Context, plot script) error {
	for _, c := range plot.Cast {
		id, err := s.gate.CreatePerson(ctx, c.Name, "")
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		s.ids[c.Name], s.cast[c.Name] = id, c
	}
	lead := s.ids[plot.Cast[0].Name]
	return s.gate.ChangeProgram(ctx, fact.Machine, func(program.State) ([]fact.Fact, error) {
		return []fact.Fact{program.ProgramNamed{Name: plot.Programme}, program.LeadAppointed{Person: lead}}, nil
	})
}

func (s *seeder) play(ctx context.Context, r roomScript, now time.Time) error {
	opener := r.People[0]
	id, err := s.people.OpenRoom(ctx, s.ids[opener], people.NewRoom{
		Name: r.Name, Topic: r.Topic, Rules: r.Rules, Alias: s.cast[opener].Alias,
	})
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	for _, name := range r.People[1:] {
		c := s.cast[name]
		if err := s.people.Join(ctx, id, room.AddMember{Person: s.ids[name], Alias: c.Alias, Role: c.Role}, s.command()); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	if err := s.calendar(ctx, id, r, now); err != nil {
		return err
	}
	var messages []room.Seq
	for _, m := range r.Said {
		s.set(now.Add(-time.Duration(m.Ago) * time.Minute))
		post := room.PostMessage{Text: m.Text}
		if m.Re > 0 {
			post.ReplyTo = messages[m.Re-1]
		}
		out, err := s.hub.Do(ctx, id, s.ids[m.By], s.command(), post)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		messages = append(messages, out.Seq)
		for who, reaction := range m.Got {
			act := room.React{Message: out.Seq, Reaction: reaction, On: true}
			if _, err := s.hub.Do(ctx, id, s.ids[who], s.command(), act); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
	}
	s.set(now.Add(-26 * time.Hour))
	return nil
}

// command makes ids one after the other: the script has no two acts alike.
func (s *seeder) command() room.CommandID {
	s.n++
	sum := sha256.Sum256(fmt.Appendf(nil, "demo %d", s.n))
	return room.NewCommandID(s.hub.Now(), [10]byte(sum[:10]))
}

func (s *seeder) guests(ctx context.Context, plot script, now time.Time) ([]Guest, error) {
	s.set(now)
	var guests []Guest
	for _, c := range plot.Cast {
		if !c.Link {
			continue
		}
		link, err := s.gate.IssueDemo(ctx, s.ids[c.Name], linkLasts)
		if err != nil {
			return nil, err
		}
		guests = append(guests, Guest{Name: c.Name, Role: c.Role, Link: link.Secret})
	}
	return guests, nil
}
