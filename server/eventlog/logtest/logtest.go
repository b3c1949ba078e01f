// Package logtest is the conformance suite of eventlog: what every Log and every
// Values has to do, whatever it stands on. A store's own tests call Run; nothing in
// it is skipped, and there is no way to ask for that.
package logtest

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Opened is a store under test.
type Opened struct {
	Log    eventlog.Log
	Values eventlog.Values
	// Reopen ends this store as a restart of the server would, and opens the same
	// data again with the same clock.
	Reopen func(t *testing.T) Opened
	// KeepsErases says that Read gives back Record.Erases: true behind the Sealed
	// decorator, which is the one who keeps them.
	KeepsErases bool
}

// Open makes an empty store that lives as long as the test. Values expire by clock.
type Open func(t *testing.T, clock func() time.Time) Opened

// Run runs the whole suite, Log and Values.
func Run(t *testing.T, open Open) {
	t.Run("Log", func(t *testing.T) { runAll(t, open, logTests) })
	t.Run("Values", func(t *testing.T) { runAll(t, open, valuesTests) })
}

type test struct {
	name string
	run  func(t *testing.T, s *fixture)
}

// fixture is the store of one test, its clock, and short ways to say things.
type fixture struct {
	Opened
	clock *clock
}

func runAll(t *testing.T, open Open, tests []test) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &clock{now: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)}
			s := open(t, c.Now)
			if s.Log == nil || s.Values == nil || s.Reopen == nil {
				t.Fatal("Open must give Log, Values and Reopen")
			}
			tt.run(t, &fixture{s, c})
		})
	}
}

// restart replaces the store by itself after a restart.
func (f *fixture) restart(t *testing.T) {
	t.Helper()
	f.Opened = f.Reopen(t)
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rec is a record as the Sealed decorator would hand it down, near enough for a
// bare store: with commitments that depend on the bytes.
func rec(meta, body string, erases ...eventlog.Seq) eventlog.Record {
	r := eventlog.Record{Meta: []byte(meta), MetaCommit: sha256.Sum256([]byte(meta)), Erases: erases}
	if body != "" {
		r.Body = []byte(body)
		r.BodyCommit = sha256.Sum256([]byte(body))
		r.HasBody = true
	}
	return r
}

// recs are n records with numbered contents.
func recs(n int) []eventlog.Record {
	out := make([]eventlog.Record, n)
	for i := range out {
		out[i] = rec(fmt.Sprintf("meta %d", i), fmt.Sprintf("body %d", i))
	}
	return out
}

// fill appends n records to a new stream and returns its head.
func (f *fixture) fill(t *testing.T, stream string, n int) eventlog.Position {
	t.Helper()
	var head eventlog.Position
	all := recs(n)
	for len(all) > 0 {
		k := min(len(all), eventlog.MaxAppendRecords)
		head = f.append(t, stream, head, all[:k]...)
		all = all[k:]
	}
	return head
}

func (f *fixture) append(t *testing.T, stream string, after eventlog.Position, records ...eventlog.Record) eventlog.Position {
	t.Helper()
	head, err := f.Log.Append(t.Context(), stream, after, records)
	if err != nil {
		t.Fatalf("Append to %s after %d: %v", stream, after.Seq, err)
	}
	if want := after.Seq + eventlog.Seq(len(records)); head.Seq != want {
		t.Fatalf("Append to %s returned the head %d, want %d", stream, head.Seq, want)
	}
	return head
}

func (f *fixture) read(t *testing.T, stream string, from, to eventlog.Seq) []eventlog.Record {
	t.Helper()
	list, err := f.Log.Read(t.Context(), stream, from, to)
	if err != nil {
		t.Fatalf("Read %s %d..%d: %v", stream, from, to, err)
	}
	return list
}

func (f *fixture) wantHead(t *testing.T, stream string, want eventlog.Position) {
	t.Helper()
	got, err := f.Log.Head(t.Context(), stream)
	if err != nil {
		t.Fatalf("Head of %s: %v", stream, err)
	}
	if got != want {
		t.Fatalf("Head of %s is %d, want %d (or the digests differ)", stream, got.Seq, want.Seq)
	}
}
