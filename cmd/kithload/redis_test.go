package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// A small load on two nodes that share a real Redis: every message comes to every
// member once and in one order, also from one node to the other. Afterwards Redis is as
// it was, so it can be done again.
func TestSmallLoadOverTwoNodes(t *testing.T) {
	if _, err := cpuOf(os.Getpid()); err != nil {
		t.Skip("the figures of a process are read as Linux gives them")
	}
	servertest.NeedRedis(t)
	r := servertest.StartRedis(t, servertest.RedisOptions{})
	r.Do(t, "SET", "another", "programme's")
	args := []string{
		"-redis", r.URL(), "-nodes", "2",
		"-rooms", "3", "-members", "3", "-rate", "30", "-duration", "2s", "-settle", "100ms", "-preload", "20",
	}
	for range 2 {
		var out, progress bytes.Buffer
		if err := run(t.Context(), args, nil, &out, &progress); err != nil {
			t.Fatalf("%v\n%s", err, &progress)
		}
		checkTwoNodes(t, out.Bytes())
		if n := r.Do(t, "DBSIZE"); n != int64(1) {
			t.Fatalf("%v keys are left, not the one that was there before", n)
		}
	}
}

func checkTwoNodes(t *testing.T, out []byte) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"nodes": 2, "connections": 9, "sent": 60, "acked": 60, "expected": 180, "delivered": 180,
		"lost": 0, "duplicated": 0, "out_of_order": 0, "misdelivered": 0, "refused": 0, "connections_dropped": 0,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	for _, name := range []string{
		"node_cpu_us_per_message", "node_cpu_us_per_delivery", "redis_cpu_us_per_message", "redis_commands_per_message",
	} {
		if v, ok := got[name].(float64); !ok || v <= 0 {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	cross, _ := got["cross_delivery_ms"].(map[string]any)
	if p50, ok := cross["p50"].(float64); !ok || p50 <= 0 {
		t.Errorf("cross_delivery_ms is %v", got["cross_delivery_ms"])
	}
}

// Somebody's programme is neither used nor removed.
func TestRedisInUseIsRefused(t *testing.T) {
	servertest.NeedRedis(t)
	r := servertest.StartRedis(t, servertest.RedisOptions{})
	r.Do(t, "HSET", "kith:store", "id", "theirs")
	err := run(t.Context(), []string{"-redis", r.URL(), "-nodes", "2"}, nil, new(bytes.Buffer), new(bytes.Buffer))
	if !errors.Is(err, errNotOwn) {
		t.Errorf("a Redis with a programme: %v", err)
	}
	if id := r.Do(t, "HGET", "kith:store", "id"); id != "theirs" {
		t.Errorf("what was there is %v now", id)
	}
}

// An address that kithload would understand in another way than the nodes is refused,
// and a password in it is not repeated.
func TestRedisAddresses(t *testing.T) {
	for _, bad := range []string{
		"", "127.0.0.1:6379", "unix:///run/redis", "redis://:secret@h:6379?db=2", "redis+sentinel://h/name", "redis://:secret@h:port", "redis://h/x",
	} {
		if _, err := redisOptions(bad); !errors.Is(err, errRedisURL) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if o, err := redisOptions("redis://:secret@h/3"); err != nil || o.Addr != "h:6379" || o.DB != 3 || o.Password != "secret" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestRedisFigures(t *testing.T) {
	info := "# Stats\r\ntotal_commands_processed:1200\r\n# CPU\r\nused_cpu_sys:0.250000\r\nused_cpu_user:1.500000\r\nused_cpu_sys_children:9.0\r\n"
	if cpu, commands, err := parseInfo([]byte(info)); err != nil || cpu.Milliseconds() != 1750 || commands != 1200 {
		t.Errorf("%v of CPU, %d commands, %v", cpu, commands, err)
	}
	if _, _, err := parseInfo([]byte("# Stats\r\n")); !errors.Is(err, errNoInfo) {
		t.Errorf("figures that are not there: %v", err)
	}
}
