package sqlitestore

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
)

// batch is one transaction under way.
type batch struct {
	*session
	store   *Store
	known   heads            // of the writer: true before the transaction
	touched map[string]*head // as this transaction leaves them
	order   []string         // of touched, for numbering changes
	version uint64           // last given; loaded when a value is first written
	news    []eventlog.News
	residue bool // something was erased: old pages are to be scrubbed
}

// commit runs the requests in one transaction and answers each.
func (w *writer) commit(requests []*request) {
	ctx := context.Background() // a commit is never given up half-way
	b := &batch{store: w.store, known: w.heads, touched: map[string]*head{}}
	answers := make([]error, len(requests))
	err := w.begin(ctx, b)
	for i, r := range requests {
		if err != nil {
			break
		}
		if !r.state.CompareAndSwap(waiting, taken) {
			continue
		}
		answers[i] = r.op.apply(ctx, b)
		if _, refused := errors.AsType[refusal](answers[i]); !refused {
			err = answers[i]
		}
	}
	if err == nil {
		err = b.finish(ctx)
	}
	if err != nil {
		w.abort(ctx, requests, err)
		return
	}
	w.heads.take(b.touched)
	if b.residue {
		w.store.scrub.wanted()
	}
	w.store.news.publish(b.news)
	for i, r := range requests {
		answer(r, answers[i])
	}
}

// begin starts the transaction. A connection that a failure left unusable is
// replaced, so that the store works again when the disk does.
func (w *writer) begin(ctx context.Context, b *batch) (err error) {
	if w.session != nil {
		if err = w.session.exec(ctx, w.session.beginTx); err == nil {
			b.session = w.session
			return nil
		}
		w.session.discard()
		w.session = nil
	}
	if w.session, err = openSession(w.pool); err != nil {
		return err
	}
	b.session = w.session
	return w.session.exec(ctx, w.session.beginTx)
}

// abort undoes the transaction and tells every caller. What the writer remembered
// is forgotten: the file is the truth.
func (w *writer) abort(ctx context.Context, requests []*request, cause error) {
	if w.session != nil {
		// An error here means that SQLite has rolled back already, or that the
		// connection is lost; begin finds out which.
		_ = w.session.exec(ctx, w.session.rollbackTx)
	}
	clear(w.heads)
	for _, r := range requests {
		answer(r, asStoreError(cause))
	}
}

func answer(r *request, err error) {
	if refused, ok := errors.AsType[refusal](err); ok {
		err = refused.error
	}
	r.done <- err
}

// finish writes what the batch's calls share, and commits.
func (b *batch) finish(ctx context.Context) error {
	if err := b.saveHeads(ctx); err != nil {
		return err
	}
	if b.version > 0 {
		if err := b.exec(ctx, b.saveVersion, int64(b.version)); err != nil {
			return err
		}
	}
	return b.exec(ctx, b.commitTx)
}
