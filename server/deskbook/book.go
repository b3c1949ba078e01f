// Package deskbook keeps the moderators' queue: it folds the desk's stream, appends to it,
// and follows the rooms for what waits in them. What the queue is and allows is desk's.
package deskbook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// maxTries bounds the races with other nodes that an append may lose.
const maxTries = 20

// Book is this node's fold of the desk. All methods may be called from any goroutine.
type Book struct {
	log   eventlog.Log
	clock func() time.Time

	mu    sync.Mutex
	state *desk.State
	head  eventlog.Position
}

// New makes a book on a sealed log. It reads nothing yet.
func New(log eventlog.Log, clock func() time.Time) *Book {
	return &Book{log: log, clock: clock, state: desk.New()}
}

// Waiting is something that waits, and who has it now; "" for nobody.
type Waiting struct {
	desk.Item
	Holder person.ID
}

// Of is what waits in the rooms that a person looks after, as of now. It folds no room.
func (b *Book) Of(ctx context.Context, who person.ID) (list []Waiting, err error) {
	err = b.look(ctx, func(s *desk.State) {
		for _, i := range s.Of(who) {
			list = append(list, Waiting{i, s.Holder(i, b.now())})
		}
	})
	return list, err
}

// look asks the present desk something.
func (b *Book) look(ctx context.Context, ask func(*desk.State)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return err
	}
	ask(b.state)
	return nil
}

// Look tells the desk what was seen in a room. nil: the desk knows at least that much.
func (b *Book) Look(ctx context.Context, at desk.Seen) error {
	for {
		n, err := b.change(ctx, fact.Machine, func(s *desk.State) ([]fact.Fact, error) { return s.Look(at), nil })
		if err != nil || n == 0 {
			return err
		}
	}
}

// Claim is somebody taking an item; see desk.State.
func (b *Book) Claim(ctx context.Context, id desk.ItemID, by person.ID, take bool) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.Claim(id, by, b.now(), take) })
	return err
}

// Release is somebody giving an item back; see desk.State.
func (b *Book) Release(ctx context.Context, id desk.ItemID, by person.ID) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.Release(id, by) })
	return err
}

// Undo is somebody taking back what they did with an item last; see desk.State.
func (b *Book) Undo(ctx context.Context, id desk.ItemID, by person.ID) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.Undo(id, by) })
	return err
}

// Waiting is how much waits over all rooms, and for how long the longest already.
func (b *Book) Waiting(ctx context.Context) (n int, longest time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(ctx); err != nil {
		return 0, 0, err
	}
	if n = b.state.Len(); n > 0 {
		longest = max(0, time.Duration(b.now()-b.state.Oldest())*time.Millisecond)
	}
	return n, longest, nil
}

func (b *Book) now() int64 { return b.clock().UnixMilli() }

// change appends what decide answers to the present desk, and says how many facts that
// were. decide may be called more than once.
func (b *Book) change(ctx context.Context, by fact.Actor, decide func(*desk.State) ([]fact.Fact, error)) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range maxTries {
		if err := b.catchUp(ctx); err != nil {
			return 0, err
		}
		facts, err := decide(b.state)
		if err != nil || len(facts) == 0 {
			return 0, err
		}
		at := max(b.state.At, b.now())
		records := make([]eventlog.Record, len(facts))
		for i, f := range facts {
			if records[i], err = fact.Encode(at, by, f); err != nil {
				return 0, err
			}
		}
		if _, err = b.log.Append(ctx, desk.Stream, b.head, records); err == nil {
			return len(facts), b.catchUp(ctx)
		}
		if !errors.Is(err, eventlog.ErrConflict) {
			return 0, fmt.Errorf("deskbook: appending: %w", err)
		}
	}
	return 0, eventlog.ErrUnavailable
}

// catchUp folds what is new. A log that is another one than before, as a failover or a
// restored file may leave it, is folded from its beginning.
func (b *Book) catchUp(ctx context.Context) error {
	head, err := b.log.Head(ctx, desk.Stream)
	if err != nil {
		return fmt.Errorf("deskbook: asking for the head: %w", err)
	}
	if head != b.head && head.Seq <= b.head.Seq {
		b.state, b.head = desk.New(), eventlog.Position{}
	}
	for b.head.Seq < head.Seq {
		records, err := b.log.Read(ctx, desk.Stream, b.head.Seq+1, head.Seq)
		if err != nil {
			return fmt.Errorf("deskbook: reading: %w", err)
		}
		if len(records) == 0 {
			return eventlog.ErrUnavailable // it was set back just now
		}
		for _, r := range records {
			if b.head.Next(r).Digest != r.Digest {
				b.state, b.head = desk.New(), eventlog.Position{}
				break
			}
			h, f, err := desk.Decode(r)
			if err != nil {
				return fmt.Errorf("deskbook: record %d: %w", r.Seq, err)
			}
			b.state.Apply(h, f)
			b.head = eventlog.Position{Seq: r.Seq, Digest: r.Digest}
		}
	}
	return nil
}
