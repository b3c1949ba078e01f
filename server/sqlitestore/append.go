package sqlitestore

import (
	"context"
	"slices"

	"github.com/kith-chat/kith/server/eventlog"
)

// Append implements eventlog.Log.
func (s *Store) Append(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	if err := eventlog.CheckAppend(stream, records); err != nil {
		return eventlog.Position{}, err
	}
	if len(records) == 0 {
		return s.appendNothing(ctx, stream, after)
	}
	// Digests are computed here, by the caller's goroutine: the writer has the one
	// thread that everybody waits for.
	a := &appendOp{stream: stream, after: after, records: slices.Clone(records)}
	var err error
	if a.head, err = eventlog.Chain(after, a.records); err != nil {
		return eventlog.Position{}, err
	}
	if err := s.writer.do(ctx, a); err != nil {
		return eventlog.Position{}, err
	}
	eventlog.TellPlaces(records, a.records)
	return a.head, nil
}

func (s *Store) appendNothing(ctx context.Context, stream string, after eventlog.Position) (eventlog.Position, error) {
	head, err := s.Head(ctx, stream)
	if err != nil {
		return eventlog.Position{}, err
	}
	if head != after {
		return eventlog.Position{}, eventlog.ErrConflict
	}
	return after, nil
}

type appendOp struct {
	stream  string
	after   eventlog.Position
	records []eventlog.Record
	head    eventlog.Position // after them
}

func (a *appendOp) size() int { return sizeOf(a.records) }

func sizeOf(records []eventlog.Record) int {
	n := 0
	for i := range records {
		n += len(records[i].Meta) + len(records[i].Body)
	}
	return n
}

func (a *appendOp) apply(ctx context.Context, b *batch) error {
	h, err := b.head(ctx, a.stream)
	switch {
	case err != nil:
		return err
	case h.dropped:
		return refusal{eventlog.ErrDropped}
	case h.pos != a.after:
		return refusal{eventlog.ErrConflict}
	}
	// From here on only the disk can fail.
	h.pos = a.head
	id, err := b.touch(ctx, a.stream, h)
	if err != nil {
		return err
	}
	for i := range a.records {
		if err := b.addOne(ctx, id, &a.records[i]); err != nil {
			return err
		}
	}
	b.news = append(b.news, a.tell())
	return nil
}

// addOne writes a record and does its erasures.
func (b *batch) addOne(ctx context.Context, id int64, r *eventlog.Record) error {
	meta := r.Meta
	if meta == nil {
		meta = []byte{} // nil would be NULL
	}
	err := b.exec(ctx, b.addRecord, id, int64(r.Seq), proof(r), meta, r.Body)
	if err != nil {
		return err
	}
	for _, seq := range r.Erases {
		if err := b.exec(ctx, b.eraseBody, id, int64(seq)); err != nil {
			return err
		}
		b.residue = true
	}
	return nil
}

// tell is the news of the append, without what it erased of its own.
func (a *appendOp) tell() eventlog.News {
	n := eventlog.News{Change: eventlog.Change{Stream: a.stream, Head: a.head}}
	n.Records = a.records // the op is done with them
	for _, r := range a.records {
		for _, seq := range r.Erases {
			if seq > a.after.Seq {
				n.Records[seq-a.after.Seq-1].Body = nil
			}
		}
	}
	return n
}

// Drop implements eventlog.Log. The bytes of the stream's records are
// overwritten; the room they took is given back by the next Open.
func (s *Store) Drop(ctx context.Context, stream string) error {
	if err := eventlog.CheckName(stream); err != nil {
		return err
	}
	return s.writer.do(ctx, &dropOp{stream})
}

type dropOp struct{ stream string }

func (d *dropOp) size() int { return 0 }

func (d *dropOp) apply(ctx context.Context, b *batch) error {
	h, err := b.head(ctx, d.stream)
	if err != nil || h.dropped {
		return err
	}
	h.dropped = true
	id, err := b.touch(ctx, d.stream, h)
	if err != nil {
		return err
	}
	b.residue = true
	b.news = append(b.news, eventlog.News{Change: eventlog.Change{Stream: d.stream, Head: h.pos, Dropped: true}})
	return b.exec(ctx, b.eraseStream, id)
}
