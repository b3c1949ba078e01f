package servertest

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// SentinelOptions are settings of a test's Sentinels.
type SentinelOptions struct {
	// DownAfter is how long the primary may be silent. 0: half a second.
	DownAfter time.Duration
	// Replicas is how many replicas WaitReady waits for.
	Replicas int
	// Through is the proxy by which the Sentinels, and whoever asks them, reach the
	// primary; nil: its own address.
	Through *Proxy
}

// Sentinels are real redis-sentinel processes that watch one primary, by the name
// "kith". They are for one goroutine at a time.
type Sentinels struct {
	primary *Redis
	options SentinelOptions
	all     []*instance
	living  []*instance // those not killed
}

const (
	primaryName = "kith"
	// failoverTimeout is Sentinel's own: after twice that it tries again.
	failoverTimeout = 2 * time.Second
	// failoverPatience leaves room for a vote that nobody won and is held again.
	failoverPatience = 30 * time.Second
)

// NeedSentinel skips a test on a machine without redis-sentinel; in CI it fails it.
func NeedSentinel(t testing.TB) {
	t.Helper()
	need(t, "redis-sentinel")
}

// StartSentinels starts n Sentinels, quorum of which must agree that the primary is
// down. They end with the test. Call WaitReady before anything is made to fail.
func StartSentinels(t testing.TB, primary *Redis, n, quorum int, opt SentinelOptions) *Sentinels {
	t.Helper()
	if primary.client.TLSConfig != nil {
		t.Fatal("Sentinels here do not speak TLS")
	}
	if opt.DownAfter == 0 {
		opt.DownAfter = 500 * time.Millisecond
	}
	s := &Sentinels{primary: primary, options: opt}
	for range n {
		in := &instance{program: "redis-sentinel", client: clientOptions()}
		startInstance(t, in, func(port int) []string { return s.args(in.dir, strconv.Itoa(port), strconv.Itoa(quorum)) })
		s.hurry(t, in)
		s.all, s.living = append(s.all, in), append(s.living, in)
	}
	return s
}

func (s *Sentinels) args(dir, port, quorum string) []string {
	watched := s.primary.port
	if s.options.Through != nil {
		watched = s.options.Through.listener.Addr().(*net.TCPAddr).Port
	}
	args := []string{
		"--bind", "127.0.0.1", "--port", port, "--dir", dir, "--daemonize", "no", "--protected-mode", "no",
		"--sentinel", "monitor", primaryName, "127.0.0.1", strconv.Itoa(watched), quorum,
		"--sentinel", "down-after-milliseconds", primaryName, strconv.FormatInt(s.options.DownAfter.Milliseconds(), 10),
		"--sentinel", "failover-timeout", primaryName, strconv.FormatInt(failoverTimeout.Milliseconds(), 10),
	}
	if password := s.primary.options.Password; password != "" {
		args = append(args, "--sentinel", "auth-pass", primaryName, password)
	}
	return args
}

// hurry shortens the periods in which a Sentinel looks around, which are up to ten
// seconds, and the half minute it does nothing for after it was held up itself, as
// it may be on a busy machine.
//
// A Sentinel goes to a new primary no sooner than a ping's period after it tried the
// old one. The period, a second, must lie below the silence it allows, or it finds
// each new primary silent too and promotes the old one again. Nor may it be short: a
// replica is promoted only if it was heard of within five periods, and one whose
// primary is down is asked once a second.
func (s *Sentinels) hurry(t testing.TB, in *instance) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := in.dial()
	defer c.Close()
	ping := min(s.options.DownAfter/2, time.Second)
	err := c.Do(ctx, "SENTINEL", "DEBUG", "info-period", "500", "publish-period", "500", "ask-period", "200",
		"ping-period", strconv.FormatInt(ping.Milliseconds(), 10), "tilt-period", "1000").Err()
	if err != nil {
		t.Fatalf("Sentinel cannot be hurried, as it can from Redis 7 on: %v", err)
	}
}

// Addrs are the addresses of all Sentinels, killed ones too.
func (s *Sentinels) Addrs() []string {
	var addrs []string
	for _, in := range s.all {
		addrs = append(addrs, in.client.Addr)
	}
	return addrs
}

// URL is how a store is told where they are, and the password of Redis.
func (s *Sentinels) URL() string { return s.URLAt(s.Addrs()) }

// URLAt is URL with other addresses of the Sentinels, such as proxies'.
func (s *Sentinels) URLAt(addrs []string) string {
	u := url.URL{Scheme: "redis+sentinel", Host: strings.Join(addrs, ","), Path: primaryName, RawQuery: "db=0"}
	if password := s.primary.options.Password; password != "" {
		u.User = url.UserPassword("", password)
	}
	return u.String()
}

// Kill ends the Sentinel with an index in Addrs as kill -9 does.
func (s *Sentinels) Kill(i int) {
	killed := s.all[i]
	_ = killed.run.kill()
	var left []*instance
	for _, in := range s.living {
		if in != killed {
			left = append(left, in)
		}
	}
	s.living = left
}

// Failover makes a Sentinel promote a replica while the primary is well, and returns
// when all of them name the new one. Sentinel does not stop writes for that: what
// the old primary accepted last may be lost. Call WaitReady first.
func (s *Sentinels) Failover(t testing.TB) {
	t.Helper()
	old := s.Primary(t)
	err := ask(s.living[0], func(ctx context.Context, c *redis.SentinelClient) error {
		return c.Failover(ctx, primaryName).Err()
	})
	if err != nil {
		t.Fatalf("failover: %v", err)
	}
	s.WaitPrimary(t, old)
}
