package logtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
)

var logTests = []test{
	{"a stream nobody wrote to", testNewStream},
	{"what is appended can be read", testAppendRead},
	{"the caller's records learn their places", testPlaces},
	{"a body may be missing or empty", testBodies},
	{"digests are those of Next", testDigests},
	{"another number is a conflict", testConflictNumber},
	{"another digest is a conflict", testConflictDigest},
	{"of appends at one position exactly one wins", testOneWins},
	{"streams do not disturb each other", testManyStreams},
	{"an empty append only compares", testEmptyAppend},
	{"a context that has ended appends nothing", testEndedContext},
	{"limits of an append", testLimits},
	{"names of streams", testStreamNames},
	{"erasing", testErase},
	{"erasing is part of the append", testEraseAtomic},
	{"erasing within one append", testEraseOwn},
	{"erasing what is not before", testEraseForward},
	{"reading in both directions", testReadDirections},
	{"reading beyond the ends", testReadBounds},
	{"reading is bounded", testReadMax},
	{"dropping", testDrop},
	{"dropping a stream nobody wrote to", testDropNew},
	{"changes", testChanges},
	{"changes in steps", testChangesSteps},
	{"changes while others write", testChangesFollow},
	{"a cursor of nowhere", testCursor},
	{"watching", testWatch},
	{"watching an erasure in its own append", testWatchErased},
	{"a watcher that does not read", testWatchSlow},
	{"everything is there after a restart", testRestart},
}

func testNewStream(t *testing.T, s *fixture) {
	s.wantHead(t, "room/new", eventlog.Position{})
	if got := s.read(t, "room/new", 1, 100); len(got) != 0 {
		t.Errorf("Read gave %d records", len(got))
	}
}

func testAppendRead(t *testing.T, s *fixture) {
	head := s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"), rec("m2", ""))
	head = s.append(t, "room/a", head, rec("m3", "b3"))
	s.wantHead(t, "room/a", head)
	got := s.read(t, "room/a", 1, 3)
	if len(got) != 3 {
		t.Fatalf("Read gave %d records, want 3", len(got))
	}
	for i, want := range []eventlog.Record{rec("m1", "b1"), rec("m2", ""), rec("m3", "b3")} {
		wantRecord(t, got[i], eventlog.Seq(i+1), want)
	}
	if got[2].Digest != head.Digest {
		t.Error("the last record's digest is not the head's")
	}
}

func testPlaces(t *testing.T, s *fixture) {
	list := recs(3)
	head := s.append(t, "room/a", eventlog.Position{}, list...)
	for i, r := range s.read(t, "room/a", 1, 3) {
		if list[i].Seq != r.Seq || list[i].Digest != r.Digest {
			t.Errorf("the caller was told that record %d is %d, or another digest", r.Seq, list[i].Seq)
		}
	}
	refused := recs(1)
	if _, err := s.Log.Append(t.Context(), "room/a", eventlog.Position{}, refused); err == nil || refused[0].Seq != 0 {
		t.Errorf("a refused append (%v) told a place: %d", err, refused[0].Seq)
	}
	s.wantHead(t, "room/a", head)
}

// wantRecord compares what a caller put in. Commitments are the decorator's.
func wantRecord(t *testing.T, got eventlog.Record, seq eventlog.Seq, want eventlog.Record) {
	t.Helper()
	if got.Seq != seq {
		t.Errorf("record %d has the number %d", seq, got.Seq)
	}
	if string(got.Meta) != string(want.Meta) {
		t.Errorf("record %d: Meta is %q, want %q", seq, got.Meta, want.Meta)
	}
	if string(got.Body) != string(want.Body) || (got.Body == nil) != (want.Body == nil) {
		t.Errorf("record %d: Body is %q (nil: %v), want %q", seq, got.Body, got.Body == nil, want.Body)
	}
	if got.HasBody != want.HasBody {
		t.Errorf("record %d: HasBody is %v", seq, got.HasBody)
	}
	if (got.BodyCommit != eventlog.Digest{}) != want.HasBody {
		t.Errorf("record %d: BodyCommit must be zero just where there was no body", seq)
	}
}

func testBodies(t *testing.T, s *fixture) {
	empty := rec("m", "x")
	empty.Body = []byte{}
	none := eventlog.Record{HasBody: true} // no body, no metadata, and a lie
	s.append(t, "room/a", eventlog.Position{}, empty, none)
	got := s.read(t, "room/a", 1, 2)
	if !got[0].HasBody || got[0].Body == nil || len(got[0].Body) != 0 {
		t.Errorf("an empty body came back as %v (HasBody %v)", got[0].Body, got[0].HasBody)
	}
	if got[1].HasBody || got[1].Body != nil || len(got[1].Meta) != 0 {
		t.Errorf("no body came back as %v (HasBody %v)", got[1].Body, got[1].HasBody)
	}
}

func testDigests(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 5)
	var p eventlog.Position
	for _, r := range s.read(t, "room/a", 1, 5) {
		p = p.Next(r)
		if p.Seq != r.Seq || p.Digest != r.Digest {
			t.Fatalf("record %d: the digest is not that of Next", r.Seq)
		}
	}
	if p != head {
		t.Error("the chain does not end in the head")
	}
}

func testConflictNumber(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 3)
	second := s.read(t, "room/a", 2, 2)[0]
	for name, after := range map[string]eventlog.Position{
		"the beginning":    {},
		"an earlier place": {Seq: 2, Digest: second.Digest},
		"a later place":    {Seq: 4, Digest: head.Digest},
	} {
		if _, err := s.Log.Append(t.Context(), "room/a", after, recs(2)); !errors.Is(err, eventlog.ErrConflict) {
			t.Errorf("after %s: %v, want ErrConflict", name, err)
		}
	}
	if _, err := s.Log.Append(t.Context(), "room/none", head, recs(1)); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("on a new stream: %v, want ErrConflict", err)
	}
	s.wantHead(t, "room/a", head)
	s.wantHead(t, "room/none", eventlog.Position{})
	if n := len(s.read(t, "room/a", 1, 10)); n != 3 {
		t.Errorf("a refused append left %d records, want 3", n)
	}
}

func testConflictDigest(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 3)
	fork := head
	fork.Digest[31] ^= 1
	if _, err := s.Log.Append(t.Context(), "room/a", fork, recs(1)); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("same number, other digest: %v, want ErrConflict", err)
	}
	if _, err := s.Log.Append(t.Context(), "room/b", eventlog.Position{Digest: head.Digest}, recs(1)); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("number 0, other digest: %v, want ErrConflict", err)
	}
	s.wantHead(t, "room/a", head)
}

func testOneWins(t *testing.T, s *fixture) {
	var head eventlog.Position
	for round := range 20 {
		const writers = 8
		var wg sync.WaitGroup
		var wins atomic.Int32
		heads := make([]eventlog.Position, writers)
		start := make(chan struct{})
		for w := range writers {
			wg.Go(func() {
				<-start
				next, err := s.Log.Append(t.Context(), "room/a", head, []eventlog.Record{rec(fmt.Sprint(round, " ", w), "b")})
				switch {
				case err == nil:
					wins.Add(1)
					heads[w] = next
				case !errors.Is(err, eventlog.ErrConflict):
					t.Errorf("the loser got %v, want ErrConflict", err)
				}
			})
		}
		close(start)
		wg.Wait()
		if wins.Load() != 1 {
			t.Fatalf("round %d: %d appends at one position succeeded", round, wins.Load())
		}
		for _, h := range heads {
			if h.Seq > 0 {
				head = h
			}
		}
		s.wantHead(t, "room/a", head)
	}
	if n := len(s.read(t, "room/a", 1, 100)); n != 20 {
		t.Errorf("%d records, want 20", n)
	}
}

func testManyStreams(t *testing.T, s *fixture) {
	const streams, each = 8, 25
	var wg sync.WaitGroup
	for i := range streams {
		wg.Go(func() {
			name, head := fmt.Sprintf("room/%d", i), eventlog.Position{}
			for k := range each {
				var err error
				body := fmt.Sprintf("%d of %d", k, i)
				if head, err = s.Log.Append(t.Context(), name, head, []eventlog.Record{rec("m", body)}); err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := range streams {
		for k, r := range s.read(t, fmt.Sprintf("room/%d", i), 1, each) {
			wantRecord(t, r, eventlog.Seq(k+1), rec("m", fmt.Sprintf("%d of %d", k, i)))
		}
	}
}

func testEmptyAppend(t *testing.T, s *fixture) {
	head := s.fill(t, "room/a", 2)
	s.append(t, "room/a", head)
	s.append(t, "room/new", eventlog.Position{})
	if _, err := s.Log.Append(t.Context(), "room/a", eventlog.Position{}, nil); !errors.Is(err, eventlog.ErrConflict) {
		t.Errorf("behind the head: %v, want ErrConflict", err)
	}
	s.wantHead(t, "room/a", head)
}

func testEndedContext(t *testing.T, s *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Log.Append(ctx, "room/a", eventlog.Position{}, recs(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v, want the context's error", err)
	}
	s.wantHead(t, "room/a", eventlog.Position{})
}

func testLimits(t *testing.T, s *fixture) {
	big := rec("m", "b")
	big.Body = make([]byte, eventlog.MaxRecordBytes+1)
	wide := rec("m", "b")
	wide.Meta, wide.Body = make([]byte, eventlog.MaxRecordBytes/2+1), make([]byte, eventlog.MaxRecordBytes/2)
	for name, records := range map[string][]eventlog.Record{
		"a large body":           {rec("m", "b"), big},
		"large in both parts":    {wide},
		"too many in one append": recs(eventlog.MaxAppendRecords + 1),
	} {
		if _, err := s.Log.Append(t.Context(), "room/a", eventlog.Position{}, records); !errors.Is(err, eventlog.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", name, err)
		}
	}
	s.wantHead(t, "room/a", eventlog.Position{})

	full := rec("m", "b")
	full.Body = make([]byte, eventlog.MaxRecordBytes-1024) // 1024: room for sealing
	head := s.append(t, "room/a", eventlog.Position{}, full)
	s.append(t, "room/a", head, recs(eventlog.MaxAppendRecords)...)
	if got := s.read(t, "room/a", 1, 1)[0]; len(got.Body) != len(full.Body) {
		t.Errorf("a body of %d bytes came back with %d", len(full.Body), len(got.Body))
	}
}

func testStreamNames(t *testing.T, s *fixture) {
	long := make([]byte, eventlog.MaxStreamName)
	for i := range long {
		long[i] = 'a'
	}
	for _, good := range []string{"program", "line/0-9/a_b", string(long)} {
		s.append(t, good, eventlog.Position{}, rec("m", "b"))
	}
	ctx := t.Context()
	for _, bad := range []string{"", "Room/a", "room a", "room/ä", "room\x00", "room'a", string(long) + "a"} {
		_, err := s.Log.Append(ctx, bad, eventlog.Position{}, recs(1))
		_, headErr := s.Log.Head(ctx, bad)
		_, readErr := s.Log.Read(ctx, bad, 1, 2)
		for what, err := range map[string]error{"Append": err, "Head": headErr, "Read": readErr, "Drop": s.Log.Drop(ctx, bad)} {
			if !errors.Is(err, eventlog.ErrName) {
				t.Errorf("%s of %q: %v, want ErrName", what, bad, err)
			}
		}
	}
}
