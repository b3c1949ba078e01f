package servertest_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// watched is a primary with a replica under three Sentinels that are ready.
func watched(t *testing.T) (primary, replica *servertest.Redis, s *servertest.Sentinels) {
	t.Helper()
	servertest.NeedRedis(t)
	servertest.NeedSentinel(t)
	primary = servertest.StartRedis(t, servertest.RedisOptions{Password: "p"})
	replica = servertest.StartRedis(t, servertest.RedisOptions{Password: "p", ReplicaOf: primary})
	replica.WaitReplica(t)
	s = servertest.StartSentinels(t, primary, 3, 2, servertest.SentinelOptions{Replicas: 1})
	s.WaitReady(t)
	if got := s.Primary(t); got != primary.Addr() {
		t.Fatalf("the primary is %s, not %s", got, primary.Addr())
	}
	return primary, replica, s
}

// TestSentinelFailover: a failover that was asked for makes the replica the primary
// and the primary a replica, which has what the new one is told.
func TestSentinelFailover(t *testing.T) {
	primary, replica, s := watched(t)
	s.Failover(t)
	if got := s.Primary(t); got != replica.Addr() {
		t.Fatalf("the primary is %s, not %s", got, replica.Addr())
	}
	s.WaitReady(t) // the old primary follows the new one
	primary.WaitReplica(t)
	if got := replica.Do(t, "SET", "k", "v"); got != "OK" {
		t.Fatalf("the new primary: %v", got)
	}
	if got := role(t, primary); got != "slave" {
		t.Fatalf("the old primary is %q", got)
	}

	// The role outlives the process, without Sentinels too: they have had it written
	// to the configuration.
	for i := range s.Addrs() {
		s.Kill(i)
	}
	replica.Kill(t)
	replica.Restart(t)
	if got := role(t, replica); got != "master" {
		t.Fatalf("after a restart the new primary is %q", got)
	}
}

// TestSentinelFailoverByKill: the primary and a Sentinel die, the other two agree on
// the replica, and the primary comes back as one.
func TestSentinelFailoverByKill(t *testing.T) {
	primary, replica, s := watched(t)
	s.Kill(2)
	primary.Kill(t)
	if got := s.WaitPrimary(t, primary.Addr()); got != replica.Addr() {
		t.Fatalf("the primary is %s, not %s", got, replica.Addr())
	}
	if got := role(t, replica); got != "master" {
		t.Fatalf("the new primary is %q", got)
	}
	primary.Restart(t)
	s.WaitReady(t)
	primary.WaitReplica(t)
}

// TestSentinelURL: the address of a store names every Sentinel.
func TestSentinelURL(t *testing.T) {
	servertest.NeedSentinel(t)
	primary := servertest.StartRedis(t, servertest.RedisOptions{Password: "p"})
	s := servertest.StartSentinels(t, primary, 2, 2, servertest.SentinelOptions{})
	u, err := url.Parse(s.URL())
	must(t, err)
	secret, _ := u.User.Password()
	if u.Scheme != "redis+sentinel" || u.Host != strings.Join(s.Addrs(), ",") || u.Path != "/kith" ||
		u.RawQuery != "db=0" || secret != "p" {
		t.Errorf("%s, with %v", u, s.Addrs())
	}
}

func role(t *testing.T, r *servertest.Redis) any {
	t.Helper()
	return r.Do(t, "ROLE").([]any)[0]
}
