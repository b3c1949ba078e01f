package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// callers are people who each call once, over plain requests, and send it again with the
// same id until they know that it is out, as the page does.
type callers struct {
	*clinic
	in      room.ID
	cookies []string
	acked   int // how many knew at the first sending
}

func newCallers(t *testing.T, c *clinic, n int) *callers {
	t.Helper()
	s := &callers{clinic: c, in: c.openRoom(t, "Evening")}
	for i := range n {
		s.cookies = append(s.cookies, c.comeIn(t, s.in, "participant", fmt.Sprintf("person.%d", i), fmt.Sprintf("Fox %d", i)))
	}
	return s
}

// post asks a server that may be dying; false: it is not known that it was done.
func post(url, path, cookie string, body any) bool {
	data, err := json.Marshal(body)
	if err != nil {
		return false
	}
	r, err := http.NewRequest(http.MethodPost, url+path, bytes.NewReader(data))
	if err != nil {
		return false
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookie)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// call has everybody call while kill is done at a random moment of it.
func (s *callers) call(t *testing.T, url string, rng *rand.Rand, kill func()) {
	t.Helper()
	for _, cookie := range s.cookies {
		body := map[string]any{"id": wireclient.NewID()}
		answered := make(chan bool)
		go func() { answered <- post(url, "/api/help/call", cookie, body) }()
		pause(t.Context(), time.Duration(rng.Int64N(int64(15*time.Millisecond))))
		kill()
		out := <-answered
		if out {
			s.acked++
		}
		for begun := time.Now(); !out; {
			if time.Since(begun) > faultPatience {
				t.Fatal("a call does not go out")
			}
			pause(t.Context(), 20*time.Millisecond)
			out = post(url, "/api/help/call", cookie, body)
		}
	}
}

// check: each call stands in the room once, and once in the team's queue, and who called is
// told of it.
func (s *callers) check(t *testing.T, on *servertest.Server) {
	t.Helper()
	if err := on.SweepDesk(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := callsIn(t, on, s.in); n != len(s.cookies) {
		t.Errorf("%d calls stand in the room, %d were made", n, len(s.cookies))
	}
	c := clinic{Server: on}
	waiting := 0
	for _, item := range c.queue(t, s.lead) {
		if item["kind"] == "call" {
			waiting++
		}
	}
	if waiting != len(s.cookies) {
		t.Errorf("%d calls wait in the queue, %d were made", waiting, len(s.cookies))
	}
	for i, cookie := range s.cookies {
		if call, ok := c.helpOf(t, on, cookie)["call"].(map[string]any); !ok || call["answered_at"] != nil {
			t.Errorf("person %d is told %v", i, call)
		}
	}
	t.Logf("%d calls, %d of them acknowledged at the first sending", len(s.cookies), s.acked)
}

// kill -9 of the server at a random moment of a call: it is never lost and never doubled.
func TestCallSurvivesKill(t *testing.T) {
	c := openClinic(t, nil)
	s := newCallers(t, c, 3**actKills)
	c.Stop(t)
	config := c.Config
	config.Clock = nil
	p := servertest.StartProcess(t, config)
	s.call(t, p.URL, rand.New(rand.NewPCG(*seedOf, 4)), func() {
		p.Kill(t)
		p.Restart(t)
	})
	p.Kill(t)
	s.check(t, servertest.Run(t, config))
}

// The same of the server or Redis, whichever it is.
func TestCallSurvivesKillOnRedis(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	c := openClinic(t, func(config *server.Config) {
		config.Redis = redis.URL()
		if _, err := keyfile.Create(config.Key); err != nil {
			t.Fatal(err)
		}
	})
	s := newCallers(t, c, 3**actKills)
	c.Stop(t)
	config := c.Config
	config.Clock = nil
	p := servertest.StartProcess(t, config)
	rng := rand.New(rand.NewPCG(*seedOf, 4))
	s.call(t, p.URL, rng, func() {
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
