package move_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/move"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a folder and a Redis, and what was said so far in the folder.
type house struct {
	folder *sqlitestore.Store
	redis  *redisstore.Store
	server *servertest.Redis
	heads  map[string]eventlog.Position
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{heads: map[string]eventlog.Position{}, server: servertest.StartRedis(t, servertest.RedisOptions{})}
	var err error
	if h.folder, err = sqlitestore.Open(filepath.Join(t.TempDir(), "data"), sqlitestore.Options{InsecureSyncOff: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.folder.Close() })
	if h.redis, err = redisstore.Open(t.Context(), redisstore.Options{URL: h.server.URL()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.redis.Close() })
	return h
}

// furnished is a house with two long streams, one that was dropped, erased bodies,
// records without and with empty bodies, and values.
func furnished(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	for _, room := range []string{"room/a", "room/b"} {
		for n := range 3 {
			h.say(t, room, 200)
			h.say(t, room, 1, eventlog.Seq(n+1), eventlog.Seq(100*n+7))
		}
	}
	h.say(t, "room/gone", 3)
	if err := h.folder.Drop(t.Context(), "room/gone"); err != nil {
		t.Fatal(err)
	}
	h.put(t, "session", "one", "1", time.Time{})
	h.put(t, "session", "soon", "2", time.Now().Add(time.Hour))
	h.put(t, "session", "past", "3", time.Now().Add(-time.Hour))
	h.put(t, "snapshot", "room/a", "large", time.Time{})
	h.put(t, "key", "id", "proof", time.Time{})
	return h
}

// say appends n records to a stream of the folder; the last erases.
func (h *house) say(t *testing.T, stream string, n int, erases ...eventlog.Seq) {
	t.Helper()
	records := make([]eventlog.Record, n)
	for i := range records {
		r := &records[i]
		r.Meta = fmt.Appendf(nil, "meta %d", i)
		r.MetaCommit[0], r.BodyCommit[0] = byte(i), byte(i+1)
		switch i % 3 {
		case 0:
			r.Body = fmt.Appendf(nil, "body %d", i)
		case 1:
			r.Body = []byte{}
		}
	}
	records[n-1].Erases = erases
	head, err := h.folder.Append(t.Context(), stream, h.heads[stream], records)
	if err != nil {
		t.Fatal(err)
	}
	h.heads[stream] = head
}

func (h *house) put(t *testing.T, bucket, key, data string, ends time.Time) {
	t.Helper()
	if _, err := h.folder.Values().Put(t.Context(), bucket, key, []byte(data), ends, eventlog.Any); err != nil {
		t.Fatal(err)
	}
}

func (h *house) move() *move.Move {
	return &move.Move{From: h.folder, To: h.redis, Skip: []string{"snapshot"}, Last: "key"}
}

// moved demands that a run ends well, and holds both sides against each other by
// other means than the move's own.
func (h *house) moved(t *testing.T) move.Result {
	t.Helper()
	result, err := h.move().Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.same(t)
	return result
}

func (h *house) same(t *testing.T) {
	t.Helper()
	for stream, head := range h.heads {
		want, wantErr := h.folder.Read(t.Context(), stream, 1, eventlog.MaxRead)
		got, err := h.redis.Read(t.Context(), stream, 1, eventlog.MaxRead)
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || errors.Is(err, eventlog.ErrDropped) != errors.Is(wantErr, eventlog.ErrDropped) {
			t.Errorf("%s: %d records (%v), want %d (%v)", stream, len(got), err, len(want), wantErr)
		}
		for i := range got { // the text above does not tell nil from empty
			if (got[i].Body == nil) != (want[i].Body == nil) {
				t.Errorf("%s: body %d is there on one side alone", stream, i+1)
			}
		}
		if err == nil && eventlog.VerifyChain(t.Context(), h.redis, stream, head) != nil {
			t.Errorf("%s: its chain is broken", stream)
		}
	}
}

func (h *house) values(t *testing.T, bucket string) string {
	t.Helper()
	list, err := h.redis.Values().List(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("%s=%s", v.Key, v.Data))
	}
	return strings.Join(out, " ")
}

func TestMove(t *testing.T) {
	h := furnished(t)
	result := h.moved(t)
	if result.Records != 2*603 || result.Copied != result.Records || result.Streams != 3 {
		t.Errorf("%+v", result)
	}
	if got := h.values(t, "session"); !strings.Contains(got, "one=1") || !strings.Contains(got, "soon=2") || strings.Contains(got, "past") {
		t.Errorf("sessions: %s", got)
	}
	soon, err := h.redis.Values().Get(t.Context(), "session", "soon")
	if ours, _ := h.folder.Values().Get(t.Context(), "session", "soon"); err != nil || !soon.Expires.Equal(ours.Expires) {
		t.Errorf("it ends %v (%v), want %v", soon.Expires, err, ours.Expires)
	}
	if h.values(t, "key") != "id=proof" || h.values(t, "snapshot") != "" || h.values(t, move.Mark) != "" {
		t.Error("the proof, a snapshot or the mark is not as it should be")
	}
	if again := h.moved(t); again.Copied != 0 {
		t.Errorf("the second run copied %d", again.Copied)
	}
}

// stoppedAfter runs a move until n records are copied.
func (h *house) stoppedAfter(t *testing.T, n int) int {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	m, at := h.move(), 0
	m.Progress = func(p move.Progress) {
		if at = p.Records; at >= n {
			stop()
		}
	}
	if _, err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	if h.values(t, "key") != "" || h.values(t, move.Mark) == "" {
		t.Error("half a programme looks like a whole one")
	}
	return at
}

// Stopped anywhere, it goes on where it stopped.
func TestMoveGoesOn(t *testing.T) {
	for _, n := range []int{1, 700, 1206} {
		h := furnished(t)
		before := h.stoppedAfter(t, n)
		if got := h.moved(t); before == 0 || got.Copied != got.Records-before {
			t.Errorf("%d copied, then %d of %d", before, got.Copied, got.Records)
		}
	}
}

// Between two runs a server may have run on the folder: what it erased, dropped and
// ended must not live on in Redis.
func TestMoveFollowsTheFolder(t *testing.T) {
	h := furnished(t)
	h.put(t, "link", "only", "x", time.Time{})
	h.stoppedAt(t, "session")
	h.stoppedAt(t, "key")
	h.say(t, "room/a", 1, 10)
	if err := h.folder.Drop(t.Context(), "room/b"); err != nil {
		t.Fatal(err)
	}
	for bucket, key := range map[string]string{"session": "one", "link": "only"} {
		if err := h.folder.Values().Delete(t.Context(), bucket, key, eventlog.Any); err != nil {
			t.Fatal(err)
		}
	}
	h.moved(t)
	if got := h.values(t, "session"); got != "soon=2" {
		t.Errorf("sessions: %s", got)
	}
	if got := h.values(t, "link"); got != "" {
		t.Errorf("a link that was taken back is there: %s", got)
	}
}

// stoppedAt runs a move until it comes to a bucket: half a programme has no proof.
func (h *house) stoppedAt(t *testing.T, bucket string) {
	t.Helper()
	m := h.move()
	m.To = without{h.redis, bucket}
	if _, err := m.Run(t.Context()); !errors.Is(err, errStopped) {
		t.Fatalf("stopped: %v", err)
	}
	if h.values(t, "key") != "" || h.values(t, move.Mark) == "" {
		t.Error("half a programme looks like a whole one")
	}
}

var errStopped = errors.New("stopped")

// without takes everything but one bucket.
type without struct {
	*redisstore.Store
	bucket string
}

func (w without) Values() eventlog.Values { return lacking{w.Store.Values(), w.bucket} }

type lacking struct {
	eventlog.Values
	bucket string
}

func (l lacking) Put(ctx context.Context, bucket, key string, data []byte, ends time.Time, cond eventlog.Version) (eventlog.Version, error) {
	if bucket == l.bucket {
		return 0, errStopped
	}
	return l.Values.Put(ctx, bucket, key, data, ends, cond)
}

// What is there already and is not the beginning of the folder's programme is left
// as it is, and named.
func TestMoveRefusesOthers(t *testing.T) {
	one := eventlog.Record{Meta: []byte("m"), Body: []byte("b")}
	for name, test := range map[string]struct {
		stream string
		want   error
	}{
		"a stream the folder never had": {"room/other", move.ErrOther},
		"a stream that began otherwise": {"room/b", move.ErrDiffers},
		"a stream that was dropped":     {"room/gone", move.ErrDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			h := furnished(t)
			if _, err := h.redis.Append(t.Context(), test.stream, eventlog.Position{}, []eventlog.Record{one}); err != nil {
				t.Fatal(err)
			}
			if test.stream == "room/gone" {
				if err := h.redis.Drop(t.Context(), test.stream); err != nil {
					t.Fatal(err)
				}
			}
			_, err := h.move().Run(t.Context())
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.stream) {
				t.Errorf("%v", err)
			}
			if changes, _, err := h.redis.Changes(t.Context(), "", 0); err != nil || len(changes) != 1 || h.values(t, move.Mark) != "" {
				t.Errorf("something was written: %v %v", changes, err)
			}
		})
	}
}

// A programme that was moved and went on is no copy any more, and is not touched.
func TestMoveRefusesWhatWentOn(t *testing.T) {
	h := furnished(t)
	h.moved(t)
	if _, err := h.redis.Append(t.Context(), "room/a", h.heads["room/a"], []eventlog.Record{{Meta: []byte("m")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.move().Run(t.Context()); !errors.Is(err, move.ErrDiffers) || !strings.Contains(err.Error(), "room/a") {
		t.Errorf("%v", err)
	}
}

// Each part of a record counts when both sides are compared.
func TestMoveFindsWhatWasChanged(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, h *house){
		"a body":             func(t *testing.T, h *house) { h.server.Do(t, "HSET", "kith:b:room/a", "10", "forged") },
		"a body gone":        func(t *testing.T, h *house) { h.server.Do(t, "HDEL", "kith:b:room/a", "10") },
		"an erased one back": func(t *testing.T, h *house) { h.server.Do(t, "HSET", "kith:b:room/a", "1", "body 0") },
		"a record gone":      func(t *testing.T, h *house) { h.server.Do(t, "XDEL", "kith:s:room/a", "9-0") },
		"the last one gone":  func(t *testing.T, h *house) { h.server.Do(t, "XDEL", "kith:s:room/a", "603-0") },
	} {
		t.Run(name, func(t *testing.T) {
			h := furnished(t)
			h.moved(t)
			change(t, h)
			if _, err := h.move().Run(t.Context()); !errors.Is(err, move.ErrDiffers) || !strings.Contains(err.Error(), "room/a") {
				t.Errorf("%v", err)
			}
		})
	}
}
