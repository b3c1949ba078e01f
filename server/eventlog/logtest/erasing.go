package logtest

import (
	"errors"
	"slices"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
)

func testErase(t *testing.T, s *fixture) {
	head := s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"), rec("m2", "b2"), rec("m3", ""))
	before := s.read(t, "room/a", 1, 3)
	head = s.append(t, "room/a", head, rec("m4", "", 1, 3)) // 3 never had a body
	head = s.append(t, "room/a", head, rec("m5", "", 1, 1)) // erased already
	check := func() {
		t.Helper()
		s.wantHead(t, "room/a", head)
		after := s.read(t, "room/a", 1, 5)
		if after[0].Body != nil || !after[0].HasBody {
			t.Errorf("the erased record has the body %q (HasBody %v)", after[0].Body, after[0].HasBody)
		}
		if string(after[1].Body) != "b2" {
			t.Errorf("a record that nobody erased has the body %q", after[1].Body)
		}
		if after[2].HasBody || after[2].Body != nil {
			t.Error("a record without a body got one by erasing")
		}
		for i, b := range before {
			a := after[i]
			if a.Digest != b.Digest || a.MetaCommit != b.MetaCommit || a.BodyCommit != b.BodyCommit || string(a.Meta) != string(b.Meta) {
				t.Errorf("record %d: the erasure changed more than its body", b.Seq)
			}
		}
		if s.KeepsErases && (!slices.Equal(after[3].Erases, []eventlog.Seq{1, 3}) || after[0].Erases != nil) {
			t.Errorf("Erases came back as %v", after[3].Erases)
		}
	}
	check()
	s.restart(t)
	check()
}

func testEraseAtomic(t *testing.T, s *fixture) {
	head := s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"))
	s.append(t, "room/b", eventlog.Position{}, rec("m1", "other"))
	stale := eventlog.Position{}
	if _, err := s.Log.Append(t.Context(), "room/a", stale, []eventlog.Record{rec("x", "y"), rec("m2", "", 1)}); !errors.Is(err, eventlog.ErrConflict) {
		t.Fatalf("got %v, want ErrConflict", err)
	}
	if got := s.read(t, "room/a", 1, 1)[0]; string(got.Body) != "b1" {
		t.Error("an append that was refused erased a body")
	}
	s.append(t, "room/a", head, rec("m2", "", 1))
	if got := s.read(t, "room/b", 1, 1)[0]; string(got.Body) != "other" {
		t.Error("an erasure reached another stream")
	}
}

func testEraseOwn(t *testing.T, s *fixture) {
	s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"), rec("m2", "b2", 1), rec("m3", "b3", 2))
	got := s.read(t, "room/a", 1, 3)
	if got[0].Body != nil || got[1].Body != nil || string(got[2].Body) != "b3" {
		t.Errorf("bodies are %q, %q, %q; want the third only", got[0].Body, got[1].Body, got[2].Body)
	}
}

func testEraseForward(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 2)
	for _, seq := range []eventlog.Seq{0, 4, 5, 1 << 40} { // the record is number 4
		_, err := s.Log.Append(t.Context(), "room/a", head, []eventlog.Record{rec("m3", "b3"), rec("m4", "", 1, seq)})
		if !errors.Is(err, eventlog.ErrCorrupt) {
			t.Errorf("erasing %d: %v, want ErrCorrupt", seq, err)
		}
	}
	s.wantHead(t, "room/a", head)
	if got := s.read(t, "room/a", 1, 1)[0]; got.Body == nil {
		t.Error("a refused append erased a body")
	}
}
