package server_test

import (
	"bytes"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
)

var allFailovers = flag.Bool("failovers", false, "run every kind of failover, not only the one that can lose most")

// watched is two nodes on a primary with one replica, watched by three Sentinels.
// Everybody reaches the primary through one proxy, so that each kind of connection
// can be cut by itself.
type watched struct {
	*fleet
	replica   *servertest.Redis
	primary   *servertest.Proxy
	sentinels *servertest.Sentinels
	asking    []*servertest.Proxy // by which node 1 reaches the Sentinels
}

func newWatched(t *testing.T, replicas int) *watched {
	t.Helper()
	servertest.NeedSentinel(t)
	w := &watched{fleet: &fleet{redis: servertest.StartRedis(t, servertest.RedisOptions{})}}
	w.primary = servertest.StartProxy(t, w.redis.Addr())
	_, port, _ := strings.Cut(w.primary.Addr(), ":")
	w.replica = servertest.StartRedis(t, servertest.RedisOptions{Args: []string{"--replicaof", "127.0.0.1", port}})
	w.replica.WaitReplica(t)
	w.sentinels = servertest.StartSentinels(t, w.redis, 3, 2, servertest.SentinelOptions{
		DownAfter: time.Second, Replicas: 1, Through: w.primary,
	})
	w.sentinels.WaitReady(t)
	var asking []string
	for _, addr := range w.sentinels.Addrs() {
		proxy := servertest.StartProxy(t, addr)
		w.asking, asking = append(w.asking, proxy), append(asking, proxy.Addr())
	}
	w.open(t, 2, w.sentinels.URL(), func(node int, c *server.Config) {
		c.RedisReplicas = replicas
		if node == 1 {
			c.Redis = w.sentinels.URLAt(asking)
		}
	})
	w.history.forks = replicas == 0
	return w
}

// The kinds of connection, by what is said on them first.
func bySentinel(sent []byte) bool { return bytes.Contains(sent, []byte("sentinel-")) }
func byReplica(sent []byte) bool  { return bytes.Contains(bytes.ToLower(sent), []byte("replconf")) }

// failovers are the three ways in which a primary is followed by its replica. fail
// brings it about and returns when everybody should be on the new primary.
var failovers = []struct {
	name string
	fail func(t *testing.T, w *watched)
}{
	{"clean", func(t *testing.T, w *watched) { w.sentinels.Failover(t) }},
	{"the old primary still answers one node", func(t *testing.T, w *watched) {
		old := w.sentinels.Primary(t)
		for _, p := range w.asking {
			p.Cut()
		}
		w.primary.Refuse(func(sent []byte) bool { return bySentinel(sent) || byReplica(sent) })
		w.sentinels.WaitPrimary(t, old)
		pause(t.Context(), time.Second) // people go on writing on both sides
		w.primary.Heal()
		for _, p := range w.asking {
			p.Heal()
		}
	}},
	{"the replica is far behind", func(t *testing.T, w *watched) {
		old := w.sentinels.Primary(t)
		w.primary.Refuse(byReplica)
		pause(t.Context(), time.Second) // what is written now the replica never gets
		w.redis.Kill(t)
		w.primary.Cut()
		w.sentinels.WaitPrimary(t, old)
		w.redis.Restart(t) // as a service manager would; the Sentinels make it a replica
		w.primary.Heal()
	}},
}

// A failover without -redis-replicas may lose what was acknowledged last, and the
// clients concerned load anew. With one, nothing that was acknowledged is lost, and
// nobody was shown anything that is.
func TestFailover(t *testing.T) {
	kinds := failovers
	if !*allFailovers {
		kinds = failovers[len(failovers)-1:]
	}
	for _, f := range kinds {
		for replicas := range 2 {
			t.Run(fmt.Sprintf("%s, -redis-replicas %d", f.name, replicas), func(t *testing.T) {
				w := newWatched(t, replicas)
				w.start(t)
				w.await(t, &w.coming, "somebody did not get in")
				pause(t.Context(), 500*time.Millisecond)
				from := w.history.now()
				f.fail(t, w)
				w.crosses(t)
				for node := range w.nodes {
					w.ready2(t, node, replicas)
				}
				until := w.history.now()
				w.finish(t)
				w.checkViews(t)
				lost := w.lost(t)
				t.Logf("%d acknowledged, %d of them lost; %d reloads", len(w.history.acts), len(lost), w.reloads())
				for _, a := range lost {
					if replicas > 0 || a.answered < from-2*time.Second || a.answered > until {
						t.Errorf("LOST: %s acknowledged at %v; the failover went from %v to %v", a.verb, a.answered, from, until)
					}
				}
				if len(lost) > 0 && w.reloads() == 0 {
					t.Error("messages are lost and nobody was told to load anew")
				}
				if replicas > 0 {
					w.checkLog(t, w.config)
					w.checkHistory(t)
				}
			})
		}
	}
}

// ready2 waits until a node is ready. With a replica asked for and none left it can't
// be: then it must say so.
func (w *watched) ready2(t *testing.T, node, replicas int) {
	t.Helper()
	if ready, why := w.nodes[node].Ready(t); !ready && replicas > 0 && strings.Contains(why, "replicas") {
		return
	}
	w.ready(t, node, true)
}

func (w *watched) reloads() (n int) {
	for _, a := range w.actors {
		n += a.reloads
	}
	return n
}

// lost is what was acknowledged and is not in the log.
func (w *watched) lost(t *testing.T) (lost []*act) {
	t.Helper()
	c := w.config
	c.Redis = w.sentinels.URL()
	opened, err := server.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	stored := make(map[string]bool)
	for _, r := range w.rooms {
		for e := range entries(t, opened.Log, r.ID) {
			stored[e.Command.String()] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(w.history.acts), func(a *act) bool { return a.code != "" || stored[a.id] })
}
