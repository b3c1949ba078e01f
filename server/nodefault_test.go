package server_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

var faultFor = flag.Duration("fault-for", 0, "how long each fault goes on after it has shown (0: not longer)")

// faultPatience bounds how long a fault may take to show, or to be over. What is
// wanted is five seconds; the figures are logged.
const faultPatience = 30 * time.Second

// proxied is a fleet whose every node reaches Redis through a proxy of its own.
type proxied struct {
	*fleet
	proxies []*servertest.Proxy
}

func newProxied(t *testing.T, n int) *proxied {
	t.Helper()
	p := &proxied{fleet: &fleet{redis: servertest.StartRedis(t, servertest.RedisOptions{})}}
	p.open(t, n, p.redis.URL(), func(_ int, c *server.Config) {
		proxy := servertest.StartProxy(t, p.redis.Addr())
		p.proxies = append(p.proxies, proxy)
		c.Redis = "redis://" + proxy.Addr() + "/0"
	})
	return p
}

// ready waits until a node says that it is ready, or that it is not.
func (f *fleet) ready(t *testing.T, node int, want bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for {
		ready, why := f.nodes[node].Ready(t)
		if ready == want {
			return time.Since(begun)
		}
		if time.Since(begun) > faultPatience {
			t.Fatalf("node %d: ready is %v after %v (%s)", node, ready, faultPatience, why)
		}
		pause(t.Context(), 20*time.Millisecond)
	}
}

// during makes a fault, waits until the nodes concerned say that they are not ready,
// ends it, and waits until they are and a message crosses from each node to each.
func (p *proxied) during(t *testing.T, name string, concerned []int, begin, end func()) {
	t.Helper()
	begin()
	var red time.Duration
	for _, node := range concerned {
		red = max(red, p.ready(t, node, false))
		if !p.nodes[node].Live(t) {
			t.Errorf("%s: node %d does not say that it lives", name, node)
		}
	}
	for node := range p.nodes {
		if ready, why := p.nodes[node].Ready(t); ready != !contains(concerned, node) {
			t.Errorf("%s: node %d: ready is %v (%s)", name, node, ready, why)
		}
	}
	pause(t.Context(), *faultFor)
	end()
	over := time.Now()
	p.crosses(t)
	crossed := time.Since(over)
	for node := range p.nodes {
		p.ready(t, node, true)
	}
	t.Logf("%s: not ready after %v; over: messages cross all nodes after %v, ready after %v", name,
		red.Round(time.Millisecond), crossed.Round(time.Millisecond), time.Since(over).Round(time.Millisecond))
}

func contains(list []int, one int) bool {
	for _, n := range list {
		if n == one {
			return true
		}
	}
	return false
}

// crosses has somebody on every node follow a room, posts with each node, and waits
// until everybody has seen it.
func (f *fleet) crosses(t *testing.T) {
	t.Helper()
	for from := range f.nodes {
		for begun := time.Now(); !f.crossesFrom(t, from); {
			if time.Since(begun) > faultPatience {
				t.Fatalf("what is posted with node %d does not reach all", from)
			}
			pause(t.Context(), 20*time.Millisecond)
		}
	}
}

// crossesFrom is one try: nodes may not take connections yet, or close them.
func (f *fleet) crossesFrom(t *testing.T, from int) bool {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r := f.rooms[0]
	conns := make([]*wireclient.Conn, len(f.nodes))
	for node := range f.nodes {
		// The lead posts: whoever else is in the room somebody of the crowd may have muted.
		who := r.Members[(node-from+len(f.nodes))%len(f.nodes)]
		conn, err := wireclient.Dial(ctx, f.nodes[node].URL, servertest.Cookie(who.Token), nil)
		if err != nil {
			return false
		}
		defer conn.CloseNow()
		if conns[node] = conn; !asks(ctx, conn, servertest.Command{"do": "join", "room": r.ID}) {
			return false
		}
	}
	text := fmt.Sprintf("from %d after the fault %d", from, time.Now().UnixNano())
	if conns[from].Send(ctx, servertest.Command{"do": "post", "id": wireclient.NewID(), "room": r.ID, "text": text}) != nil {
		return false
	}
	for _, conn := range conns {
		for {
			l, err := conn.Next(ctx)
			if err != nil {
				return false
			}
			if bytes.Contains(l.Raw, []byte(text)) {
				break
			}
		}
	}
	return true
}

// asks sends a command and tells whether it was done.
func asks(ctx context.Context, conn *wireclient.Conn, c servertest.Command) bool {
	c["id"] = wireclient.NewID()
	if conn.Send(ctx, c) != nil {
		return false
	}
	for {
		l, err := conn.Next(ctx)
		if err != nil {
			return false
		}
		if l.Answer != nil && *l.Answer == c["id"] {
			return l.Error == nil
		}
	}
}

// subscribed picks the connections that listen.
func subscribed(sent []byte) bool { return bytes.Contains(bytes.ToLower(sent), []byte("subscribe")) }

// Redis stops answering, then one node loses it, in three ways. Those concerned say
// that they are not ready; nothing is shown as saved that is not; when it is over
// everything goes on without anybody reloading.
func TestRedisFaults(t *testing.T) {
	p := newProxied(t, 3)
	p.run(t, func(*rand.Rand) []time.Duration {
		p.during(t, "Redis stopped", []int{0, 1, 2}, func() { p.redis.Pause(t) }, func() { p.redis.Resume(t) })
		p.during(t, "node 1 cut off", []int{1}, p.proxies[1].Cut, p.proxies[1].Heal)
		p.during(t, "node 2 in a black hole", []int{2}, p.proxies[2].Blackhole, p.proxies[2].Heal)
		p.during(t, "node 0 hears nothing, commands work", []int{0}, func() { p.proxies[0].Refuse(subscribed) }, p.proxies[0].Heal)
		return nil
	})
}

// News arrive no more: what one node stores the other finds out half a second late. The
// crowd does not end before everybody has seen everything all the same.
func TestViewsOfNodesThatHearLate(t *testing.T) {
	p := newProxied(t, 2)
	p.run(t, func(*rand.Rand) []time.Duration {
		for _, proxy := range p.proxies {
			proxy.Refuse(subscribed)
		}
		pause(t.Context(), time.Second)
		return nil
	})
}

// Nodes whose clocks are wrong say so, and nothing else suffers.
func TestClocksApart(t *testing.T) {
	f := &fleet{redis: servertest.StartRedis(t, servertest.RedisOptions{})}
	off := []time.Duration{0, 90 * time.Second, -90 * time.Second}
	f.open(t, 3, f.redis.URL(), func(node int, c *server.Config) { c.ClockOff = off[node] })
	f.ready(t, 0, true)
	f.ready(t, 1, false)
	f.ready(t, 2, false)
	for node := 1; node < 3; node++ {
		if _, why := f.nodes[node].Ready(t); !bytes.Contains([]byte(why), []byte("clock")) {
			t.Errorf("node %d does not say that it is the clock: %s", node, why)
		}
	}
	f.crosses(t)
}
