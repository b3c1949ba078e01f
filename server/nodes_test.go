package server_test

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
)

var (
	nodeKills  = flag.Int("node-kills", 3, "how often TestNodesKill kills a node, and TestRedisKill Redis")
	nodeRate   = flag.Int("node-rate", 300, "commands a second in the tests of several nodes, of all clients together")
	nodeRecord = flag.Int("node-preload", 500, "records in each room before those tests begin")
)

// fleet is several nodes on one Redis, each a process, and the people who use them.
type fleet struct {
	redis  *servertest.Redis
	config server.Config // of the first node
	nodes  []*servertest.Process
	rooms  []seed.Room
	*crowd
}

// newFleet starts a Redis and n nodes on it, with a crowd that hops between them.
// change sees each node's configuration before it starts.
func newFleet(t *testing.T, n int, change func(node int, c *server.Config)) *fleet {
	t.Helper()
	f := &fleet{redis: servertest.StartRedis(t, servertest.RedisOptions{})}
	f.open(t, n, f.redis.URL(), change)
	return f
}

func (f *fleet) open(t *testing.T, n int, url string, change func(node int, c *server.Config)) {
	t.Helper()
	t.Logf("seed %d, %d nodes, %d rooms of %d members and %d records", *seedOf, n, killRooms, killMembers, *nodeRecord)
	dir := t.TempDir()
	f.config = servertest.Config(dir)
	f.config.Redis = url
	if _, err := keyfile.Create(f.config.Key); err != nil {
		t.Fatal(err)
	}
	f.rooms = servertest.Seed(t, f.config, seed.Spec{Rooms: killRooms, Members: killMembers, Moderators: 2, Preload: *nodeRecord})
	var urls []string
	for i := range n {
		c := f.config
		c.Data = filepath.Join(dir, "node"+string(rune('0'+i)))
		if change != nil {
			change(i, &c)
		}
		f.nodes = append(f.nodes, servertest.StartProcess(t, c))
		urls = append(urls, f.nodes[i].URL)
	}
	rate := *nodeRate
	if underRace {
		rate /= 5 // what two cores can do then
	}
	f.crowd = newCrowd(urls, rate, f.rooms, tokensOf(t, f.config))
	f.history.stale = 2 * time.Second // the fence, and a poll
}

// run has the crowd write while faults happen, and holds everything against each
// other afterwards.
func (f *fleet) run(t *testing.T, faults func(rng *rand.Rand) []time.Duration) {
	t.Helper()
	f.start(t)
	f.await(t, &f.coming, "somebody did not get in")
	began := f.history.now()
	took := faults(rand.New(rand.NewPCG(*seedOf, 2)))
	f.writing = f.history.now() - began
	f.finish(t)
	f.checkViews(t)
	f.checkLog(t, f.config)
	f.checkHistory(t)
	f.figures(t, took)
}

// A node is killed at random, again and again, while people write with all three and
// hop between them. Nothing that was acknowledged is lost, doubled or out of order,
// and everybody ends with the same room.
func TestNodesKill(t *testing.T) {
	f := newFleet(t, 3, nil)
	f.run(t, func(rng *rand.Rand) (took []time.Duration) {
		for range *nodeKills {
			pause(t.Context(), 2*time.Second)
			p := f.nodes[rng.IntN(len(f.nodes))]
			killed := time.Now()
			p.Kill(t)
			p.Restart(t)
			took = append(took, time.Since(killed))
		}
		return took
	})
}

// Redis itself is killed, with an AOF that is synced at each write, and started again.
func TestRedisKill(t *testing.T) {
	f := newFleet(t, 2, nil)
	f.run(t, func(rng *rand.Rand) (took []time.Duration) {
		for range *nodeKills {
			pause(t.Context(), time.Second+time.Duration(rng.Int64N(int64(2*time.Second))))
			killed := time.Now()
			f.redis.Kill(t)
			f.redis.Restart(t)
			took = append(took, time.Since(killed))
		}
		pause(t.Context(), time.Second)
		return took
	})
}
