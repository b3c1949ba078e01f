package sqlitestore_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// marked are n bytes full of a number, so that any piece of them of some length
// tells which it was.
func marked(id, n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "<%08d>", id), n/10+1)[:max(n, 20)]
}

// traces are the numbers of all marked bytes in the files of a folder.
func traces(t testing.TB, dir string) map[int]string {
	t.Helper()
	found := map[int]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		for i := 0; i+10 <= len(raw); i++ {
			if raw[i] != '<' || raw[i+9] != '>' {
				continue
			}
			if id, err := strconv.Atoi(string(raw[i+1 : i+9])); err == nil {
				found[id] = d.Name()
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// life is random use of a store by somebody who knows what should be left.
type life struct {
	t      *testing.T
	rng    *rand.Rand
	store  *sqlitestore.Store
	next   int
	first  int          // streams before it are dropped
	live   map[int]bool // numbers that may be found
	heads  map[string]eventlog.Position
	bodies map[string]map[eventlog.Seq]int // of records that have one
	values map[string]int
}

func (l *life) mark(n int) (int, []byte) {
	l.next++
	l.live[l.next] = true
	return l.next, marked(l.next, n)
}

func (l *life) size() int {
	if l.rng.IntN(25) == 0 {
		return 3000 + l.rng.IntN(9000) // overflow pages
	}
	return 30 + l.rng.IntN(400)
}

func (l *life) append() {
	stream := fmt.Sprintf("room/%d", l.first+l.rng.IntN(40))
	id, body := l.mark(l.size())
	r := eventlog.Record{Meta: make([]byte, 60+l.rng.IntN(60)), Body: body}
	if l.bodies[stream] == nil {
		l.bodies[stream] = map[eventlog.Seq]int{}
	}
	if l.rng.IntN(3) == 0 {
		for seq, old := range l.bodies[stream] { // any one
			r.Erases = []eventlog.Seq{seq}
			delete(l.bodies[stream], seq)
			delete(l.live, old)
			break
		}
	}
	head, err := l.store.Append(l.t.Context(), stream, l.heads[stream], []eventlog.Record{r})
	if err != nil {
		l.t.Fatal(err)
	}
	l.heads[stream] = head
	l.bodies[stream][head.Seq] = id
}

func (l *life) put() {
	key := fmt.Sprintf("key %d", l.rng.IntN(150))
	delete(l.live, l.values[key])
	id, data := l.mark(l.size())
	l.values[key] = id
	if _, err := l.store.Values().Put(l.t.Context(), "bucket", key, data, time.Time{}, eventlog.Any); err != nil {
		l.t.Fatal(err)
	}
}

func (l *life) delete() {
	for key, id := range l.values { // any one
		if err := l.store.Values().Delete(l.t.Context(), "bucket", key, eventlog.Any); err != nil {
			l.t.Fatal(err)
		}
		delete(l.values, key)
		delete(l.live, id)
		return
	}
}

func (l *life) expire() {
	now := time.Now()
	if _, err := l.store.Values().Put(l.t.Context(), "short", "k", marked(0, l.size()), now.Add(time.Hour), eventlog.Any); err != nil {
		l.t.Fatal(err)
	}
	if n, err := l.store.Values().Sweep(l.t.Context(), now.Add(2*time.Hour)); err != nil || n != 1 {
		l.t.Fatal(n, err)
	}
}

func (l *life) drop(stream string) {
	if err := l.store.Drop(l.t.Context(), stream); err != nil {
		l.t.Fatal(err)
	}
	for _, id := range l.bodies[stream] {
		delete(l.live, id)
	}
	delete(l.bodies, stream)
}

func (l *life) check(dir string) {
	l.t.Helper()
	found := traces(l.t, dir)
	for id, file := range found {
		if !l.live[id] {
			l.t.Errorf("what is number %d is gone, and is still in %s", id, file)
		}
	}
	for id := range l.live {
		if found[id] == "" {
			l.t.Fatalf("number %d is not in any file: the test looks in the wrong way", id)
		}
	}
}

// TestNoResidue: the attack is a copy of the files after an erasure. SQLite keeps
// copies of rows in unused parts of pages when it moves them, whatever
// secure_delete says; here rows never move.
func TestNoResidue(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	l := &life{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), store: mustOpen(t, dir, sqlitestore.Options{InsecureSyncOff: true}),
		live: map[int]bool{}, heads: map[string]eventlog.Position{}, bodies: map[string]map[eventlog.Seq]int{}, values: map[string]int{},
	}
	for i := range 6000 {
		switch n := l.rng.IntN(100); {
		case n < 60:
			l.append()
		case n < 90:
			l.put()
		case n < 99:
			l.delete()
		default:
			l.expire()
		}
		if i == 2000 {
			l.first = 35
			for s := range l.first {
				l.drop(fmt.Sprintf("room/%d", s))
			}
		}
	}
	if err := l.store.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.check(dir)
	if err := l.store.Close(); err != nil {
		t.Fatal(err)
	}
	before := fileSize(t, dir)
	l.store = mustOpen(t, dir, sqlitestore.Options{InsecureSyncOff: true}) // compacts
	if after := fileSize(t, dir); after >= before {
		t.Errorf("the dropped streams' room was not given back: %d bytes, %d before", after, before)
	}
	l.check(dir)
	for stream := range l.bodies {
		if err := eventlog.VerifyChain(t.Context(), l.store, stream, l.heads[stream]); err != nil {
			t.Error(err)
		}
	}
}

func fileSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
