// Package accessbook writes down what the team reads, before they read it: what cannot be
// written is not shown.
package accessbook

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/access"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Together is how long one record stands for what a person reads of one sort in one
// room: whoever follows a room all evening is there once a quarter of an hour.
const Together = 15 * time.Minute

// maxTries bounds the races with other nodes that a record may lose.
const maxTries = 20

// Book keeps the stream.
type Book struct {
	log   eventlog.Log
	clock func() time.Time

	mu   sync.Mutex
	seen map[read]time.Time
}

type read struct {
	who   person.ID
	in    person.RoomID
	what  string
	visit bool
}

// New makes a book on a sealed log.
func New(log eventlog.Log, clock func() time.Time) *Book {
	return &Book{log: log, clock: clock, seen: make(map[read]time.Time)}
}

// Note writes down that somebody reads. nil: it is durable, or was within Together.
func (b *Book) Note(ctx context.Context, who person.ID, in person.RoomID, what string, visit bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, one := b.clock(), read{who, in, what, visit}
	if at, ok := b.seen[one]; ok && now.Sub(at) < Together {
		return nil
	}
	if err := b.Write(ctx, who.Actor(), access.Read{Room: in, What: what, Visit: visit}); err != nil {
		return err
	}
	b.forget(now)
	b.seen[one] = now
	return nil
}

// forget drops what no longer stands for anything.
func (b *Book) forget(now time.Time) {
	for one, at := range b.seen {
		if now.Sub(at) >= Together {
			delete(b.seen, one)
		}
	}
}

// Write appends one fact.
func (b *Book) Write(ctx context.Context, by fact.Actor, f fact.Fact) error {
	for range maxTries {
		head, at, err := b.end(ctx)
		if err != nil {
			return err
		}
		record, err := fact.Encode(max(at, b.clock().UnixMilli()), by, f)
		if err != nil {
			return err
		}
		_, err = b.log.Append(ctx, access.Stream, head, []eventlog.Record{record})
		if !errors.Is(err, eventlog.ErrConflict) {
			return err
		}
	}
	return eventlog.ErrUnavailable
}

// end is where the stream ends, and the time of its last record.
func (b *Book) end(ctx context.Context) (eventlog.Position, int64, error) {
	head, err := b.log.Head(ctx, access.Stream)
	if err != nil || head.Seq == 0 {
		return head, 0, err
	}
	last, err := b.log.Read(ctx, access.Stream, head.Seq, head.Seq)
	if err != nil || len(last) != 1 {
		return head, 0, errors.Join(err, noRecord(len(last)))
	}
	h, _, err := access.Decode(last[0])
	return head, h.At, err
}

func noRecord(n int) error {
	if n == 1 {
		return nil
	}
	return eventlog.ErrUnavailable
}
