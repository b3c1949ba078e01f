package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

var actKills = flag.Int("act-kills", 4, "how often each act over several rooms is cut off by a kill, of each sort")

// subject is somebody to whom something is done that takes several steps.
type subject struct {
	act    string // care, move, role
	id     person.ID
	member string // as the first room calls them
	acked  bool
}

// subjects are a clinic and those people: who is to leave is in both rooms, the others in
// the first.
type subjects struct {
	*clinic
	from, to room.ID
	all      []*subject
}

func newSubjects(t *testing.T, c *clinic, each int) *subjects {
	t.Helper()
	s := &subjects{clinic: c, from: c.openRoom(t, "Evening"), to: c.openRoom(t, "Morning")}
	for n := range 3 * each {
		act := []string{"care", "move", "role"}[n%3]
		cookie := c.comeIn(t, s.from, "participant", fmt.Sprintf("person.%d", n), fmt.Sprintf("Fox %d", n))
		if act == "care" {
			c.accepted(t, "/api/links/accept", cookie, map[string]any{
				"secret": c.invite(t, c.lead, s.to, "participant"), "alias": fmt.Sprintf("Owl %d", n), "accepts": []string{"agreement", "not_emergency"},
			})
		}
		one := &subject{act: act, member: c.memberOf(t, cookie, s.from)}
		one.id, _ = c.Hub.Tokens.ParseMember(s.from, one.member)
		s.all = append(s.all, one)
	}
	return s
}

// do asks the server at an address for the act, and says whether it was acknowledged.
func (s *subjects) do(url string, n int) bool {
	one := s.all[n]
	path, body := "/api/people/end-care", map[string]any{"room": s.from, "member": one.member, "erase": true}
	switch one.act {
	case "move":
		path, body = "/api/people/move", map[string]any{"room": s.from, "member": one.member, "to": s.to, "alias": fmt.Sprintf("Elk %d", n)}
	case "role":
		path, body = "/api/people/role", map[string]any{"room": s.from, "member": one.member, "role": "moderator"}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return false
	}
	r, err := http.NewRequest(http.MethodPost, url+path, bytes.NewReader(data))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", s.lead)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// cutOff does every act, and has it cut off at a random moment of it.
func (s *subjects) cutOff(t *testing.T, url string, rng *rand.Rand, kill func()) {
	t.Helper()
	for n, one := range s.all {
		answered := make(chan bool)
		go func() { answered <- s.do(url, n) }()
		pause(t.Context(), time.Duration(rng.Int64N(int64(40*time.Millisecond))))
		kill()
		one.acked = <-answered
	}
}

// check: every act was finished, and once, or never began; one that was acknowledged was
// finished.
func (s *subjects) check(t *testing.T, on *servertest.Server) {
	t.Helper()
	if err := on.People.FinishActs(t.Context()); err != nil {
		t.Fatal(err)
	}
	programme, err := on.People.Programme(t.Context())
	if err != nil || len(programme.Open) != 0 {
		t.Errorf("not finished: %v, %v", programme.Open, err)
	}
	left := map[room.ID]map[person.ID]int{s.from: {}, s.to: {}}
	for in := range left {
		for e := range entries(t, on.Log, in) {
			if ev, ok := e.Event.(*room.MemberLeft); ok {
				left[in][ev.Person]++
			}
		}
	}
	finished, acked := 0, 0
	for n, one := range s.all {
		done, none := s.standing(t, on, one)
		if done == none || one.acked && !done {
			t.Errorf("%s of person %d: acknowledged %v, finished %v, never begun %v", one.act, n, one.acked, done, none)
		}
		if left[s.from][one.id] > 1 || left[s.to][one.id] > 1 {
			t.Errorf("%s of person %d was finished more than once", one.act, n)
		}
		if done {
			finished++
		}
		if one.acked {
			acked++
		}
	}
	t.Logf("%d acts cut off: %d acknowledged, %d finished", len(s.all), acked, finished)
}

// standing says whether an act is wholly done, and whether nothing of it is.
func (s *subjects) standing(t *testing.T, on *servertest.Server, one *subject) (done, none bool) {
	t.Helper()
	was, err := on.Hub.Membership(t.Context(), s.from, one.id)
	in := err == nil
	_, err = on.Hub.Membership(t.Context(), s.to, one.id)
	there := err == nil
	closed, err := on.Gate.Closed(t.Context(), one.id)
	if err != nil {
		t.Fatal(err)
	}
	switch one.act {
	case "care":
		return closed && !in && !there, !closed && in && there
	case "move":
		return !in && there, in && !there
	}
	return in && was.Role == room.Moderator, in && was.Role == room.Participant
}

// kill -9 of the server at random moments of an end of care, a move and a change of role.
func TestKillDuringActs(t *testing.T) {
	c := openClinic(t, nil)
	s := newSubjects(t, c, *actKills)
	c.Stop(t)
	config := c.Config
	config.Clock = nil
	p := servertest.StartProcess(t, config)
	s.cutOff(t, p.URL, rand.New(rand.NewPCG(*seedOf, 1)), func() {
		p.Kill(t)
		p.Restart(t)
	})
	p.Kill(t)
	s.check(t, servertest.Run(t, config))
}

// The same of the server or Redis, whichever it is.
func TestKillDuringActsOnRedis(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	c := openClinic(t, func(config *server.Config) {
		config.Redis = redis.URL()
		if _, err := keyfile.Create(config.Key); err != nil {
			t.Fatal(err)
		}
	})
	s := newSubjects(t, c, *actKills)
	c.Stop(t)
	config := c.Config
	config.Clock = nil
	p := servertest.StartProcess(t, config)
	rng := rand.New(rand.NewPCG(*seedOf, 1))
	s.cutOff(t, p.URL, rng, func() {
		if rng.IntN(2) == 0 {
			p.Kill(t)
			p.Restart(t)
			return
		}
		redis.Kill(t)
		redis.Restart(t)
	})
	p.Kill(t)
	s.check(t, servertest.Run(t, config))
}
