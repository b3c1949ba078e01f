package deskbook

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

const (
	// lookAgain is how long after a room could not be looked at it is tried again, then
	// twice that, up to longestAgain.
	lookAgain    = time.Second
	longestAgain = 30 * time.Second
	// SweepEvery is how often the hints are followed that a node has left that died.
	SweepEvery = 30 * time.Second
	// hintHolds is how long after a hint what it speaks of may still be on its way into
	// the log: far longer than an append may take.
	hintHolds = 30 * time.Second
)

// hints is a bucket: room id, and when something was about to happen there that may leave
// somebody waiting. One too many costs a look, and none can be missing.
const hints = "desk"

// Rooms is what the follower asks of the rooms.
type Rooms interface {
	// Seen is what waits in a room now. It may fold the room.
	Seen(ctx context.Context, in person.RoomID) (desk.Seen, error)
}

// Follower looks at rooms where something may wait, one after the other, and tells the
// desk. A room that is looked at once too often costs little, one that is forgotten
// leaves somebody waiting: whoever is in doubt calls Look.
type Follower struct {
	book   *Book
	rooms  Rooms
	values eventlog.Values
	logger *slog.Logger

	mu    sync.Mutex
	due   []person.RoomID
	known map[person.RoomID]bool // those in due
	fails map[person.RoomID]int  // how often a room could not be looked at, in a row
	waits map[person.RoomID]bool // rooms that are looked at again by themselves
	wake  chan struct{}
}

// NewFollower makes a follower; Run does the work.
func NewFollower(book *Book, rooms Rooms, values eventlog.Values, logger *slog.Logger) *Follower {
	return &Follower{book: book, rooms: rooms, values: values, logger: logger, known: make(map[person.RoomID]bool), fails: make(map[person.RoomID]int), waits: make(map[person.RoomID]bool), wake: make(chan struct{}, 1)}
}

// Hint writes down that a room is about to be worth a look.
func (f *Follower) Hint(ctx context.Context, in person.RoomID) error {
	data := binary.BigEndian.AppendUint64(nil, uint64(f.book.now()))
	_, err := f.values.Put(ctx, hints, string(in), data, time.Time{}, eventlog.Any)
	return err
}

// Sweep looks at every room that somebody hinted at. A hint is taken away once nothing
// of what it spoke of can be on its way any more.
func (f *Follower) Sweep(ctx context.Context) error {
	list, err := f.values.List(ctx, hints)
	if err != nil {
		return fmt.Errorf("deskbook: listing hints: %w", err)
	}
	var failed error
	for _, v := range list { // past those that fail: one room that cannot be read must not hide the others
		if err := f.follow(ctx, v); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// follow looks at the room of one hint.
func (f *Follower) follow(ctx context.Context, v eventlog.Value) error {
	old := len(v.Data) == 8 && f.book.now()-int64(binary.BigEndian.Uint64(v.Data)) > hintHolds.Milliseconds()
	if err := f.look(ctx, person.RoomID(v.Key)); err != nil || !old {
		return err
	}
	err := f.values.Delete(ctx, hints, v.Key, v.Version)
	if err == nil || errors.Is(err, eventlog.ErrConflict) {
		return nil
	}
	return fmt.Errorf("deskbook: taking away a hint: %w", err)
}

// Look has a room looked at soon. It never waits.
func (f *Follower) Look(in person.RoomID) {
	f.mu.Lock()
	if !f.known[in] {
		f.known[in] = true
		f.due = append(f.due, in)
	}
	f.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Run looks at rooms until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for {
		in, ok := f.next()
		if !ok {
			select {
			case <-f.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if err := f.look(ctx, in); err != nil && ctx.Err() == nil {
			f.logger.Error("the moderators' queue could not be brought up to date; it is tried again", "room", in, "reason", err)
			f.again(in)
		} else {
			f.well(in)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// again has a room that could not be looked at looked at once more, in a while: the others
// are not held up by it, and however often somebody asks for it meanwhile, it is tried by
// itself once at a time.
func (f *Follower) again(in person.RoomID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.fails[in]
	f.fails[in] = n + 1
	if f.waits[in] {
		return
	}
	f.waits[in] = true
	time.AfterFunc(min(longestAgain, lookAgain<<min(n, 10)), func() {
		f.mu.Lock()
		delete(f.waits, in)
		f.mu.Unlock()
		f.Look(in)
	})
}

func (f *Follower) well(in person.RoomID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.fails, in)
}

func (f *Follower) next() (person.RoomID, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.due) == 0 {
		return "", false
	}
	in := f.due[0]
	f.due = f.due[1:]
	// From here on, what happens in the room is seen, or has it looked at again.
	delete(f.known, in)
	return in, true
}

func (f *Follower) look(ctx context.Context, in person.RoomID) error {
	seen, err := f.rooms.Seen(ctx, in)
	if err != nil {
		return err
	}
	return f.book.Look(ctx, seen)
}
