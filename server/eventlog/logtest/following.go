package logtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// patience ends a test that would wait for ever. No test waits that long to pass.
const patience = 20 * time.Second

func (f *fixture) changes(t *testing.T, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor) {
	t.Helper()
	list, next, err := f.Log.Changes(t.Context(), after, limit)
	if err != nil {
		t.Fatalf("Changes: %v", err)
	}
	return list, next
}

func wantChanges(t *testing.T, got []eventlog.Change, want ...eventlog.Change) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d changes, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("place %d: %s at %d (dropped: %v), want %s at %d (%v), or the digests differ", i,
				got[i].Stream, got[i].Head.Seq, got[i].Dropped, want[i].Stream, want[i].Head.Seq, want[i].Dropped)
		}
	}
}

func testChanges(t *testing.T, s *fixture) {
	list, cursor := s.changes(t, "", 0)
	wantChanges(t, list)
	a := s.fill(t, "room/a", 2)
	b := s.fill(t, "room/b", 1)
	list, cursor = s.changes(t, cursor, 0)
	wantChanges(t, list, eventlog.Change{Stream: "room/a", Head: a}, eventlog.Change{Stream: "room/b", Head: b})
	list, cursor = s.changes(t, cursor, 0)
	wantChanges(t, list)

	a = s.append(t, "room/a", a, rec("m", "b"))
	a = s.append(t, "room/a", a, rec("m", "b"))
	list, next := s.changes(t, cursor, 0)
	wantChanges(t, list, eventlog.Change{Stream: "room/a", Head: a}) // once, with its head of now
	if err := s.Log.Drop(t.Context(), "room/b"); err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	gone := eventlog.Change{Stream: "room/b", Head: b, Dropped: true}
	list, _ = s.changes(t, next, 0)
	wantChanges(t, list, gone)
	list, _ = s.changes(t, "", 0)
	wantChanges(t, list, eventlog.Change{Stream: "room/a", Head: a}, gone)
}

func testChangesSteps(t *testing.T, s *fixture) {
	for i := range 7 {
		s.fill(t, fmt.Sprintf("room/%d", i), 1)
	}
	var seen []string
	var cursor eventlog.Cursor
	for _, want := range []int{3, 3, 1, 0} {
		var list []eventlog.Change
		list, cursor = s.changes(t, cursor, 3)
		if len(list) != want {
			t.Fatalf("a step gave %d, want %d", len(list), want)
		}
		for _, c := range list {
			seen = append(seen, c.Stream)
		}
	}
	for i, name := range seen {
		if name != fmt.Sprintf("room/%d", i) {
			t.Errorf("place %d is %s", i, name)
		}
	}
}

// testChangesFollow is what a follower relies on: whoever polls with the cursor
// misses no stream's last head, however the writers interleave.
func testChangesFollow(t *testing.T, s *fixture) {
	const streams, each = 5, 40
	var wg sync.WaitGroup
	want := make([]eventlog.Position, streams)
	for i := range streams {
		wg.Go(func() {
			for range each {
				var err error
				if want[i], err = s.Log.Append(t.Context(), fmt.Sprintf("room/%d", i), want[i], recs(1)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	got := map[string]eventlog.Position{}
	var cursor eventlog.Cursor
	for last := false; ; {
		var list []eventlog.Change
		list, cursor = s.changes(t, cursor, 2)
		for _, c := range list {
			if c.Head.Seq <= got[c.Stream].Seq {
				t.Errorf("%s went from %d to %d", c.Stream, got[c.Stream].Seq, c.Head.Seq)
			}
			got[c.Stream] = c.Head
		}
		if last && len(list) == 0 {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	for i, p := range want {
		if got[fmt.Sprintf("room/%d", i)] != p {
			t.Errorf("the follower never saw the head of room/%d", i)
		}
	}
}

func testCursor(t *testing.T, s *fixture) {
	s.fill(t, "room/a", 1)
	for _, c := range []eventlog.Cursor{"no cursor", "-1", "9223372036854775807"} {
		if _, _, err := s.Log.Changes(t.Context(), c, 0); !errors.Is(err, eventlog.ErrCursor) {
			t.Errorf("%q: %v, want ErrCursor", c, err)
		}
	}
}

// next waits for news of one stream.
func next(t *testing.T, news <-chan eventlog.News, stream string) eventlog.News {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case n, ok := <-news:
			if !ok {
				t.Fatal("the channel of Watch was closed")
			}
			if n.Stream == stream {
				return n
			}
		case <-timeout:
			t.Fatalf("no news of %s", stream)
		}
	}
}

func testWatch(t *testing.T, s *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	news, err := s.Log.Watch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	head := s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"), rec("m2", "b2"))
	n := next(t, news, "room/a")
	if n.Head != head || n.Dropped {
		t.Errorf("the news is of %d (dropped: %v), want %d", n.Head.Seq, n.Dropped, head.Seq)
	}
	if n.Records != nil {
		wantSeqs(t, n.Records, 1, 2)
		wantRecord(t, n.Records[1], 2, rec("m2", "b2"))
		if n.Records[1].Digest != head.Digest {
			t.Error("the last record of the news has not the digest of its head")
		}
	}
	if err := s.Log.Drop(t.Context(), "room/a"); err != nil {
		t.Fatal(err)
	}
	if n := next(t, news, "room/a"); !n.Dropped || n.Head != head {
		t.Errorf("news of the drop: dropped %v, head %d", n.Dropped, n.Head.Seq)
	}
	cancel()
	timeout := time.After(patience)
	for {
		select {
		case _, ok := <-news:
			if !ok {
				return
			}
		case <-timeout:
			t.Fatal("the channel stays open after its context")
		}
	}
}

func testWatchErased(t *testing.T, s *fixture) {
	news, err := s.Log.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.append(t, "room/a", eventlog.Position{}, rec("m1", "b1"), rec("m2", "b2", 1))
	if n := next(t, news, "room/a"); n.Records != nil && (n.Records[0].Body != nil || n.Records[1].Body == nil) {
		t.Error("the news must hold the second body and not the first, which is erased")
	}
}

// testWatchSlow would never end if a watcher could hold up the store.
func testWatchSlow(t *testing.T, s *fixture) {
	if _, err := s.Log.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	reading, err := s.Log.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var head eventlog.Position
	for range 2000 {
		head = s.append(t, "room/a", head, rec("m", "b"))
	}
	for { // the other watcher is served, and what it lost it can read
		n := next(t, reading, "room/a")
		if n.Head == head {
			return
		}
		if len(reading) == 0 {
			s.wantHead(t, "room/a", head)
			return
		}
	}
}
