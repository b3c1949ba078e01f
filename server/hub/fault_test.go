package hub_test

import (
	"context"
	"sync"

	"github.com/kith-chat/kith/server/eventlog"
)

// faulty is a log whose appends can be held up, fail, or be stored with the answer
// lost. Everything else is the store's.
type faulty struct {
	eventlog.Log
	mu     sync.Mutex
	held   chan struct{} // nil: not held
	stored chan struct{} // the answer is held up after the append; nil: not
	before error         // fail without storing
	after  error         // store, then fail
	reads  error
}

func (f *faulty) set(before, after, reads error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after, f.reads = before, after, reads
}

// hold makes appends wait for release.
func (f *faulty) hold() (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	gate := make(chan struct{})
	f.held = gate
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.held == gate { // else it is held anew by now
			f.held = nil
		}
		close(gate)
	}
}

func (f *faulty) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	f.mu.Lock()
	held, stored, before, later := f.held, f.stored, f.before, f.after
	f.mu.Unlock()
	if held != nil {
		<-held
	}
	if before != nil {
		return eventlog.Position{}, before
	}
	head, err := f.Log.Append(ctx, stream, after, records)
	if stored != nil {
		<-stored
	}
	if err == nil && later != nil {
		return eventlog.Position{}, later
	}
	return head, err
}

func (f *faulty) Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	f.mu.Lock()
	err := f.reads
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return f.Log.Read(ctx, stream, from, to)
}
