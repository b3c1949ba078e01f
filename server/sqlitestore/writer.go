package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	// maxBatch bounds the calls of one transaction.
	maxBatch = 512
	// maxBatchBytes bounds what they write, in bytes, so that a few large calls do
	// not make all others wait.
	maxBatchBytes = 8 << 20
	// gatherFor is how long a transaction waits for as many calls as the last one
	// had. One call alone never waits.
	gatherFor = 2 * time.Millisecond
)

// op is one call that writes. apply runs in the batch's transaction. A refusal
// is returned as refused, before anything was written; any other error is the
// disk's and ends the whole batch. size is about what it writes, in bytes.
type op interface {
	apply(ctx context.Context, b *batch) error
	size() int
}

// refusal is an error of one call alone.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// Where a request is: whoever moves it out of waiting decides what becomes of it.
const (
	waiting int32 = iota
	taken         // by the writer: it will be in a transaction
	left          // by its caller, whose context ended
)

type request struct {
	op    op
	state atomic.Int32
	done  chan error // one place, so the writer never waits for a caller
}

// writer is the one goroutine that changes the file.
type writer struct {
	store *Store
	pool  *sql.DB
	queue chan *request
	quit  chan struct{}
	gone  chan struct{}

	// Owned by the goroutine.
	session *session
	heads   heads
	lastLen int // calls in the last transaction
}

func openWriter(s *Store, opt Options) (*writer, error) {
	w := &writer{
		store: s, heads: heads{},
		queue: make(chan *request, maxBatch), quit: make(chan struct{}), gone: make(chan struct{}),
	}
	var err error
	if w.pool, err = openPool(s.dir, opt, writerPatience, 1); err != nil {
		return nil, err
	}
	if err = w.prepareFile(); err == nil {
		w.session, err = openSession(w.pool)
	}
	if err != nil {
		return nil, errors.Join(err, w.pool.Close())
	}
	return w, nil
}

// prepareFile brings the file to this version's layout.
func (w *writer) prepareFile() error {
	ctx := context.Background()
	c, err := w.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("cannot open the store's file: %w", asStoreError(err))
	}
	defer c.Close()
	if err := migrate(ctx, c); err != nil {
		return err
	}
	return compact(ctx, c)
}

func (w *writer) start() { go w.run() }

// stop has what is waiting committed, and returns when the goroutine is gone.
func (w *writer) stop() {
	close(w.quit)
	<-w.gone
}

func (w *writer) closeSession() error {
	if w.session != nil {
		w.session.close()
	}
	return w.pool.Close()
}

// do queues o and waits for what becomes of it. A context that ends while o is
// queued means it never happens; one that ends later gives ErrUnavailable and
// the context's error: it may have happened.
func (w *writer) do(ctx context.Context, o op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{op: o, done: make(chan error, 1)}
	select {
	case w.queue <- r:
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-w.gone:
		return r.afterStop()
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		return r.answerOr(fmt.Errorf("%w: the commit under way took too long: %w", eventlog.ErrUnavailable, ctx.Err()))
	}
}

// afterStop tells what became of a request that raced with Close.
func (r *request) afterStop() error { return r.answerOr(errClosed) }

func (r *request) answerOr(otherwise error) error {
	select {
	case err := <-r.done:
		return err
	default:
		return otherwise
	}
}

func (w *writer) run() {
	defer close(w.gone)
	for {
		requests := w.gather()
		if len(requests) == 0 {
			return
		}
		w.lastLen = len(requests)
		w.commit(requests)
	}
}

// gather waits for a request and takes those that wait with it. Under load, told
// by the size of the last transaction, it waits a little for more: a sync costs
// the same for one call as for a hundred. Nothing comes back only after stop.
func (w *writer) gather() []*request {
	var list []*request
	select {
	case r := <-w.queue:
		list = append(list, r)
	case <-w.quit:
		return w.drain(nil)
	}
	list = w.drain(list)
	if w.lastLen <= 1 || len(list) >= w.lastLen {
		return list
	}
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for len(list) < w.lastLen {
		select {
		case r := <-w.queue:
			list = append(list, r)
		case <-timer.C:
			return list
		case <-w.quit:
			return w.drain(list)
		}
	}
	return w.drain(list)
}

// drain takes what is in the queue now, within the limits of a transaction.
func (w *writer) drain(list []*request) []*request {
	bytes := 0
	for _, r := range list {
		bytes += r.op.size()
	}
	for len(list) < maxBatch && bytes < maxBatchBytes {
		select {
		case r := <-w.queue:
			list = append(list, r)
			bytes += r.op.size()
		default:
			return list
		}
	}
	return list
}
