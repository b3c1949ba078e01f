package sqlitestore

import (
	"context"
	"slices"

	"github.com/kith-chat/kith/server/eventlog"
)

var _ eventlog.Resealable = (*Store)(nil)

// ReplaceSealed implements eventlog.Resealer.
func (s *Store) ReplaceSealed(ctx context.Context, stream string, records []eventlog.Record) error {
	if err := eventlog.CheckAppend(stream, records); err != nil {
		return err
	}
	return s.writer.do(ctx, &replaceOp{stream, slices.Clone(records)})
}

// Buckets implements eventlog.Resealer.
func (s *Store) Buckets(ctx context.Context) ([]string, error) {
	rows, err := s.stmts.buckets.QueryContext(ctx)
	if err != nil {
		return nil, s.readError(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var b string
		if err := rows.Scan(&b); err != nil {
			return nil, s.readError(err)
		}
		list = append(list, b)
	}
	return list, s.readError(rows.Err())
}

// ListAll implements eventlog.Resealer.
func (s *Store) ListAll(ctx context.Context, bucket string) ([]eventlog.Value, error) {
	return s.list(ctx, bucket, 0) // nothing has expired in 1970
}

type replaceOp struct {
	stream  string
	records []eventlog.Record
}

func (r *replaceOp) size() int { return sizeOf(r.records) }

func (r *replaceOp) apply(ctx context.Context, b *batch) error {
	h, err := b.head(ctx, r.stream)
	switch {
	case err != nil:
		return err
	case h.dropped:
		return refusal{eventlog.ErrDropped}
	}
	for i := range r.records { // all are looked at before any is changed
		if fits, err := b.sameLength(ctx, h.id, &r.records[i]); err != nil {
			return err
		} else if !fits {
			return refusal{&eventlog.CorruptError{Stream: r.stream, Seq: r.records[i].Seq, Reason: "sealed anew it has another length"}}
		}
	}
	b.residue = true
	for _, rec := range r.records {
		if err := b.exec(ctx, b.replaceMeta, rec.Meta, h.id, int64(rec.Seq)); err != nil {
			return err
		}
		if rec.Body == nil {
			continue
		}
		if err := b.exec(ctx, b.replaceBody, rec.Body, h.id, int64(rec.Seq)); err != nil {
			return err
		}
	}
	return nil
}

// sameLength tells whether the record's new bytes can be written over the old.
func (b *batch) sameLength(ctx context.Context, id int64, r *eventlog.Record) (bool, error) {
	rows, err := b.lengths.QueryContext(ctx, id, int64(r.Seq))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var meta, body int
	found := rows.Next()
	if found {
		if err := rows.Scan(&meta, &body); err != nil {
			return false, err
		}
	}
	return found && meta == len(r.Meta) && (r.Body == nil || body == len(r.Body)), rows.Err()
}
