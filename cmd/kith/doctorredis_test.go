package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

// asked is all that the doctor says.
func asked(t *testing.T, args ...string) said {
	t.Helper()
	return kith(t, append([]string{"doctor", "-addr", "127.0.0.1:0", "-ops", "off"}, args...)...)
}

// redisSays is what the doctor says of one thing, with what to do.
func redisSays(t *testing.T, what string, args ...string) string {
	t.Helper()
	lines := strings.Split(asked(t, args...).out, "\n")
	for i, line := range lines {
		if len(line) < 6 || !strings.HasPrefix(line[6:], what+" ") {
			continue
		}
		if strings.HasPrefix(line, "MEND") {
			line += lines[i+1]
		}
		return line
	}
	t.Fatalf("nothing is said of %s:\n%s", what, strings.Join(lines, "\n"))
	return ""
}

// onRedis is a fresh node's flags.
func onRedis(t *testing.T, url string, more ...string) []string {
	t.Helper()
	dir := t.TempDir()
	must(t, "key", "new", "-key", filepath.Join(dir, "key"))
	return append([]string{"-data", filepath.Join(dir, "data"), "-key", filepath.Join(dir, "key"), "-redis", url}, more...)
}

func TestDoctorOnARedisInOrder(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	args := onRedis(t, redis.URL())
	got := asked(t, args...)
	if got.err != nil {
		t.Fatalf("%v\n%s", got.err, got.out)
	}
	for _, line := range []string{
		"ok    rights   the user default may do all that Kith needs",
		"ok    redis    answers, version ",
		"ok    disk     append-only file, synced before a message counts as saved",
		"ok    memory   no limit but the machine's",
		"ok    skew     the clocks",
		"ok    replicas none: a failover is not possible",
		"ok    stored   no programme yet",
	} {
		if !strings.Contains(got.out, line) {
			t.Errorf("not said: %s\n%s", line, got.out)
		}
	}
	if keys := redis.Do(t, "DBSIZE"); keys != int64(0) {
		t.Errorf("the doctor has left %v keys", keys)
	}
}

// What is wrong with a Redis that answers, and the line that mends it.
func TestDoctorFindsWhatIsWrongWithRedis(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	for _, test := range []struct {
		what      string
		set, back []any // settings
		more      []string
		is, mend  string
	}{
		{"disk", []any{"appendonly", "no"}, []any{"appendonly", "yes"}, nil, "loses everything", "CONFIG SET appendonly yes, and in redis.conf: appendonly yes"},
		{"disk", []any{"appendonly", "no", "save", "60 1"}, []any{"appendonly", "yes", "save", ""}, nil, "since its last snapshot", "CONFIG SET appendonly yes"},
		{"disk", []any{"appendfsync", "everysec"}, []any{"appendfsync", "always"}, nil, "the last second", "CONFIG SET appendfsync always"},
		{"disk", []any{"appendfsync", "no"}, []any{"appendfsync", "always"}, nil, "has not written yet", "CONFIG SET appendfsync always"},
		{"memory", []any{"maxmemory-policy", "allkeys-lru"}, []any{"maxmemory-policy", "noeviction"}, nil, "throws away", "CONFIG SET maxmemory-policy noeviction"},
		{"replicas", nil, nil, []string{"-redis-replicas", "1"}, "0 connected", "replicaof"},
	} {
		t.Run(fmt.Sprint(test.what, test.set), func(t *testing.T) {
			if test.set != nil {
				redis.Do(t, append([]any{"CONFIG", "SET"}, test.set...)...)
				defer redis.Do(t, append([]any{"CONFIG", "SET"}, test.back...)...)
			}
			got := redisSays(t, test.what, onRedis(t, redis.URL(), test.more...)...)
			if !strings.HasPrefix(got, "MEND") || !strings.Contains(got, test.is) || !strings.Contains(got, "→ ") || !strings.Contains(got, test.mend) {
				t.Errorf("%s; want %q and %q", got, test.is, test.mend)
			}
		})
	}
	redis.Do(t, "CONFIG", "SET", "maxmemory", "512mb")
	if got := redisSays(t, "memory", onRedis(t, redis.URL())...); !strings.HasPrefix(got, "ok") || !strings.Contains(got, "512 MiB") {
		t.Error(got)
	}
}

// The user's gap is named by the very line that closes it.
func TestDoctorNamesARight(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	args := []any{"ACL", "SETUSER", "clinic", "reset", "on", ">hunter2"}
	for word := range strings.FieldsSeq(redisstore.ACL(redisstore.DefaultPrefix)) {
		args = append(args, word)
	}
	redis.Do(t, append(args, "-xrevrange", "-bgrewriteaof")...)
	flags := onRedis(t, "redis://clinic:hunter2@"+redis.Addr())
	got := redisSays(t, "rights", flags...)
	if !strings.HasPrefix(got, "MEND") || !strings.Contains(got, "→ ACL SETUSER clinic +xrevrange +bgrewriteaof (") {
		t.Fatal(got)
	}
	redis.Do(t, "ACL", "SETUSER", "clinic", "+xrevrange", "+bgrewriteaof")
	if got := redisSays(t, "rights", flags...); !strings.HasPrefix(got, "ok") {
		t.Error(got)
	}
	redis.Do(t, "ACL", "SETUSER", "clinic", "-config|get")
	if got := redisSays(t, "redis", flags...); !strings.HasPrefix(got, "MEND") || !strings.Contains(got, "cannot be seen") {
		t.Error(got)
	}
}

// A Redis that cannot be used is told of in words, without the password.
func TestDoctorOnARedisOutOfReach(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{Password: "right"})
	deaf, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	for name, test := range map[string]struct{ url, word string }{
		"wrong password": {"redis://:hunter2@" + redis.Addr(), "does not know this user and password"},
		"no password":    {"redis://" + redis.Addr(), "wants a password"},
		"nobody there":   {"redis://:hunter2@127.0.0.1:1", "nothing listens there"},
		"no answer":      {"redis://:hunter2@" + deaf.Addr().String(), "does not answer in time"},
		"no such host":   {"redis://:hunter2@redis.invalid:6379", "no such host"},
		"no TLS there":   {"rediss://:hunter2@" + redis.Addr(), "TLS"},
		"no Sentinel":    {"redis+sentinel://:hunter2@127.0.0.1:1/kith", "Sentinel"},
		"no address":     {"hunter2", "redis://host:6379"},
	} {
		t.Run(name, func(t *testing.T) {
			args := onRedis(t, test.url)
			got := redisSays(t, "redis", args...)
			if !strings.HasPrefix(got, "MEND") || !strings.Contains(got, test.word) {
				t.Error(got)
			}
			if all := asked(t, args...); all.err == nil || strings.Contains(all.out+all.errs+all.err.Error(), "hunter2") {
				t.Errorf("%v\n%s", all.err, all.out)
			}
		})
	}
}

// With a replica the doctor says what a failover may lose, and what limits that.
func TestDoctorOnReplicas(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	replica := servertest.StartRedis(t, servertest.RedisOptions{ReplicaOf: redis})
	replica.WaitReplica(t)
	sentinels := servertest.StartSentinels(t, redis, 1, 1, servertest.SentinelOptions{Replicas: 1})
	sentinels.WaitReady(t)
	flags := onRedis(t, sentinels.URL())
	if got := redisSays(t, "replicas", flags...); !strings.HasPrefix(got, "ok") || !strings.Contains(got, "a failover may lose") || !strings.Contains(got, "-redis-replicas 1") {
		t.Error(got)
	}
	if got := redisSays(t, "minimum", flags...); !strings.Contains(got, "→ CONFIG SET min-replicas-to-write 1") {
		t.Error(got)
	}
	redis.Do(t, "CONFIG", "SET", "min-replicas-to-write", "1")
	for _, what := range []string{"replicas", "minimum"} {
		if got := redisSays(t, what, append(flags, "-redis-replicas", "1")...); !strings.HasPrefix(got, "ok") {
			t.Error(got)
		}
	}
	if got := redisSays(t, "redis", onRedis(t, replica.URL())...); !strings.HasPrefix(got, "MEND") || !strings.Contains(got, "primary") {
		t.Error(got)
	}
}

// The programme in Redis and the key are held against each other.
func TestDoctorLooksAtTheKeyOfRedis(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	data, _ := folder(t)
	must(t, "move", "-data", data, "-to", redis.URL())
	if got := redisSays(t, "stored", "-data", data, "-redis", redis.URL()); got != "ok    stored   a programme, and the key is its own" {
		t.Error(got)
	}
	if got := redisSays(t, "stored", onRedis(t, redis.URL())...); !strings.HasPrefix(got, "MEND") || !strings.Contains(got, "does not belong") {
		t.Error(got)
	}
	remove(t, server.DefaultKey(data))
	if got := redisSays(t, "stored", "-data", data, "-redis", redis.URL()); !strings.HasPrefix(got, "MEND") {
		t.Error(got)
	}
}

// What no Redis here can be made to be.
func TestDoctorOnClocksAndVersions(t *testing.T) {
	for skew, well := range map[time.Duration]bool{0: true, time.Second: true, 3 * time.Second: false, -time.Minute: false} {
		if got := lookSkew(skew); (got.mend == "") != well {
			t.Errorf("%v apart: %+v", skew, got)
		}
	}
	for version, well := range map[string]bool{"7.0.0": true, "8.2.1": true, "10.0.0": true, "6.2.14": false, "": false} {
		if got := lookVersion(redisstore.Facts{Version: version}); (got.mend == "") != well {
			t.Errorf("version %s: %+v", version, got)
		}
	}
}
