package sqlitestore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

func mustOpen(t *testing.T, dir string, opt Options) *Store {
	t.Helper()
	s, err := Open(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func body(n int) []eventlog.Record {
	return []eventlog.Record{{Meta: []byte("meta"), Body: make([]byte, n)}}
}

func mustAppend(t *testing.T, s *Store, stream string, after eventlog.Position, list []eventlog.Record) eventlog.Position {
	t.Helper()
	head, err := s.Append(t.Context(), stream, after, list)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// pragma asks the writer's own connection.
func (w *writer) pragma(t *testing.T, text string) (value string) {
	t.Helper()
	if err := w.session.conn.QueryRowContext(t.Context(), "PRAGMA "+text).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestDurableByDefault holds the settings that acknowledged-means-durable and
// erased-means-gone rest on. Killing a process cannot show a missing sync.
func TestDurableByDefault(t *testing.T) {
	w := mustOpen(t, t.TempDir(), Options{}).writer
	for name, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "secure_delete": "1", "foreign_keys": "1", "temp_store": "2", "busy_timeout": "5000",
	} {
		if got := w.pragma(t, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestFullDisk: SQLite meets a full disk (told so by a bound on pages, which it
// treats the same). The append is refused, nothing of it is there, and it works
// again when there is room.
func TestFullDisk(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	head := mustAppend(t, s, "room/a", eventlog.Position{}, body(100))
	cursorBefore := changesCursor(t, s)
	s.writer.pragma(t, "max_page_count = "+s.writer.pragma(t, "page_count"))
	big := append(body(10), eventlog.Record{Meta: []byte("m"), Body: make([]byte, 200_000), Erases: []eventlog.Seq{1}})
	for range 3 {
		if _, err := s.Append(t.Context(), "room/a", head, big); !errors.Is(err, eventlog.ErrUnavailable) {
			t.Fatalf("on a full disk: %v, want ErrUnavailable", err)
		}
		if _, err := s.Values().Put(t.Context(), "b", "k", make([]byte, 200_000), time.Time{}, eventlog.Any); !errors.Is(err, eventlog.ErrUnavailable) {
			t.Fatalf("a value on a full disk: %v, want ErrUnavailable", err)
		}
	}
	if len(s.writer.heads) > 0 {
		t.Error("the writer goes by what it remembers from before the failure")
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Errorf("the failed transaction is still open: %v", err)
	}
	if got, err := s.Head(t.Context(), "room/a"); err != nil || got != head {
		t.Errorf("the head moved to %d, %v", got.Seq, err)
	}
	list, err := s.Read(t.Context(), "room/a", 1, 9)
	if err != nil || len(list) != 1 || list[0].Body == nil {
		t.Errorf("%d records, %v: something of a failed append is there", len(list), err)
	}
	if got := changesCursor(t, s); got != cursorBefore {
		t.Errorf("a failed append is in the changes: %s, before %s", got, cursorBefore)
	}
	s.writer.pragma(t, "max_page_count = 1000000")
	head = mustAppend(t, s, "room/a", head, big)
	mustAppend(t, s, "room/b", eventlog.Position{}, body(10))
	if err := eventlog.VerifyChain(t.Context(), s, "room/a", head); err != nil {
		t.Error(err)
	}
}

func changesCursor(t *testing.T, s *Store) eventlog.Cursor {
	t.Helper()
	_, cursor, err := s.Changes(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return cursor
}

// TestFailureHalfWay: a failure that leaves SQLite's transaction open (as most
// failures of a disk do not) must not leave it open here: nobody could scrub.
func TestFailureHalfWay(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	head := mustAppend(t, s, "room/a", eventlog.Position{}, body(10))
	_, err := s.side.ExecContext(t.Context(), `CREATE TRIGGER broken BEFORE INSERT ON records WHEN NEW.seq = 3
		BEGIN SELECT RAISE(FAIL, 'the disk says no'); END`)
	if err != nil {
		t.Fatal(err)
	}
	two := append(body(10), eventlog.Record{Meta: []byte("m"), Erases: []eventlog.Seq{1}})
	if _, err := s.Append(t.Context(), "room/a", head, two); !errors.Is(err, eventlog.ErrUnavailable) {
		t.Fatalf("got %v, want ErrUnavailable", err)
	}
	if err := s.Scrub(t.Context()); err != nil {
		t.Errorf("the failed transaction is still open: %v", err)
	}
	if list, err := s.Read(t.Context(), "room/a", 1, 9); err != nil || len(list) != 1 {
		t.Errorf("%d records, %v: half of an append is there", len(list), err)
	}
	mustAppend(t, s, "room/a", head, body(10)) // 2 alone
}

// TestLostConnection: whatever happens to the writer's connection, the next
// append gets a new one.
func TestLostConnection(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	head := mustAppend(t, s, "room/a", eventlog.Position{}, body(10))
	if err := s.writer.session.conn.Close(); err != nil {
		t.Fatal(err)
	}
	head = mustAppend(t, s, "room/a", head, body(10))
	// One that is stuck in a transaction, and would be again if it were reused.
	if _, err := s.writer.session.conn.ExecContext(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, "room/a", head, body(10))
}

// TestOneRefusalIsAlone puts an append that conflicts, one that fits, one of a
// dropped stream and one whose caller has left into the same transaction.
func TestOneRefusalIsAlone(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	head := mustAppend(t, s, "room/a", eventlog.Position{}, body(10))
	if err := s.Drop(t.Context(), "room/gone"); err != nil {
		t.Fatal(err)
	}
	ask := func(stream string, after eventlog.Position, list []eventlog.Record) *request {
		next, err := eventlog.Chain(after, list)
		if err != nil {
			t.Fatal(err)
		}
		return &request{op: &appendOp{stream, after, list, next}, done: make(chan error, 1)}
	}
	second := []eventlog.Record{{Body: []byte("second"), Erases: []eventlog.Seq{1}}}
	stale := []eventlog.Record{{Body: []byte("stale")}, {Erases: []eventlog.Seq{2}}}
	third := body(10)
	batch := []*request{
		ask("room/a", head, second),
		ask("room/a", head, stale),
		ask("room/gone", eventlog.Position{}, body(1)),
		ask("room/left", eventlog.Position{}, body(1)),
		ask("room/a", eventlog.Position{Seq: 2, Digest: second[0].Digest}, third), // follows within the transaction
		{op: &putOp{place: place{"b", "k"}, cond: 7}, done: make(chan error, 1)},
	}
	batch[3].state.Store(left)
	s.writer.stop() // so that this goroutine may commit
	s.writer.commit(batch)
	for i, want := range []error{nil, eventlog.ErrConflict, eventlog.ErrDropped, nil, nil, eventlog.ErrConflict} {
		if err := <-batch[i].done; !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("request %d: %v, want %v", i, err, want)
		}
	}
	s.writer.quit, s.writer.gone = make(chan struct{}), make(chan struct{})
	s.writer.start()
	list, err := s.Read(t.Context(), "room/a", 1, 9)
	if err != nil || len(list) != 3 || list[0].Body != nil || string(list[1].Body) != "second" {
		t.Errorf("%d records, %v: not what the transaction should leave", len(list), err)
	}
	if got, err := s.Head(t.Context(), "room/left"); err != nil || got.Seq != 0 {
		t.Errorf("an append whose caller had left happened: %d, %v", got.Seq, err)
	}
}

// TestLeaving: a context that ends in the queue takes the call out of it; one that
// ends later leaves it open what happened.
func TestLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writer{queue: make(chan *request, 4), quit: make(chan struct{}), gone: make(chan struct{})}
		ctx, cancel := context.WithCancel(t.Context())
		answers := make(chan error, 2)
		for range 2 {
			go func() { answers <- w.do(ctx, &dropOp{"room/a"}) }()
		}
		synctest.Wait()
		first, second := <-w.queue, <-w.queue
		first.state.Store(taken)
		cancel()
		got := []error{<-answers, <-answers}
		maybe := 0
		for _, err := range got {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
			if errors.Is(err, eventlog.ErrUnavailable) {
				maybe++
			}
		}
		if maybe != 1 || second.state.Load() != left {
			t.Errorf("%d calls may have happened, want the one that was taken", maybe)
		}
	})
}

// TestClosed: after Close everything is refused, and nothing waits.
func TestClosed(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	news, err := s.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := <-news; ok {
		t.Error("the channel of Watch gave something")
	}
	ctx := t.Context()
	_, appendErr := s.Append(ctx, "room/a", eventlog.Position{}, body(1))
	_, headErr := s.Head(ctx, "room/a")
	_, readErr := s.Read(ctx, "room/a", 1, 2)
	_, _, changesErr := s.Changes(ctx, "", 0)
	_, watchErr := s.Watch(ctx)
	_, getErr := s.Values().Get(ctx, "b", "k")
	for what, err := range map[string]error{
		"Append": appendErr, "Head": headErr, "Read": readErr, "Changes": changesErr, "Watch": watchErr, "Get": getErr,
		"Scrub": s.Scrub(ctx), "Backup": s.Backup(ctx, filepath.Join(t.TempDir(), "b")),
	} {
		if !errors.Is(err, eventlog.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", what, err)
		}
	}
}

// TestScrubsByItself: what was erased is out of the WAL within ScrubWithin, and
// not without an erasure.
func TestScrubsByItself(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, dir, Options{})
		head := mustAppend(t, s, "room/a", eventlog.Position{}, body(100))
		time.Sleep(2 * ScrubWithin)
		if walSize(t, dir) == 0 {
			t.Error("scrubbed without need")
		}
		mustAppend(t, s, "room/a", head, []eventlog.Record{{Erases: []eventlog.Seq{1}}})
		for _, erase := range []func() error{
			func() error { return nil },
			func() error { return s.Drop(t.Context(), "room/a") },
			func() error {
				_, err := s.Values().Put(t.Context(), "b", "k", []byte("x"), time.Time{}, eventlog.Any)
				_, err2 := s.Values().Put(t.Context(), "b", "k", []byte("y"), time.Time{}, eventlog.Any)
				return errors.Join(err, err2)
			},
			func() error { return s.Values().Delete(t.Context(), "b", "k", eventlog.Any) },
		} {
			if err := erase(); err != nil {
				t.Fatal(err)
			}
			if walSize(t, dir) == 0 {
				t.Error("the WAL is empty: the test shows nothing")
			}
			time.Sleep(ScrubWithin)
			synctest.Wait()
			if n := walSize(t, dir); n != 0 {
				t.Errorf("the WAL has %d bytes after ScrubWithin", n)
			}
		}
	})
}

// TestScrubTriesAgain: a reader that does not let go delays the scrub, no more.
func TestScrubTriesAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, dir, Options{})
		head := mustAppend(t, s, "room/a", eventlog.Position{}, body(100))
		rows, err := s.reads.QueryContext(t.Context(), "SELECT body FROM records")
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		mustAppend(t, s, "room/a", head, []eventlog.Record{{Erases: []eventlog.Seq{1}}})
		time.Sleep(scrubDelay + 2*scrubRetry + time.Second)
		if walSize(t, dir) == 0 {
			t.Error("cut off under a reader")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(scrubRetry)
		synctest.Wait()
		if n := walSize(t, dir); n != 0 {
			t.Errorf("the WAL has %d bytes after another try", n)
		}
	})
}

func walSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, dbName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestBackup copies a store while it is written to.
func TestBackup(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{InsecureSyncOff: true})
	head := eventlog.Position{}
	for range 50 {
		head = mustAppend(t, s, "room/a", head, body(1000))
	}
	before := head
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			next, err := s.Append(t.Context(), "room/a", head, body(1000))
			if err != nil {
				t.Error(err)
				return
			}
			head = next
		}
	}()
	dir := t.TempDir()
	file := filepath.Join(dir, dbName)
	err := s.Backup(t.Context(), file)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has the mode %v, %v", info.Mode(), err)
	}
	if err := s.Backup(t.Context(), file); !errors.Is(err, os.ErrExist) {
		t.Errorf("over a file that is there: %v, want os.ErrExist", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files beside the backup, %v", len(entries)-1, err)
	}
	copied := mustOpen(t, dir, Options{})
	got, err := copied.Head(t.Context(), "room/a")
	if err != nil || got.Seq < before.Seq || got.Seq > head.Seq {
		t.Errorf("the backup ends at %d, %v; want %d to %d", got.Seq, err, before.Seq, head.Seq)
	}
	if err := eventlog.VerifyChain(t.Context(), copied, "room/a", before); err != nil {
		t.Error(err)
	}
	mustAppend(t, copied, "room/a", got, body(1)) // a backup is a store
}

// TestBackupFails leaves nothing behind.
func TestBackupFails(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	if err := s.Backup(ctx, filepath.Join(dir, "b")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%d files left, %v", len(entries), err)
	}
}

// TestHeadsAreBounded: beyond the bound the writer forgets and reads again.
func TestHeadsAreBounded(t *testing.T) {
	h := heads{}
	for i := range maxHeads {
		h[fmt.Sprint(i)] = head{}
	}
	h.take(map[string]*head{"one more": {id: 7}})
	if len(h) != 1 || h["one more"].id != 7 {
		t.Errorf("it remembers %d heads", len(h))
	}
}

func TestRoomFor(t *testing.T) {
	for n := range 100_000 {
		room := roomFor(n)
		if room < max(n, 1) || room > max(n+n/8+1, n+63, 64) || roomFor(room) != room {
			t.Fatalf("%d bytes get a slot of %d", n, room)
		}
	}
}

// TestReplaceSealed: only bytes of the same length, and erased stays erased.
func TestReplaceSealed(t *testing.T) {
	s := mustOpen(t, t.TempDir(), Options{})
	list := []eventlog.Record{
		{Meta: []byte("meta 1"), Body: []byte("body 1"), MetaCommit: sha256.Sum256([]byte("x"))},
		{Meta: []byte("meta 2"), Body: []byte("body 2"), Erases: []eventlog.Seq{1}},
	}
	head := mustAppend(t, s, "room/a", eventlog.Position{}, list)
	replace := func(r ...eventlog.Record) error { return s.ReplaceSealed(t.Context(), "room/a", r) }
	for name, r := range map[string]eventlog.Record{
		"longer metadata": {Seq: 2, Meta: []byte("meta 2 "), Body: []byte("BODY 2")},
		"a shorter body":  {Seq: 2, Meta: []byte("META 2"), Body: []byte("BODY")},
		"no such record":  {Seq: 3, Meta: []byte("META 3")},
	} {
		if err := replace(eventlog.Record{Seq: 1, Meta: []byte("META 1")}, r); !errors.Is(err, eventlog.ErrCorrupt) {
			t.Errorf("%s: %v, want ErrCorrupt", name, err)
		}
	}
	if got, err := s.Read(t.Context(), "room/a", 1, 1); err != nil || string(got[0].Meta) != "meta 1" {
		t.Errorf("a refused replacement changed something: %v", err)
	}
	err := replace(
		eventlog.Record{Seq: 1, Meta: []byte("META 1"), Body: []byte("BODY 1")},
		eventlog.Record{Seq: 2, Meta: []byte("META 2")},
	)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Read(t.Context(), "room/a", 1, 2)
	if err != nil || string(got[0].Meta) != "META 1" || got[0].Body != nil || string(got[1].Meta) != "META 2" || string(got[1].Body) != "body 2" {
		t.Errorf("after the replacement: %+v, %v", got, err)
	}
	if err := eventlog.VerifyChain(t.Context(), s, "room/a", head); err != nil {
		t.Error(err)
	}
}
