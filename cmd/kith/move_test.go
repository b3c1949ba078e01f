package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server"
	seeding "github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
)

// cutting writes to nobody, and ends what it watches when a word comes by.
type cutting struct {
	word string
	then func()
}

func (c cutting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.word) {
		c.then()
	}
	return len(p), nil
}

// texts is what the rooms hold, as a member sees it.
func texts(t *testing.T, url string, rooms []seeding.Room) string {
	t.Helper()
	var out strings.Builder
	for _, r := range rooms {
		c := servertest.Dial(t, url, servertest.Cookie(r.Members[0].Token))
		for _, m := range c.Join(r.ID, "").Messages {
			out.WriteString(m.ID + " " + m.Text + "\n")
		}
		_ = c.CloseNow()
	}
	return out.String()
}

// A programme is moved, with a kill in the middle: servers on Redis have the same
// key, sessions and messages, and none starts on half of it.
func TestMove(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{Password: "hunter2"})
	data, rooms := folder(t)
	key := server.DefaultKey(data)
	out, stop := serving(t, "serve", "-data", data)
	fails(t, []string{"stop the server first"}, "move", "-data", data, "-to", redis.URL())
	before := texts(t, address(t, out), rooms)
	if !strings.Contains(before, "Message 000019") {
		t.Fatalf("the rooms hold: %s", before)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	ctx, cut := context.WithCancel(t.Context())
	err := run(ctx, []string{"move", "-data", data, "-to", redis.URL()}, func(string) string { return "" }, io.Discard, cutting{"3 of ", cut})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again") {
		t.Fatalf("cut off: %v", err)
	}
	half := filepath.Join(t.TempDir(), "half")
	fails(t, []string{"not whole"}, "serve", "-data", half, "-key", key, "-redis", redis.URL(), "-addr", "127.0.0.1:0", "-ops", "off")
	if got := redisSays(t, "stored", "-data", half, "-key", key, "-redis", redis.URL()); !strings.Contains(got, "kith move again") {
		t.Errorf("the doctor says of half a programme: %s", got)
	}

	got := kith(t, "move", "-data", data, "-to", redis.URL())
	if got.err != nil || !strings.Contains(got.out, "kith serve -redis") || strings.Contains(got.out+got.errs, "hunter2") || !strings.Contains(got.errs, "compared") {
		t.Fatalf("move: %v\n%s%s", got.err, got.out, got.errs)
	}
	c := servertest.Config(t.TempDir())
	c.Redis, c.Key = redis.URL(), key
	s := servertest.Run(t, c)
	if after := texts(t, s.URL, rooms); after != before {
		t.Errorf("on Redis the rooms hold\n%s, not\n%s", after, before)
	}
	if got := redisSays(t, "stored", "-data", data, "-key", key, "-redis", redis.URL()); !strings.HasPrefix(got, "ok") {
		t.Errorf("the doctor says: %s", got)
	}
}

// address is where serve says that it is.
func address(t *testing.T, out *servertest.Buffer) string {
	t.Helper()
	_, rest, ok := strings.Cut(out.String(), "http://127.0.0.1:")
	if !ok {
		t.Fatalf("no address in %q", out)
	}
	return "http://127.0.0.1:" + strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > '9' })[0]
}

// What cannot be moved is refused before Redis is touched, in words.
func TestMoveRefuses(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	data, _ := folder(t)
	other, _ := folder(t)
	fails(t, []string{"-to"}, "move", "-data", data)
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	fails(t, []string{"no programme", "-data"}, "move", "-data", nowhere, "-to", redis.URL())
	if _, err := os.Stat(nowhere); err == nil {
		t.Error("a folder was made")
	}
	fails(t, []string{"does not belong"}, "move", "-data", data, "-key", server.DefaultKey(other), "-to", redis.URL())
	if keys := redis.Do(t, "DBSIZE"); keys != int64(0) {
		t.Errorf("a refused move has left %v keys", keys)
	}
	must(t, "move", "-data", other, "-to", redis.URL())
	size := redis.Do(t, "DBSIZE")
	fails(t, []string{"another programme", "Nothing was changed"}, "move", "-data", data, "-to", redis.URL())
	if now := redis.Do(t, "DBSIZE"); now != size {
		t.Errorf("%v keys, then %v", size, now)
	}
	must(t, "move", "-data", data, "-to", redis.URL()[:len(redis.URL())-1]+"1") // another database of it
}

// Redis may not lose what the folder kept, unless that is asked for.
func TestMoveRefusesAnUnsafeRedis(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{AppendFsync: "off"})
	data, _ := folder(t)
	fails(t, []string{"appendonly"}, "move", "-data", data, "-to", redis.URL())
	must(t, "move", "-data", data, "-to", redis.URL(), "-insecure-redis")
}
