package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
)

// maxHeads bounds how many streams' heads the writer remembers (about 150 bytes
// each). Beyond it, it forgets them all and reads again.
const maxHeads = 1 << 16

// head is where a stream stands.
type head struct {
	id      int64 // of the stream's row; 0: it has none yet
	pos     eventlog.Position
	dropped bool
}

// heads are the heads that the writer remembers. Nobody else writes, so they are
// true until a transaction fails.
type heads map[string]head

func (h heads) take(touched map[string]*head) {
	if len(h)+len(touched) > maxHeads {
		clear(h)
	}
	for name, t := range touched {
		h[name] = *t
	}
}

// head is where the stream stands in this transaction. Reading it touches nothing.
func (b *batch) head(ctx context.Context, stream string) (head, error) {
	if t, ok := b.touched[stream]; ok {
		return *t, nil
	}
	if h, ok := b.known[stream]; ok {
		return h, nil
	}
	var h head
	var seq int64
	var digest []byte
	err := b.loadHead.QueryRowContext(ctx, stream).Scan(&h.id, &seq, &digest, &h.dropped)
	if errors.Is(err, sql.ErrNoRows) {
		return head{}, nil
	}
	if err != nil {
		return head{}, err
	}
	h.pos.Seq = eventlog.Seq(seq)
	copy(h.pos.Digest[:], digest)
	return h, nil
}

// touch says that the stream is at h when the transaction ends. It gives a stream
// that has none its row, and returns the row's id.
func (b *batch) touch(ctx context.Context, stream string, h head) (int64, error) {
	if t, ok := b.touched[stream]; ok {
		h.id = t.id
		*t = h
		return h.id, nil
	}
	if h.id == 0 {
		no, err := b.nextChange(ctx)
		if err != nil {
			return 0, err
		}
		res, err := b.newStream.ExecContext(ctx, stream, no)
		if err != nil {
			return 0, err
		}
		if h.id, err = res.LastInsertId(); err != nil {
			return 0, err
		}
	}
	b.touched[stream] = &h
	b.order = append(b.order, stream)
	return h.id, nil
}

// saveHeads writes each touched stream once, however many calls it had.
func (b *batch) saveHeads(ctx context.Context) error {
	for _, name := range b.order {
		h := b.touched[name]
		no, err := b.nextChange(ctx)
		if err != nil {
			return err
		}
		if err := b.exec(ctx, b.saveHead, int64(h.pos.Seq), h.pos.Digest[:], no, h.dropped, h.id); err != nil {
			return err
		}
	}
	return nil
}

// nextChange numbers changes. Numbers of a transaction that failed are skipped.
func (s *session) nextChange(ctx context.Context) (int64, error) {
	if s.changeNo == 0 {
		if err := s.lastChange.QueryRowContext(ctx).Scan(&s.changeNo); err != nil {
			return 0, err
		}
	}
	s.changeNo++
	return s.changeNo, nil
}
