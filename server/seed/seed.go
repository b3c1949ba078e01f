// Package seed fills a store with rooms, members, sessions and history for load
// and fault tests, without the cost of passphrases. The store belongs to no
// running server.
package seed

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/room"
)

// Spec is what to make.
type Spec struct {
	Rooms, Members int
	// Moderators of each room, among its members; the first of them is its lead.
	Moderators int
	// Preload is how many messages each room holds before anything else.
	Preload int
	// Text of the n-th message of a room; nil is a sentence of 80 characters.
	Text func(n int) string
}

// Room is a room that was made.
type Room struct {
	ID      room.ID  `json:"room"`
	Members []Member `json:"members"`
}

// Member is somebody who may connect.
type Member struct {
	Person person.ID `json:"person"`
	Role   string    `json:"role"`
	Token  string    `json:"token"` // of the session cookie
}

// preloadGap is the time between two preloaded messages.
const preloadGap = 20 * time.Second

// Fill makes what spec says, with everything up to now. progress is told what has
// been done, of how much.
func Fill(ctx context.Context, log eventlog.Log, values eventlog.Values, deviceKey []byte, now time.Time, spec Spec, progress func(done, of int)) ([]Room, error) {
	gate, err := auth.New(auth.Config{
		Log: log, Values: values, Clock: func() time.Time { return now }, DeviceKey: deviceKey, Cost: auth.InsecureTestCost,
		Staff: func(context.Context, person.ID) (bool, error) { return false, nil },
	})
	if err != nil {
		return nil, err
	}
	names := make([]string, spec.Rooms*spec.Members)
	for i := range names {
		names[i] = fmt.Sprintf("member-%d", i)
	}
	entries, err := gate.CreateCrowd(ctx, names, func(n int) bool { return n%spec.Members < spec.Moderators })
	if err != nil {
		return nil, fmt.Errorf("seed: people: %w", err)
	}
	rooms := make([]Room, spec.Rooms)
	for i := range rooms {
		crew := entries[i*spec.Members : (i+1)*spec.Members]
		f := &filler{log: log, state: room.New(), at: room.Time(now.Add(-time.Duration(spec.Preload+10) * preloadGap).UnixMilli())}
		f.id, f.name = roomID(now, i), fmt.Sprintf("Room %d", i+1)
		if rooms[i], err = f.fill(ctx, spec, crew); err != nil {
			return nil, fmt.Errorf("seed: room %d: %w", i, err)
		}
		if err := f.index(ctx, gate, crew); err != nil {
			return nil, fmt.Errorf("seed: room %d: %w", i, err)
		}
		if progress != nil {
			progress(i+1, spec.Rooms)
		}
	}
	return rooms, list(ctx, gate, rooms)
}

func roomID(now time.Time, n int) room.ID {
	sum := sha256.Sum256(fmt.Appendf(nil, "room %d %d", now.UnixNano(), n))
	return room.ID(fact.FormID("r_", [fact.IDBytes]byte(sum[:fact.IDBytes])))
}

// list names the rooms in the programme.
func list(ctx context.Context, gate *auth.Gate, rooms []Room) error {
	return gate.ChangeProgram(ctx, fact.Machine, func(program.State) ([]fact.Fact, error) {
		facts := []fact.Fact{program.ProgramNamed{Name: "Load"}}
		for _, r := range rooms {
			facts = append(facts, program.RoomOpened{Room: r.ID})
			if len(facts) == eventlog.MaxAppendRecords {
				break // the index is for people; a load test needs none of it
			}
		}
		return facts, nil
	})
}

// filler writes one room's log.
type filler struct {
	log     eventlog.Log
	id      room.ID
	name    string
	state   *room.State
	head    eventlog.Position
	at      room.Time
	n       uint64
	waiting []eventlog.Record
}

func (f *filler) fill(ctx context.Context, spec Spec, crew []auth.Entry) (Room, error) {
	made := Room{ID: f.id}
	if err := f.do(ctx, "", room.OpenRoom{Name: f.name}); err != nil {
		return made, err
	}
	for i, e := range crew {
		role := room.Participant
		switch {
		case i == 0 && spec.Moderators > 0:
			role = room.Lead
		case i < spec.Moderators:
			role = room.Moderator
		}
		who := e.Session.Person
		if err := f.do(ctx, "", room.AddMember{Person: who, Alias: fmt.Sprintf("Alias %d", i+1), Role: role}); err != nil {
			return made, err
		}
		made.Members = append(made.Members, Member{Person: who, Role: role.String(), Token: e.Token})
	}
	for n := range spec.Preload {
		text := fmt.Sprintf("Message %06d, one of many that were said here before anybody who reads came in.", n)
		if spec.Text != nil {
			text = spec.Text(n)
		}
		f.at += room.Time(preloadGap.Milliseconds())
		if err := f.do(ctx, made.Members[n%len(made.Members)].Person, room.PostMessage{Text: text}); err != nil {
			return made, err
		}
	}
	return made, f.flush(ctx)
}

func (f *filler) do(ctx context.Context, by person.ID, act room.Action) error {
	f.n++
	var tail [10]byte
	binary.BigEndian.PutUint64(tail[2:], f.n)
	d, err := room.Decide(f.state, room.Command{ID: room.NewCommandID(f.at, tail), Actor: by, At: f.at, Do: act})
	if err != nil {
		return err
	}
	if err := room.Apply(f.state, *d.Entry); err != nil {
		return err
	}
	meta, body, err := room.Encode(*d.Entry)
	if err != nil {
		return err
	}
	f.waiting = append(f.waiting, eventlog.Record{Meta: meta, Body: body, HasBody: body != nil})
	if len(f.waiting) == eventlog.MaxAppendRecords {
		return f.flush(ctx)
	}
	return nil
}

func (f *filler) flush(ctx context.Context) (err error) {
	f.head, err = f.log.Append(ctx, hub.Stream(f.id), f.head, f.waiting)
	f.waiting = f.waiting[:0]
	return err
}

// index tells each member's own stream of the room.
func (f *filler) index(ctx context.Context, gate *auth.Gate, crew []auth.Entry) error {
	errs := make(chan error, len(crew))
	for _, e := range crew {
		go func() {
			who := e.Session.Person
			errs <- gate.ChangePerson(ctx, who, who.Actor(), func(person.State) ([]fact.Fact, error) {
				return []fact.Fact{person.RoomJoined{Room: f.id}}, nil
			})
		}()
	}
	var failed error
	for range crew {
		if err := <-errs; err != nil {
			failed = err
		}
	}
	return failed
}
