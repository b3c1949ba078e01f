package logtest

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
)

func wantSeqs(t *testing.T, got []eventlog.Record, first, last eventlog.Seq) {
	t.Helper()
	step := eventlog.Seq(1)
	n := int(last-first) + 1
	if first > last {
		step, n = ^eventlog.Seq(0), int(first-last)+1 // adding it takes one away
	}
	if len(got) != n {
		t.Fatalf("%d records, want %d", len(got), n)
	}
	for i, seq := 0, first; i < n; i, seq = i+1, seq+step {
		if got[i].Seq != seq {
			t.Fatalf("place %d has the record %d, want %d", i, got[i].Seq, seq)
		}
	}
}

func testReadDirections(t *testing.T, s *fixture) {
	s.fill(t, "room/a", 10)
	s.fill(t, "room/b", 3)
	wantSeqs(t, s.read(t, "room/a", 3, 7), 3, 7)
	wantSeqs(t, s.read(t, "room/a", 7, 3), 7, 3)
	wantSeqs(t, s.read(t, "room/a", 4, 4), 4, 4)
	if got := s.read(t, "room/a", 7, 3)[0]; string(got.Body) != "body 6" {
		t.Errorf("descending, record 7 has the body %q", got.Body)
	}
}

func testReadBounds(t *testing.T, s *fixture) {
	s.fill(t, "room/a", 5)
	const end = eventlog.Seq(math.MaxUint64)
	wantSeqs(t, s.read(t, "room/a", 0, end), 1, 5)
	wantSeqs(t, s.read(t, "room/a", end, 0), 5, 1)
	wantSeqs(t, s.read(t, "room/a", 4, 99), 4, 5)
	wantSeqs(t, s.read(t, "room/a", 99, 4), 5, 4)
	for _, r := range [][2]eventlog.Seq{{0, 0}, {6, 9}, {9, 6}, {end, end}} {
		if got := s.read(t, "room/a", r[0], r[1]); len(got) != 0 {
			t.Errorf("%d..%d gave %d records", r[0], r[1], len(got))
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Log.Read(ctx, "room/a", 1, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func testReadMax(t *testing.T, s *fixture) {
	const n = eventlog.MaxRead + 10
	s.fill(t, "room/a", n)
	wantSeqs(t, s.read(t, "room/a", 1, n), 1, eventlog.MaxRead)
	wantSeqs(t, s.read(t, "room/a", n, 1), n, 11)
	wantSeqs(t, s.read(t, "room/a", 5, n), 5, eventlog.MaxRead+4)
}

func testDrop(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 5)
	other := s.fill(t, "room/b", 2)
	if err := s.Log.Drop(t.Context(), "room/a"); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if got, err := s.Log.Head(t.Context(), "room/a"); !errors.Is(err, eventlog.ErrDropped) || got != head {
			t.Errorf("Head: %d, %v; want the last position and ErrDropped", got.Seq, err)
		}
		if got, err := s.Log.Read(t.Context(), "room/a", 1, 5); !errors.Is(err, eventlog.ErrDropped) || len(got) != 0 {
			t.Errorf("Read: %d records, %v; want none and ErrDropped", len(got), err)
		}
		for _, after := range []eventlog.Position{head, {}} {
			for n := range 2 {
				if _, err := s.Log.Append(t.Context(), "room/a", after, recs(n)); !errors.Is(err, eventlog.ErrDropped) {
					t.Errorf("appending %d after %d: %v, want ErrDropped", n, after.Seq, err)
				}
			}
		}
		if err := s.Log.Drop(t.Context(), "room/a"); err != nil {
			t.Errorf("dropping again: %v", err)
		}
		s.wantHead(t, "room/b", other)
		wantSeqs(t, s.read(t, "room/b", 1, 9), 1, 2)
	}
	check()
	s.restart(t)
	check()
}

func testDropNew(t *testing.T, s *fixture) {
	if err := s.Log.Drop(t.Context(), "room/never"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Log.Append(t.Context(), "room/never", eventlog.Position{}, recs(1)); !errors.Is(err, eventlog.ErrDropped) {
		t.Errorf("Append: %v, want ErrDropped", err)
	}
	if got, err := s.Log.Head(t.Context(), "room/never"); got != (eventlog.Position{}) || !errors.Is(err, eventlog.ErrDropped) {
		t.Errorf("Head: %d, %v", got.Seq, err)
	}
}

func testRestart(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 20)
	before := s.read(t, "room/a", 1, 20)
	s.restart(t)
	s.wantHead(t, "room/a", head)
	for i, r := range s.read(t, "room/a", 1, 20) {
		wantRecord(t, r, eventlog.Seq(i+1), before[i])
		if r.Digest != before[i].Digest || r.MetaCommit != before[i].MetaCommit || r.BodyCommit != before[i].BodyCommit {
			t.Errorf("record %d changed over the restart", i+1)
		}
	}
	if next := s.append(t, "room/a", head, rec("m", "b")); next.Seq != 21 {
		t.Errorf("going on gave the number %d", next.Seq)
	}
}
