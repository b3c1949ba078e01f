package server_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

var storm = flag.Int("storm", 240, "how many clients return at once in TestStorm")

// stormPatience bounds the whole storm; what is wanted is five seconds, which is
// logged.
const stormPatience = 2 * time.Minute

// returning is a client that is sent away and comes back.
type returning struct {
	member seed.Member
	room   room.ID
	conn   *wireclient.Conn
	pos    string
	took   time.Duration
}

// A node is killed, and all its clients come back at once, without the pause that
// clients make, to the node that is left, where each room has somebody already. Each
// resumes where it was, and Redis is asked no more than once for each.
func TestStorm(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	dir := t.TempDir()
	c := servertest.Config(dir)
	c.Redis = redis.URL()
	if _, err := keyfile.Create(c.Key); err != nil {
		t.Fatal(err)
	}
	const perRoom = 12
	rooms := servertest.Seed(t, c, seed.Spec{Rooms: max(1, *storm/perRoom), Members: perRoom + 1, Moderators: 1, Preload: 20})
	dying := servertest.StartProcess(t, c)
	c.Data = filepath.Join(dir, "second")
	left := servertest.StartProcess(t, c)

	var all, staying []*returning
	for _, r := range rooms {
		for i, m := range r.Members {
			one := &returning{member: m, room: r.ID}
			if i == 0 {
				staying = append(staying, one)
			} else {
				all = append(all, one)
			}
		}
	}
	comeIn(t, left.URL, staying, true)
	comeIn(t, dying.URL, all, true)
	before, began := commandsOf(t, left), time.Now()
	dying.Kill(t)
	comeIn(t, left.URL, all, false)
	took := time.Since(began)
	// What this node asks anyway, storm or not: two polls, a probe of two commands a
	// second, and half a health check.
	commands := commandsOf(t, left) - before
	var times []time.Duration
	for _, one := range all {
		times = append(times, one.took)
	}
	slices.Sort(times)
	perClient := float64(commands) / float64(len(all))
	t.Logf("%d clients came back in %v: median %v, worst %v after their first attempt; %.2f Redis commands each", len(all),
		took.Round(time.Millisecond), times[len(times)/2].Round(time.Millisecond), times[len(times)-1].Round(time.Millisecond), perClient)
	// What the node asks anyway meanwhile, of itself and of the people of its own.
	const besides = 80
	if commands > len(all)+besides {
		t.Errorf("%d Redis commands for %d clients, want at most one each and %d besides", commands, len(all), besides)
	}
	for _, one := range append(all, staying...) {
		_ = one.conn.CloseNow()
	}
}

// commandsOf is how many commands a node has sent to Redis.
func commandsOf(t *testing.T, p *servertest.Process) (n int) {
	t.Helper()
	for line := range strings.Lines(p.Metrics(t)) {
		var value float64
		if _, err := fmt.Sscanf(line, "kith_redis_commands_total %g", &value); err == nil {
			return int(value)
		}
	}
	t.Fatal("the node does not say what it asks of Redis")
	return 0
}

// comeIn has everybody connect and join at once. first: they have not been there.
func comeIn(t *testing.T, url string, all []*returning, first bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), stormPatience)
	defer cancel()
	failed := make(chan error, len(all))
	slots := make(chan struct{}, len(all))
	if first {
		slots = make(chan struct{}, 50) // in good order
	}
	var work sync.WaitGroup
	for _, one := range all {
		work.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := one.comeIn(ctx, url, first); err != nil {
				failed <- err
			}
		})
	}
	work.Wait()
	select {
	case err := <-failed:
		t.Fatalf("%d did not come in, the first because: %v", len(failed)+1, err)
	default:
	}
}

func (r *returning) comeIn(ctx context.Context, url string, first bool) error {
	begun := time.Now()
	for {
		conn, err := wireclient.Dial(ctx, url, servertest.Cookie(r.member.Token), nil)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			continue
		}
		if r.conn != nil {
			_ = r.conn.CloseNow()
		}
		r.conn = conn
		break
	}
	cmd := servertest.Command{"do": "join", "id": wireclient.NewID(), "room": r.room}
	if !first {
		cmd["after"] = r.pos
	}
	if err := r.conn.Send(ctx, cmd); err != nil {
		return err
	}
	for {
		l, err := r.conn.Next(ctx)
		if err != nil {
			return err
		}
		if l.Answer == nil || *l.Answer != cmd["id"] {
			continue
		}
		if l.Error != nil {
			return fmt.Errorf("join: %s", l.Error.Code)
		}
		var j wire.Joined
		if err := json.Unmarshal(l.OK, &j); err != nil {
			return err
		}
		if j.Reset != first {
			return fmt.Errorf("reset is %v on coming in", j.Reset)
		}
		r.pos, r.took = j.Pos, time.Since(begun)
		return nil
	}
}
