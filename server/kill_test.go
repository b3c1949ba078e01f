package server_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
)

var (
	kills   = flag.Int("kills", 3, "how often TestKill kills the server")
	preload = flag.Int("preload", 0, "records in each room before TestKill begins (0: 50,000, or 2,000 under the race detector)")
	seedOf  = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of what tests do at random")
)

const (
	killRooms   = 3
	killMembers = 20 // in each room; two of them staff, the last few may be sent away
	killLeavers = 4
	killRate    = 200 // commands a second, of all clients together
	// A kill comes this long after the server listens again, at the least and at
	// the most: into the storm of returning clients, or when all write again.
	killAfter, killWithin = 200 * time.Millisecond, 4 * time.Second
	// killPatience bounds how long a server may take to listen again, on machines
	// that others use too. What is wanted is a second; the figure is logged.
	killPatience = 15 * time.Second
)

// The server is killed at random moments while people write. Nothing that was
// acknowledged is lost, doubled or out of order, and everybody ends with the same
// room.
func TestKill(t *testing.T) {
	records := *preload
	if records == 0 {
		records = 50_000
		if underRace {
			records = 2_000
		}
	}
	t.Logf("seed %d, %d kills, %d rooms of %d members and %d records", *seedOf, *kills, killRooms, killMembers, records)
	c := servertest.Config(t.TempDir())
	rooms := servertest.Seed(t, c, seed.Spec{Rooms: killRooms, Members: killMembers, Moderators: 2, Preload: records})
	tokens := tokensOf(t, c)
	p := servertest.StartProcess(t, c)

	crowd := newCrowd([]string{p.URL}, killRate, rooms, tokens)
	rng := rand.New(rand.NewPCG(*seedOf, 2))
	crowd.start(t)
	crowd.await(t, &crowd.coming, "somebody did not get in")
	began := crowd.history.now()
	var listening []time.Duration
	for range *kills {
		pause(t.Context(), killAfter+time.Duration(rng.Int64N(int64(killWithin))))
		killed := time.Now()
		p.Kill(t)
		p.Restart(t)
		took := time.Since(killed)
		if listening = append(listening, took); took > killPatience {
			t.Errorf("it took %v until the server listened again", took)
		}
	}
	crowd.writing = crowd.history.now() - began
	crowd.finish(t)

	crowd.checkViews(t)
	p.Terminate(t)
	if code := p.Wait(); code != 0 {
		t.Errorf("exit code %d at the end:\n%s", code, p.Logs)
	}
	crowd.checkLog(t, c)
	crowd.checkHistory(t)
	crowd.figures(t, listening)
}

// tokensOf opens the tokens that clients are given, with the server's key.
func tokensOf(t *testing.T, c server.Config) *wire.Tokens {
	t.Helper()
	keys, err := keyfile.Load(c.Key)
	if err != nil {
		t.Fatal(err)
	}
	return wire.NewTokens(append(keys.Derive("wire tokens: authenticate"), keys.Derive("wire tokens: encrypt")...))
}

// crowd is all clients of a test, and what they have done.
type crowd struct {
	urls    []string
	rooms   []seed.Room
	tokens  *wire.Tokens
	history *history
	actors  []*actor

	quit, ending chan struct{}
	coming       sync.WaitGroup // of actors that were never in
	owed         sync.WaitGroup // of actors that are owed answers
	running      sync.WaitGroup
	failed       chan error
	writing      time.Duration // how long the crowd wrote
}

func newCrowd(urls []string, rate int, rooms []seed.Room, tokens *wire.Tokens) *crowd {
	c := &crowd{
		urls: urls, rooms: rooms, tokens: tokens, history: newHistory(),
		quit: make(chan struct{}), ending: make(chan struct{}), failed: make(chan error, killRooms*killMembers),
	}
	for _, r := range rooms {
		var leavers []string
		for _, m := range r.Members[killMembers-killLeavers:] {
			leavers = append(leavers, tokens.Member(r.ID, m.Person))
		}
		var talkers []string
		for _, m := range r.Members[2:6] {
			talkers = append(talkers, tokens.Member(r.ID, m.Person))
		}
		for _, m := range r.Members {
			a := &actor{
				index: len(c.actors), urls: urls, room: r.ID, who: m, name: tokens.Member(r.ID, m.Person), tokens: tokens,
				every: time.Second * time.Duration(killRooms*(killMembers-killLeavers)) / time.Duration(rate), history: c.history,
				quit: c.quit, ending: c.ending, in: c.coming.Done, answered: c.owed.Done,
			}
			a.rng = rand.New(rand.NewPCG(*seedOf, uint64(100+a.index)))
			if m.Role != room.Participant.String() {
				a.leavers, a.talkers = leavers, talkers
			}
			c.actors = append(c.actors, a)
		}
	}
	return c
}

func (c *crowd) start(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() { stop(); c.running.Wait() })
	c.coming.Add(len(c.actors))
	c.owed.Add(len(c.actors))
	for _, a := range c.actors {
		c.running.Go(func() {
			if err := a.run(ctx); err != nil {
				c.failed <- err
			}
		})
	}
}

// finish lets everybody get their last answer and see the last event.
func (c *crowd) finish(t *testing.T) {
	t.Helper()
	close(c.quit)
	c.await(t, &c.owed, "an answer is still owed to somebody")
	close(c.ending)
	c.await(t, &c.running, "a client did not come to its end")
}

// await waits for a group, but not for ever, and not where a client has failed.
func (c *crowd) await(t *testing.T, group *sync.WaitGroup, otherwise string) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		group.Wait()
	}()
	select {
	case <-done:
	case err := <-c.failed:
		c.history.report(t)
		t.Fatal(err)
	case <-time.After(2 * time.Minute):
		c.history.report(t)
		t.Fatal(otherwise)
	}
}

// figures is what the run has shown, in numbers.
func (c *crowd) figures(t *testing.T, listening []time.Duration) {
	t.Helper()
	refused, posts := 0, 0
	for _, a := range c.history.acts {
		switch {
		case a.code != "":
			refused++
		case a.verb == "post":
			posts++
		}
	}
	done := len(c.history.acts) - refused
	t.Logf("%d commands done (%d of them messages) and %d refused in %v: %.0f a second",
		done, posts, refused, c.writing.Round(time.Millisecond), float64(len(c.history.acts))/c.writing.Seconds())
	t.Logf("%d looks at pages; %d resumes, %s", len(c.history.looks), len(c.history.resumed), spread(c.history.resumed))
	t.Logf("from the kill to listening again: %s", spread(listening))
}

func spread(list []time.Duration) string {
	if len(list) == 0 {
		return "none"
	}
	slices.Sort(list)
	return fmt.Sprintf("median %v, worst %v", list[len(list)/2].Round(time.Millisecond), list[len(list)-1].Round(time.Millisecond))
}
