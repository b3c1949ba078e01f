package redisstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/eventlog/logtest"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

func TestMain(m *testing.M) {
	servertest.ServeIfChild()
	goleak.VerifyTestMain(m)
}

func mustOpen(tb testing.TB, o redisstore.Options) *redisstore.Store {
	tb.Helper()
	s, err := redisstore.Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// TestConformance holds the bare store to the contract, on a Redis that syncs each
// write. Every test has a prefix of its own.
func TestConformance(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	logtest.Run(t, open(redis.URL(), 0, func() *eventlog.Keyring { return nil }))
}

// TestConformanceSealed holds the store behind the sealing decorator to it, as it
// runs in service.
func TestConformanceSealed(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	logtest.Run(t, open(redis.URL(), 0, func() *eventlog.Keyring { return eventlog.NewKeyring(eventlog.NewKey()) }))
}

// TestConformanceReplica holds it to the contract where a replica must have
// everything before it counts.
func TestConformanceReplica(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	replica := servertest.StartRedis(t, servertest.RedisOptions{ReplicaOf: redis})
	replica.WaitReplica(t)
	logtest.Run(t, open(redis.URL(), 1, func() *eventlog.Keyring { return nil }))
}

var prefixes atomic.Int64

func open(url string, replicas int, keys func() *eventlog.Keyring) logtest.Open {
	return func(t *testing.T, clock func() time.Time) logtest.Opened {
		o := redisstore.Options{URL: url, Prefix: fmt.Sprintf("t%d:", prefixes.Add(1)), Replicas: replicas, Clock: clock}
		return opened(t, o, keys())
	}
}

func opened(t *testing.T, o redisstore.Options, keys *eventlog.Keyring) logtest.Opened {
	s := mustOpen(t, o)
	out := logtest.Opened{Log: s, Values: s.Values()}
	if keys != nil {
		out.Log, out.Values, out.KeepsErases = eventlog.Sealed(s, keys), eventlog.SealedValues(s.Values(), keys), true
	}
	out.Reopen = func(t *testing.T) logtest.Opened {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return opened(t, o, keys)
	}
	return out
}
