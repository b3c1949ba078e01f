package redisstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/eventlog/logtest"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

// grantACL makes a user with the rights that ACL names, for keys and channels that
// begin with "t", and returns the address for it.
func grantACL(t *testing.T, redis *servertest.Redis, without ...string) string {
	t.Helper()
	rule := redisstore.ACL("t")
	for _, w := range without {
		if !strings.Contains(rule+" ", " "+w+" ") {
			t.Fatalf("the rule has no %s", w)
		}
		rule = strings.ReplaceAll(rule+" ", " "+w+" ", " ")
	}
	args := []any{"ACL", "SETUSER", "kith", "reset", "on", ">secret"}
	for word := range strings.FieldsSeq(rule) {
		args = append(args, word)
	}
	redis.Do(t, args...)
	return fmt.Sprintf("redis://kith:secret@%s/1", redis.Addr())
}

// The documented rule is enough for the whole contract and all that a node does
// beside it, and Redis's own count shows that no command in it is there for nothing.
func TestACLIsEnoughAndNotMore(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{Args: []string{"--save", "3600", "100000"}})
	replica := servertest.StartRedis(t, servertest.RedisOptions{ReplicaOf: redis})
	replica.WaitReplica(t)
	url := grantACL(t, redis)
	redis.Do(t, "CONFIG", "RESETSTAT")
	logtest.Run(t, open(url, 1, func() *eventlog.Keyring { return nil }))
	besidesTheContract(t, url)

	stats, _ := redis.Do(t, "INFO", "commandstats").(string)
	for word := range strings.FieldsSeq(redisstore.ACL("t")) {
		if command, ok := strings.CutPrefix(word, "+"); ok && !strings.Contains(stats, "cmdstat_"+command+":calls=") {
			t.Errorf("%s is in the rule and nobody used it", word)
		}
	}
	if log, _ := redis.Do(t, "ACL", "LOG").([]any); len(log) > 0 {
		t.Errorf("something was refused: %v", log[0])
	}
}

func besidesTheContract(t *testing.T, url string) {
	t.Helper()
	s := mustOpen(t, redisstore.Options{URL: url, Prefix: "tt:"})
	appendTo(t, s, "room/a", appendTo(t, s, "room/a", eventlog.Position{}, one("x")), one("y", 1))
	if err := s.Scrub(t.Context()); err != nil {
		t.Errorf("scrub: %v", err)
	}
	if err := s.Safe(t.Context()); err != nil {
		t.Errorf("safe: %v", err)
	}
	i := inspect(t, redisstore.Options{URL: url, Prefix: "tt:"})
	if err := i.Reach(t.Context()); err != nil {
		t.Errorf("reach: %v", err)
	}
	if r, err := i.Rights(t.Context()); err != nil || len(r.Missing)+len(r.Unknown) > 0 {
		t.Errorf("rights: %v %v", r, err)
	}
	if f, err := i.Facts(t.Context()); err != nil || f.Replicas != 1 || !f.Settings.AOF {
		t.Errorf("facts: %+v %v", f, err)
	}
}

func inspect(t *testing.T, o redisstore.Options) *redisstore.Inspection {
	t.Helper()
	i, err := redisstore.Inspect(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = i.Close() })
	return i
}

// Each rule that a user lacks is named, and no other: this is what kith doctor says.
func TestRightsNameWhatIsMissing(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	for word := range strings.FieldsSeq(redisstore.ACL("t")) {
		if word[0] != '+' && word[0] != '~' && word[0] != '&' {
			continue
		}
		t.Run(word, func(t *testing.T) {
			i := inspect(t, redisstore.Options{URL: grantACL(t, redis, word), Prefix: "t"})
			r, err := i.Rights(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(r.Missing, " ")
			whole := word == "+multi" || word == "+exec" || word == "+discard" || word == "+select"
			if want := word; got != want && (!whole || got != redisstore.ACL("t")) {
				t.Errorf("missing %q, want %q", got, want)
			}
		})
	}
}

// Looking changes nothing: no key, and no file is written anew.
func TestInspectChangesNothing(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	i := inspect(t, redisstore.Options{URL: redis.URL()})
	before, _ := redis.Do(t, "INFO", "persistence").(string)
	if _, err := i.Rights(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Facts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log, _, err := i.Stored(t.Context()); err != nil || log != nil {
		t.Errorf("something is stored in an empty Redis: %v", err)
	}
	if keys := redis.Do(t, "DBSIZE"); keys != int64(0) {
		t.Errorf("%v keys", keys)
	}
	for _, line := range []string{"aof_rewrites", "rdb_saves", "rdb_changes_since_last_save"} {
		after, _ := redis.Do(t, "INFO", "persistence").(string)
		if was, is := infoLine(before, line), infoLine(after, line); was == "" || was != is {
			t.Errorf("%s, then %s", was, is)
		}
	}
	stats, _ := redis.Do(t, "INFO", "commandstats").(string)
	for _, command := range []string{"hset", "unlink", "bgsave", "bgrewriteaof", "publish", "eval"} {
		if strings.Contains(stats, "cmdstat_"+command+":calls=") && !strings.Contains(stats, "cmdstat_"+command+":calls=0") {
			t.Errorf("%s was carried out", command)
		}
	}
}

func infoLine(text, name string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name+":") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func TestInspectSkew(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	i := inspect(t, redisstore.Options{URL: redis.URL(), Clock: func() time.Time { return time.Now().Add(-90 * time.Second) }})
	f, err := i.Facts(t.Context())
	if err != nil || f.Skew.Round(time.Second) != 90*time.Second {
		t.Errorf("the skew is %v (%v)", f.Skew, err)
	}
}
