// Package move copies a programme from one bare store to another, while no server
// uses either: sealed bytes as they are, numbers, digests and commitments too. What
// was erased stays erased, and what was dropped stays dropped.
//
// It can be stopped at any moment and run again. Until everything is copied and
// compared the target lacks the last bucket, which holds the proof of the key, and
// no server starts on records without it. A mark in the target says that a move is
// under way.
package move

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Source is the bare store that is copied.
type Source interface {
	Changes(ctx context.Context, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor, error)
	Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error)
	Buckets(ctx context.Context) ([]string, error)
	Values() eventlog.Values
}

// Target is the bare store that is filled.
type Target interface {
	Changes(ctx context.Context, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor, error)
	Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error)
	Values() eventlog.Values
	// Import adds records with the places they have.
	Import(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error)
	// ImportErased takes bodies away that an earlier Import brought.
	ImportErased(ctx context.Context, stream string, seqs []eventlog.Seq) error
	// ImportDropped keeps a tombstone, in place of what an earlier Import brought.
	ImportDropped(ctx context.Context, stream string, head eventlog.Position) error
}

// Errors that trying again does not mend.
var (
	// ErrOther: the target holds what the source never had.
	ErrOther = errors.New("the target holds another programme")
	// ErrDiffers: both have it, and it is not the same.
	ErrDiffers = errors.New("source and target differ")
)

// Mark is the bucket of the target that is not empty while a move is under way.
const (
	Mark  = "move"
	begun = " begun" // never a bucket's name; those stand beside it
)

// Move is what to do.
type Move struct {
	From Source
	To   Target
	// Skip names buckets that are worth nothing in another store.
	Skip []string
	// Last is the bucket without which no server starts on the target.
	Last string
	// Progress, if not nil, is told how far it is.
	Progress func(Progress)

	streams []eventlog.Change          // of the source
	there   map[string]eventlog.Change // of the target, before
	done    Progress
	copied  int
}

// Progress is how far a move is. A second round compares what the first has copied.
type Progress struct {
	Comparing          bool
	Streams, OfStreams int
	Records, OfRecords int
}

// Result is what was done.
type Result struct {
	Streams, Records int
	// Copied is how many records this run brought; the rest was there already.
	Copied int
}

// Run moves everything, or goes on where an earlier run stopped. Errors: ErrOther
// and ErrDiffers, before anything is written where that can be known; those of the
// stores, after which it can be run again.
func (m *Move) Run(ctx context.Context) (Result, error) {
	if err := m.look(ctx); err != nil {
		return Result{}, err
	}
	complete, err := m.complete(ctx)
	if err != nil {
		return Result{}, err
	}
	steps := []func(context.Context) error{m.begin, m.copyStreams, m.compareStreams, m.moveBuckets, m.finish}
	if complete { // and perhaps in use: nothing is written
		steps = []func(context.Context) error{m.compareStreams}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return Result{}, err
		}
	}
	return Result{Streams: m.done.OfStreams, Records: m.done.OfRecords, Copied: m.copied}, nil
}

// look lists both sides and refuses a target that is no beginning of the source.
func (m *Move) look(ctx context.Context) (err error) {
	if m.streams, err = list(ctx, m.From); err != nil {
		return err
	}
	there, err := list(ctx, m.To)
	if err != nil {
		return err
	}
	m.there = make(map[string]eventlog.Change)
	for _, c := range there {
		m.there[c.Stream] = c
		if !slices.ContainsFunc(m.streams, func(s eventlog.Change) bool { return s.Stream == c.Stream }) {
			return fmt.Errorf("%w: the stream %s is not in the source", ErrOther, c.Stream)
		}
	}
	for _, c := range m.streams {
		if err := m.checkBeginning(ctx, c); err != nil {
			return err
		}
		m.done.OfStreams++
		if !c.Dropped {
			m.done.OfRecords += int(c.Head.Seq)
		}
	}
	return nil
}

// list is every stream of a store.
func list(ctx context.Context, store interface {
	Changes(ctx context.Context, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor, error)
},
) (all []eventlog.Change, err error) {
	var cursor eventlog.Cursor
	for {
		some, next, err := store.Changes(ctx, cursor, 0)
		if err != nil || len(some) == 0 {
			return all, err
		}
		all, cursor = append(all, some...), next
	}
}

// complete: the target has its last bucket, and no mark.
func (m *Move) complete(ctx context.Context) (bool, error) {
	last, err := m.To.Values().List(ctx, m.Last)
	if err != nil {
		return false, err
	}
	marks, err := m.To.Values().List(ctx, Mark)
	return len(last) > 0 && len(marks) == 0, err
}

func (m *Move) begin(ctx context.Context) error { return m.mark(ctx, begun) }

func (m *Move) mark(ctx context.Context, what string) error {
	_, err := m.To.Values().Put(ctx, Mark, what, []byte{}, time.Time{}, eventlog.Any)
	return err
}

// finish makes the target whole.
func (m *Move) finish(ctx context.Context) error {
	if err := m.bucket(ctx, m.Last); err != nil {
		return err
	}
	marks, err := m.To.Values().List(ctx, Mark)
	if err != nil {
		return err
	}
	for _, v := range marks {
		if err := m.To.Values().Delete(ctx, Mark, v.Key, eventlog.Any); err != nil {
			return err
		}
	}
	return nil
}

func (m *Move) tell() {
	if m.Progress != nil {
		m.Progress(m.done)
	}
}
