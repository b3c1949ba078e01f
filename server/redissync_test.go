package server_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
)

// An append is answered by Redis only after its file was synced, as the kernel saw
// it, and the node acknowledges after that answer.
func TestRedisSyncedBeforeAnswered(t *testing.T) {
	answers, early := traceRedis(t, "always")
	if answers < syncPosts || early > 0 {
		t.Errorf("%d of %d answers to appends left Redis before its file was synced", early, answers)
	}
}

// The test above can fail: with a Redis that syncs each second it finds the answers at
// fault.
func TestRedisSyncTestSeesMissingSyncs(t *testing.T) {
	if answers, early := traceRedis(t, "everysec"); early < answers*9/10 || answers < syncPosts {
		t.Errorf("only %d of %d answers were found to be at fault", early, answers)
	}
}

// traceRedis posts messages through a node while Redis runs under strace, and counts
// Redis's answers to appends, and those that left too early.
func traceRedis(t *testing.T, fsync string) (answers, early int) {
	t.Helper()
	servertest.NeedRedis(t)
	tracer := needStrace(t)
	trace := filepath.Join(t.TempDir(), "trace")
	redis := servertest.StartRedis(t, servertest.RedisOptions{AppendFsync: fsync, Before: []string{
		tracer, "-f", "-y", "-s", "256", "-o", trace,
		"-e", "trace=fdatasync,fsync,sync_file_range,msync,write,writev,sendto,sendmsg,pwrite64,pwritev",
	}})
	c := servertest.Config(t.TempDir())
	c.Redis = redis.URL()
	if _, err := keyfile.Create(c.Key); err != nil {
		t.Fatal(err)
	}
	rooms := servertest.Seed(t, c, seed.Spec{Rooms: 1, Members: 2, Moderators: 1})
	node := servertest.Run(t, c)
	var author *servertest.Client
	for n := range syncPosts {
		if n%syncBurst == 0 {
			author = servertest.Dial(t, node.URL, servertest.Cookie(rooms[0].Members[1].Token))
			author.Join(rooms[0].ID, "")
		}
		author.Post(rooms[0].ID, fmt.Sprintf("message %d", n))
	}
	node.Stop(t)
	redis.Kill(t)
	return answeredEarly(readTrace(t, trace))
}

// answeredEarly goes through the trace of Redis: at an answer "ok" there may be no
// write to its file that was not synced, from the beginning of the sync to its end.
// Several appends may share one sync.
func answeredEarly(trace []call) (answers, early int) {
	dirty, syncing, writes := false, false, 0
	for _, s := range trace {
		onFile := strings.Contains(s.file, "appendonly.aof") && !s.failed
		switch {
		case s.begun && strings.Contains(s.file, "socket:") && strings.Contains(s.text, `$2\r\nok\r\n`):
			if answers++; dirty || writes == 0 {
				early++
			}
		case !onFile:
		case s.syncs():
			if s.begun {
				syncing = true
			}
			if s.ended && syncing {
				dirty, syncing = false, false
			}
		default:
			if s.begun {
				writes++
			}
			dirty, syncing = true, false
		}
	}
	return answers, early
}
