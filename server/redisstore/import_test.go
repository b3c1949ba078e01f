package redisstore_test

import (
	"errors"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

// chained gives records their places after the beginning, and erases bodies as
// another store would have done since.
func chained(t *testing.T, erased map[eventlog.Seq]bool, records ...eventlog.Record) ([]eventlog.Record, eventlog.Position) {
	t.Helper()
	head, err := eventlog.Chain(eventlog.Position{}, records)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if erased[records[i].Seq] {
			records[i].Body = nil
		}
	}
	return records, head
}

// What another store erased is imported as erased: there was a body, which the
// digest says, and it is not there.
func TestImportKeepsErasures(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	records, want := chained(t, map[eventlog.Seq]bool{2: true},
		one("a"), one("b"), eventlog.Record{Meta: []byte("m")}, eventlog.Record{Meta: []byte{}, Body: []byte{}})
	if head, err := s.Import(t.Context(), "room/a", eventlog.Position{}, records); err != nil || head != want {
		t.Fatalf("import: %v, %v", head.Seq, err)
	}
	got, err := s.Read(t.Context(), "room/a", 1, 10)
	if err != nil || len(got) != len(records) {
		t.Fatalf("%d records (%v)", len(got), err)
	}
	for i, r := range got {
		w := records[i]
		if r.HasBody != w.HasBody || (r.Body == nil) != (w.Body == nil) || string(r.Body) != string(w.Body) || r.Digest != w.Digest {
			t.Errorf("record %d is %+v, want %+v", i+1, r, w)
		}
	}
	if err := eventlog.VerifyChain(t.Context(), s, "room/a", want); err != nil {
		t.Error(err)
	}
	if _, err := s.Import(t.Context(), "room/a", eventlog.Position{}, records); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("imported again: %v", err)
	}
	records[1].HasBody = false
	if _, err := s.Import(t.Context(), "room/b", eventlog.Position{}, records); !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("a record that is not what its digest says: %v", err)
	}
}

// A body that was erased after it was imported goes too.
func TestImportErased(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	records, _ := chained(t, nil, one("a"), one("b"))
	if _, err := s.Import(t.Context(), "room/a", eventlog.Position{}, records); err != nil {
		t.Fatal(err)
	}
	if err := s.ImportErased(t.Context(), "room/a", []eventlog.Seq{1}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Read(t.Context(), "room/a", 1, 2)
	if err != nil || got[0].Body != nil || !got[0].HasBody || string(got[1].Body) != "b" {
		t.Errorf("%+v (%v)", got, err)
	}
}

// A tombstone takes the place of what was imported before, and never of more.
func TestImportDropped(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	s := mustOpen(t, redisstore.Options{URL: redis.URL()})
	records, head := chained(t, nil, one("a"), one("b"), one("c"))
	for stream, before := range map[string]int{"room/none": 0, "room/part": 2, "room/all": 3} {
		if before > 0 {
			if _, err := s.Import(t.Context(), stream, eventlog.Position{}, records[:before]); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // twice is no error
			if err := s.ImportDropped(t.Context(), stream, head); err != nil {
				t.Fatalf("%s: %v", stream, err)
			}
		}
		if got, err := s.Head(t.Context(), stream); !errors.Is(err, eventlog.ErrDropped) || got != head {
			t.Errorf("%s: %d, %v", stream, got.Seq, err)
		}
		if n := redis.Do(t, "EXISTS", "kith:s:"+stream, "kith:b:"+stream); n != int64(0) {
			t.Errorf("%s: %v keys of it are left", stream, n)
		}
		if err := s.ImportDropped(t.Context(), stream, eventlog.Position{Seq: 9}); !errors.Is(err, eventlog.ErrConflict) {
			t.Errorf("%s dropped elsewhere: %v", stream, err)
		}
	}
	if _, err := s.Import(t.Context(), "room/long", eventlog.Position{}, records); err != nil {
		t.Fatal(err)
	}
	if err := s.ImportDropped(t.Context(), "room/long", eventlog.Position{Seq: 2, Digest: records[1].Digest}); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("dropped before its end: %v", err)
	}
}
