package logtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

var valuesTests = []test{
	{"what is put can be got", testPutGet},
	{"conditions of Put", testPutConditions},
	{"conditions of Delete", testDeleteConditions},
	{"a version is never used twice", testVersions},
	{"expiry", testExpiry},
	{"listing", testList},
	{"sweeping", testSweep},
	{"of puts with one condition exactly one wins", testPutOneWins},
	{"sizes and replacing", testValueSizes},
	{"names", testValueNames},
	{"values are there after a restart", testValuesRestart},
}

var never time.Time

func (f *fixture) put(t *testing.T, bucket, key, data string, expires time.Time, cond eventlog.Version) eventlog.Version {
	t.Helper()
	v, err := f.Values.Put(t.Context(), bucket, key, []byte(data), expires, cond)
	if err != nil {
		t.Fatalf("Put %s %s: %v", bucket, key, err)
	}
	if v == eventlog.Absent || v == eventlog.Any {
		t.Fatalf("Put gave the version %d, which is a condition", v)
	}
	return v
}

func (f *fixture) wantValue(t *testing.T, bucket, key, data string) eventlog.Value {
	t.Helper()
	v, err := f.Values.Get(t.Context(), bucket, key)
	if err != nil {
		t.Fatalf("Get %s %s: %v", bucket, key, err)
	}
	if string(v.Data) != data || v.Key != key {
		t.Fatalf("Get %s %s: the key %q with %q, want %q", bucket, key, v.Key, v.Data, data)
	}
	return v
}

func (f *fixture) wantNoValue(t *testing.T, bucket, key string) {
	t.Helper()
	if _, err := f.Values.Get(t.Context(), bucket, key); !errors.Is(err, eventlog.ErrNotFound) {
		t.Fatalf("Get %s %s: %v, want ErrNotFound", bucket, key, err)
	}
}

func (f *fixture) wantPut(t *testing.T, key string, cond eventlog.Version, want error) {
	t.Helper()
	if _, err := f.Values.Put(t.Context(), "b", key, []byte("other"), never, cond); !errors.Is(err, want) {
		t.Errorf("Put with the condition %d: %v, want %v", cond, err, want)
	}
}

func testPutGet(t *testing.T, s *fixture) {
	s.wantNoValue(t, "b", "k")
	v1 := s.put(t, "b", "k", "one", never, eventlog.Any)
	s.put(t, "b2", "k", "elsewhere", never, eventlog.Any)
	got := s.wantValue(t, "b", "k", "one")
	if got.Version != v1 || !got.Expires.IsZero() {
		t.Errorf("Get gave the version %d and expiry %v, want %d and none", got.Version, got.Expires, v1)
	}
	s.put(t, "b", "k", "two", never, eventlog.Any)
	s.wantValue(t, "b", "k", "two")
	s.wantValue(t, "b2", "k", "elsewhere")
	s.put(t, "b", "empty", "", never, eventlog.Any)
	s.wantValue(t, "b", "empty", "")
}

func testPutConditions(t *testing.T, s *fixture) {
	s.wantPut(t, "k", 7, eventlog.ErrConflict)
	v1 := s.put(t, "b", "k", "one", never, eventlog.Absent)
	s.wantPut(t, "k", eventlog.Absent, eventlog.ErrConflict)
	s.wantPut(t, "k", v1+1, eventlog.ErrConflict)
	s.wantValue(t, "b", "k", "one")
	v2 := s.put(t, "b", "k", "two", never, v1)
	s.wantPut(t, "k", v1, eventlog.ErrConflict)
	if got := s.wantValue(t, "b", "k", "two"); got.Version != v2 {
		t.Errorf("the version is %d, want %d", got.Version, v2)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Values.Put(ctx, "b", "k", []byte("x"), never, eventlog.Any); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func testDeleteConditions(t *testing.T, s *fixture) {
	ctx := t.Context()
	if err := s.Values.Delete(ctx, "b", "k", eventlog.Any); err != nil {
		t.Errorf("nothing there, Any: %v", err)
	}
	if err := s.Values.Delete(ctx, "b", "k", 7); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("nothing there, a version: %v, want ErrConflict", err)
	}
	v := s.put(t, "b", "k", "one", never, eventlog.Any)
	if err := s.Values.Delete(ctx, "b", "k", v+1); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("another version: %v, want ErrConflict", err)
	}
	s.wantValue(t, "b", "k", "one")
	if err := s.Values.Delete(ctx, "b", "k", v); err != nil {
		t.Fatal(err)
	}
	s.wantNoValue(t, "b", "k")
	s.put(t, "b", "k", "two", never, eventlog.Absent)
	if err := s.Values.Delete(ctx, "b", "k", eventlog.Any); err != nil {
		t.Fatal(err)
	}
	s.wantNoValue(t, "b", "k")
}

func testVersions(t *testing.T, s *fixture) {
	seen := map[eventlog.Version]bool{}
	for i := range 6 {
		v := s.put(t, "b", "k", fmt.Sprint(i), never, eventlog.Any)
		if seen[v] {
			t.Fatalf("version %d was given twice", v)
		}
		seen[v] = true
		if i%2 == 0 {
			if err := s.Values.Delete(t.Context(), "b", "k", v); err != nil {
				t.Fatal(err)
			}
		}
		s.restart(t)
	}
}

func testExpiry(t *testing.T, s *fixture) {
	end := s.clock.Now().Add(time.Minute)
	v := s.put(t, "b", "k", "one", end.Add(300*time.Microsecond), eventlog.Absent)
	if got := s.wantValue(t, "b", "k", "one"); !got.Expires.Equal(end) {
		t.Errorf("expiry came back as %v, want %v to the millisecond", got.Expires, end)
	}
	s.clock.advance(time.Minute - time.Millisecond)
	s.wantValue(t, "b", "k", "one")
	s.clock.advance(time.Millisecond)
	s.wantNoValue(t, "b", "k")
	if list, err := s.Values.List(t.Context(), "b"); err != nil || len(list) != 0 {
		t.Errorf("List gave %d values, %v", len(list), err)
	}
	s.wantPut(t, "k", v, eventlog.ErrConflict)
	if err := s.Values.Delete(t.Context(), "b", "k", v); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("Delete of what expired, by version: %v, want ErrConflict", err)
	}
	if err := s.Values.Delete(t.Context(), "b", "k", eventlog.Any); err != nil {
		t.Errorf("Delete of what expired, Any: %v", err)
	}
	s.put(t, "b", "k2", "gone", s.clock.Now().Add(-time.Hour), eventlog.Any)
	s.wantNoValue(t, "b", "k2")
	if v2 := s.put(t, "b", "k2", "new", never, eventlog.Absent); v2 == v {
		t.Error("a version was used again")
	}
	s.wantValue(t, "b", "k2", "new") // and the old expiry is forgotten
}

func testList(t *testing.T, s *fixture) {
	want := map[string]string{}
	for i := range 50 {
		k := fmt.Sprintf("key %d", i)
		want[k] = fmt.Sprintf("data %d", i)
		s.put(t, "b", k, want[k], never, eventlog.Any)
	}
	s.put(t, "bb", "key 1", "elsewhere", never, eventlog.Any)
	list, err := s.Values.List(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != len(want) {
		t.Fatalf("List gave %d values, want %d", len(list), len(want))
	}
	for _, v := range list {
		if got := s.wantValue(t, "b", v.Key, want[v.Key]); got.Version != v.Version || string(v.Data) != want[v.Key] {
			t.Errorf("List and Get differ in %s", v.Key)
		}
	}
	if list, err := s.Values.List(t.Context(), "none"); err != nil || len(list) != 0 {
		t.Errorf("List of an empty bucket: %d values, %v", len(list), err)
	}
}

func testSweep(t *testing.T, s *fixture) {
	now := s.clock.Now()
	for i := range 1200 {
		s.put(t, "b", fmt.Sprint("ends ", i), "x", now.Add(time.Duration(i+1)*time.Millisecond), eventlog.Any)
	}
	s.put(t, "b", "stays", "x", never, eventlog.Any)
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{0, 0}, {time.Millisecond, 1}, {1100 * time.Millisecond, 1099}, {1100 * time.Millisecond, 0}} {
		n, err := s.Values.Sweep(t.Context(), now.Add(step.at))
		if err != nil || n != step.want {
			t.Errorf("Sweep at %v: %d values, %v; want %d", step.at, n, err, step.want)
		}
	}
	list, err := s.Values.List(t.Context(), "b")
	if err != nil || len(list) != 101 {
		t.Errorf("List gave %d values, %v; want 101", len(list), err)
	}
	s.wantValue(t, "b", "stays", "x")
}

func testPutOneWins(t *testing.T, s *fixture) {
	cond := eventlog.Absent
	for round := range 20 {
		var wg sync.WaitGroup
		var wins atomic.Int32
		var won atomic.Uint64
		for w := range 6 {
			wg.Go(func() {
				v, err := s.Values.Put(t.Context(), "b", "k", []byte(fmt.Sprint(w)), never, cond)
				switch {
				case err == nil:
					wins.Add(1)
					won.Store(uint64(v))
				case !errors.Is(err, eventlog.ErrConflict):
					t.Errorf("the loser got %v, want ErrConflict", err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Fatalf("round %d: %d puts with one condition succeeded", round, wins.Load())
		}
		cond = eventlog.Version(won.Load())
	}
}

// testValueSizes goes up and down through sizes at which a store may keep things
// in another way.
func testValueSizes(t *testing.T, s *fixture) {
	sizes := []int{0, 1, 63, 64, 65, 1023, 1025, 5000, 70_000, 1 << 20, 64, 3000, 0, 1}
	for i, n := range sizes {
		data := strings.Repeat(string(rune('a'+i)), n)
		s.put(t, "b", "k", data, never, eventlog.Any)
		s.put(t, "b", fmt.Sprint("k", i), data, never, eventlog.Any)
		s.wantValue(t, "b", "k", data)
	}
	for i, n := range sizes {
		s.wantValue(t, "b", fmt.Sprint("k", i), strings.Repeat(string(rune('a'+i)), n))
	}
	_, err := s.Values.Put(t.Context(), "b", "k", bytes.Repeat([]byte{1}, eventlog.MaxValueBytes+1), never, eventlog.Any)
	if !errors.Is(err, eventlog.ErrTooLarge) {
		t.Errorf("too large: %v, want ErrTooLarge", err)
	}
	s.wantValue(t, "b", "k", "n")
}

func testValueNames(t *testing.T, s *fixture) {
	key := strings.Repeat("é", eventlog.MaxValueKey/2) // keys are any bytes
	s.put(t, "b-1/x_y", key, "x", never, eventlog.Any)
	s.wantValue(t, "b-1/x_y", key, "x")
	for _, bad := range [][2]string{{"", "k"}, {"B", "k"}, {"b c", "k"}, {"b", ""}, {"b", key + "x"}} {
		_, getErr := s.Values.Get(t.Context(), bad[0], bad[1])
		_, putErr := s.Values.Put(t.Context(), bad[0], bad[1], nil, never, eventlog.Any)
		delErr := s.Values.Delete(t.Context(), bad[0], bad[1], eventlog.Any)
		for what, err := range map[string]error{"Get": getErr, "Put": putErr, "Delete": delErr} {
			if !errors.Is(err, eventlog.ErrName) {
				t.Errorf("%s %q %q: %v, want ErrName", what, bad[0], bad[1], err)
			}
		}
	}
	if _, err := s.Values.List(t.Context(), "B"); !errors.Is(err, eventlog.ErrName) {
		t.Errorf("List: %v, want ErrName", err)
	}
}

func testValuesRestart(t *testing.T, s *fixture) {
	end := s.clock.Now().Add(time.Minute)
	v := s.put(t, "b", "k", "one", end, eventlog.Any)
	s.restart(t)
	if got := s.wantValue(t, "b", "k", "one"); got.Version != v || !got.Expires.Equal(end) {
		t.Errorf("version %d and expiry %v, want %d and %v", got.Version, got.Expires, v, end)
	}
	s.clock.advance(time.Minute)
	s.wantNoValue(t, "b", "k")
}
