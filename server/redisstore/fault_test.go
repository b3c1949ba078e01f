package redisstore_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

// one is a record with a body of its own.
func one(body string, erases ...eventlog.Seq) eventlog.Record {
	return eventlog.Record{Meta: []byte("m"), Body: []byte(body), Erases: erases}
}

func appendTo(t *testing.T, s *redisstore.Store, stream string, after eventlog.Position, records ...eventlog.Record) eventlog.Position {
	t.Helper()
	head, err := s.Append(t.Context(), stream, after, records)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return head
}

// wholeOrNothing holds a stream to its head: as many records, and their chain.
func wholeOrNothing(t *testing.T, s *redisstore.Store, stream string, want eventlog.Position) {
	t.Helper()
	head, err := s.Head(t.Context(), stream)
	if err != nil || head != want {
		t.Fatalf("the head is %d (%v), want %d", head.Seq, err, want.Seq)
	}
	records, err := s.Read(t.Context(), stream, 1, eventlog.MaxRead)
	if err != nil || len(records) != int(want.Seq) {
		t.Fatalf("%d records (%v), want %d", len(records), err, want.Seq)
	}
	var at eventlog.Position
	for _, r := range records {
		if at = at.Next(r); r.HasBody && r.Body == nil {
			t.Errorf("record %d lost its body", r.Seq)
		}
	}
	if at != want {
		t.Error("the chain does not end in the head")
	}
}

// At maxmemory Redis refuses the whole append: in words, and with nothing half done.
func TestNoHalfAppendAtMaxmemory(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	head := appendTo(t, s, "room/a", eventlog.Position{}, one("before"))
	redis.Do(t, "CONFIG", "SET", "maxmemory", "1")
	records := []eventlog.Record{one("b2"), one(strings.Repeat("x", 100_000), 1), one("b4")}
	_, err := s.Append(t.Context(), "room/a", head, records)
	if !errors.Is(err, eventlog.ErrUnavailable) || !strings.Contains(err.Error(), "memory") {
		t.Fatalf("append at maxmemory: %v", err)
	}
	if _, err := s.Values().Put(t.Context(), "b", "k", []byte("x"), time.Time{}, eventlog.Any); !errors.Is(err, eventlog.ErrUnavailable) {
		t.Fatalf("put at maxmemory: %v", err)
	}
	redis.Do(t, "CONFIG", "SET", "maxmemory", "0")
	wholeOrNothing(t, s, "room/a", head)
	if _, err := s.Values().Get(t.Context(), "b", "k"); !errors.Is(err, eventlog.ErrNotFound) {
		t.Errorf("a refused put left something: %v", err)
	}
	wholeOrNothing(t, s, "room/a", appendTo(t, s, "room/a", head, one("b2")))
}

// A key of the wrong type in the way: the append is refused before its first write,
// whichever key it is.
func TestNoHalfAppendOnWrongType(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	for _, key := range []string{"s:room/b", "b:room/b", "heads", "changes"} {
		t.Run(key, func(t *testing.T) {
			prefix := strings.NewReplacer(":", "", "/", "").Replace(key) + ":"
			s := mustOpen(t, redisstore.Options{URL: redis.URL(), Prefix: prefix})
			redis.Do(t, "SET", prefix+key, "in the way")
			_, err := s.Append(t.Context(), "room/b", eventlog.Position{}, []eventlog.Record{one("x"), one("y")})
			if !errors.Is(err, eventlog.ErrUnavailable) || !strings.Contains(err.Error(), "not what Kith made of it") {
				t.Fatalf("append: %v", err)
			}
			redis.Do(t, "DEL", prefix+key)
			wholeOrNothing(t, s, "room/b", eventlog.Position{})
			if list, _, err := s.Changes(t.Context(), "", 0); err != nil || len(list) != 0 {
				t.Errorf("a refused append shows in the changes: %v, %v", list, err)
			}
		})
	}
}

// A stream whose end was lost by hand is not appended to.
func TestTamperedStreamIsRefused(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	head := appendTo(t, s, "room/a", eventlog.Position{}, one("1"), one("2"))
	redis.Do(t, "XDEL", "kith:s:room/a", "1-0")
	if _, err := s.Append(t.Context(), "room/a", head, []eventlog.Record{one("3")}); !errors.Is(err, eventlog.ErrUnavailable) {
		t.Errorf("append: %v", err)
	}
}

// A Redis that is emptied under a running node is not taken for a new programme.
func TestEmptiedRedisIsNotWrittenTo(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	appendTo(t, s, "room/a", eventlog.Position{}, one("1"))
	redis.Do(t, "FLUSHALL")
	for name, err := range map[string]error{
		"append": func() error {
			_, err := s.Append(t.Context(), "room/b", eventlog.Position{}, []eventlog.Record{one("1")})
			return err
		}(),
		"put": func() error {
			_, err := s.Values().Put(t.Context(), "b", "k", nil, time.Time{}, eventlog.Any)
			return err
		}(),
		"changes": func() error { _, _, err := s.Changes(t.Context(), "", 0); return err }(),
		"drop":    s.Drop(t.Context(), "room/a"),
	} {
		if !errors.Is(err, eventlog.ErrUnavailable) || !strings.Contains(err.Error(), "emptied or exchanged") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := redis.Do(t, "DBSIZE"); n != int64(0) {
		t.Errorf("%v keys were made", n)
	}
}

// After a restart the history may be another: a cursor from before is not taken.
func TestCursorOfAnotherHistory(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	appendTo(t, s, "room/a", eventlog.Position{}, one("1"))
	_, cursor, err := s.Changes(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if list, _, err := s.Changes(t.Context(), cursor, 0); err != nil || len(list) != 0 {
		t.Fatalf("the cursor before the restart: %v, %v", list, err)
	}
	redis.Kill(t)
	redis.Restart(t)
	if _, _, err := s.Changes(t.Context(), cursor, 0); !errors.Is(err, eventlog.ErrCursor) {
		t.Errorf("the cursor after it: %v, want ErrCursor", err)
	}
	if list, _, err := s.Changes(t.Context(), "", 0); err != nil || len(list) != 1 {
		t.Errorf("from the beginning: %v, %v", list, err)
	}
}

// What was erased is in no file of Redis after its rewrite, sealed bytes included;
// before, it is, so the search can find it.
func TestErasedBytesAreInNoFile(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	secret := "zephyr-sealed-bytes-of-a-message"
	head := appendTo(t, s, "room/a", eventlog.Position{}, one(secret), one("stays here"))
	appendTo(t, s, "room/a", head, one("", 1))
	if !holds(t, redis.Dir(), secret) {
		t.Fatal("the search does not find what is there")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if holds(t, redis.Dir(), secret) {
		t.Error("the erased bytes are still in a file of Redis")
	}
	if !holds(t, redis.Dir(), "stays here") {
		t.Error("what nobody erased is gone")
	}
	// Nothing was erased since: the files are left alone.
	before := redis.Do(t, "INFO", "persistence")
	if err := s.Scrub(t.Context()); err != nil || !bytes.Contains([]byte(before.(string)), []byte("aof_rewrite_in_progress:0")) {
		t.Errorf("a second scrub: %v", err)
	}
}

// With a replica asked for, nothing counts as stored, or is shown, before it has it;
// when it is back, everything does.
func TestReplicaIsWaitedFor(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	replica := servertest.StartRedis(t, servertest.RedisOptions{ReplicaOf: redis})
	replica.WaitReplica(t)
	s := mustOpen(t, redisstore.Options{URL: redis.URL(), Replicas: 1})
	head := appendTo(t, s, "room/a", eventlog.Position{}, one("1"))

	replica.Pause(t)
	if _, err := s.Append(t.Context(), "room/a", head, []eventlog.Record{one("2")}); !errors.Is(err, eventlog.ErrUnavailable) {
		t.Fatalf("an append that no replica has: %v", err)
	}
	// The primary may have it, and shows it to nobody.
	other := mustOpen(t, redisstore.Options{URL: redis.URL(), Replicas: 1})
	if records, err := other.Read(t.Context(), "room/a", 1, 9); len(records) > 0 || !errors.Is(err, eventlog.ErrUnavailable) {
		t.Errorf("a record that no replica has was read: %d, %v", len(records), err)
	}
	if records, err := s.Read(t.Context(), "room/a", 1, 1); err != nil || len(records) != 1 {
		t.Errorf("what the replica has cannot be read: %d, %v", len(records), err)
	}
	if err := s.Ready(); err == nil {
		t.Error("it says that it is ready")
	}
	// Too few replicas: further writes are refused before anything is written.
	length := redis.Do(t, "XLEN", "kith:s:room/a")
	if _, err := s.Append(t.Context(), "room/b", eventlog.Position{}, []eventlog.Record{one("x")}); !errors.Is(err, eventlog.ErrUnavailable) {
		t.Errorf("another append: %v", err)
	}
	if n := redis.Do(t, "EXISTS", "kith:s:room/b"); n != int64(0) {
		t.Error("it was written though it was known that nobody would have it")
	}

	replica.Resume(t)
	replica.WaitReplica(t)
	eventually(t, "the store to be ready", func() bool { return s.Ready() == nil })
	records, err := s.Read(t.Context(), "room/a", 1, 9)
	if err != nil || int64(len(records)) != length {
		t.Errorf("after the replica came back: %d records (%v), want %v", len(records), err, length)
	}
}

// eventually asks again and again for what another process brings about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !is() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
