package server_test

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/servertest"
)

// openClinicOnRedis is a clinic on a Redis of its own, and a second node beside it.
func openClinicOnRedis(t *testing.T) (c *clinic, second *servertest.Server) {
	t.Helper()
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	c = openClinic(t, func(config *server.Config) {
		config.Redis = redis.URL()
		if _, err := keyfile.Create(config.Key); err != nil {
			t.Fatal(err)
		}
	})
	config := c.Config
	config.Data, config.Addr, config.Ops = filepath.Join(t.TempDir(), "data"), "127.0.0.1:0", "127.0.0.1:0"
	return c, servertest.Run(t, config)
}

// Whoever comes in with one node is at home with the other; what ends with one ends
// with the other within a second: a session, a membership.
func TestRightsEndOnEveryNode(t *testing.T) {
	c, second := openClinicOnRedis(t)
	in := c.openRoom(t, "Evening")
	fox := c.comeIn(t, in, "participant", "a.person", "Fox")
	owl := c.comeIn(t, in, "participant", "b.person", "Owl")

	there := servertest.Dial(t, second.URL, fox)
	there.Join(in, "")
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	there.Post(in, "from the other node")
	lead.Until(servertest.Event("message"))

	begun := time.Now()
	c.accepted(t, "/api/sign-out", fox, map[string]any{})
	if code, took := ended(t, there, begun); code != 0 {
		t.Errorf("after signing out elsewhere the socket was closed with %d, not reset", code)
	} else {
		t.Logf("signed out elsewhere: reset after %v", took.Round(time.Millisecond))
	}
	if status, _, _ := second.Get(t, "/api/me", fox); status != http.StatusUnauthorized {
		t.Errorf("the ended session still opens the other node: %d", status)
	}

	away := servertest.Dial(t, second.URL, owl)
	j := away.Join(in, "")
	begun = time.Now()
	lead.Must(servertest.Command{"do": "end_membership", "room": in, "member": j.You}, nil)
	if code, took := ended(t, away, begun); code != 0 {
		t.Errorf("after the end of the membership the socket was closed with %d, not reset", code)
	} else {
		t.Logf("membership ended elsewhere: reset after %v", took.Round(time.Millisecond))
	}
	again := servertest.Dial(t, second.URL, owl)
	again.Refused("no_such_room", servertest.Command{"do": "join", "room": in})
}

// A server on Redis makes no key by itself; two nodes with two keys do not both
// begin; a folder is one node's.
func TestRedisRefusesToStart(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	c := servertest.Config(t.TempDir())
	c.Redis = redis.URL()
	refusesToStart(t, c, nil, "kith key new", c.Key)
	if redis.Do(t, "DBSIZE") != int64(0) {
		t.Error("something was written before there was a key")
	}
	if _, err := keyfile.Create(c.Key); err != nil {
		t.Fatal(err)
	}
	other := servertest.Config(t.TempDir())
	other.Redis = redis.URL()
	if _, err := keyfile.Create(other.Key); err != nil {
		t.Fatal(err)
	}
	node := servertest.Run(t, c)
	refusesToStart(t, other, keyfile.ErrWrongKey, "put its file, or your copy of it, in place")
	same := node.Config
	same.Addr, same.Ops = "127.0.0.1:0", "127.0.0.1:0"
	refusesToStart(t, same, nil, "another server", "-data")
}

// Of several nodes that begin at once on an empty Redis, with two keys, only those of
// one key start.
func TestOneKeyWins(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	var work sync.WaitGroup
	started := make([]bool, 6)
	keys := []string{filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")}
	for _, k := range keys {
		if _, err := keyfile.Create(k); err != nil {
			t.Fatal(err)
		}
	}
	for i := range started {
		c := servertest.Config(t.TempDir())
		c.Redis, c.Key = redis.URL(), keys[i%2]
		work.Go(func() {
			opened, err := server.Open(c)
			if err == nil {
				started[i] = true
				_ = opened.Close()
			}
		})
	}
	work.Wait()
	one, two := started[0] || started[2] || started[4], started[1] || started[3] || started[5]
	if one == two {
		t.Errorf("with the first key started: %v, with the second: %v", one, two)
	}
}

// A Redis that may throw data away, or keeps nothing, is refused unless it is said
// that this is wanted.
func TestRefusesAnUnsafeRedis(t *testing.T) {
	for name, o := range map[string]servertest.RedisOptions{
		"maxmemory-policy noeviction": {Args: []string{"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"}},
		"appendonly yes":              {AppendFsync: "off"},
	} {
		redis := servertest.StartRedis(t, o)
		c := servertest.Config(t.TempDir())
		c.Redis = redis.URL()
		if _, err := keyfile.Create(c.Key); err != nil {
			t.Fatal(err)
		}
		refusesToStart(t, c, nil, name, "-insecure-redis")
		c.InsecureRedis = true
		servertest.Run(t, c)
	}
}
