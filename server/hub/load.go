package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
)

// snapshotBucket holds each room's newest snapshot. They are disposable.
const snapshotBucket = "snapshot"

// Unreadable says whether an error means that what is stored of a room, or what the
// console shows of it, cannot be read: everything else about its people goes on without it.
// A command is answered so, too, by a room whose history was replaced; the next is not.
func Unreadable(err error) bool { return errors.Is(err, eventlog.ErrCorrupt) }

// loadTimeout bounds the loading of a room from its log.
const loadTimeout = time.Minute

// load makes the room from its snapshot, if that is one of this history, and the
// log after it.
func (l *live) load() error {
	ctx, cancel := context.WithTimeout(l.hub.ctx, loadTimeout)
	defer cancel()
	start := l.hub.Clock()
	l.tail.reset() // what it holds may be of another history
	l.held = false
	if err := l.thaw(ctx); err != nil {
		l.state, l.head, l.snapshot = room.New(), eventlog.Position{}, 0
		if !errors.Is(err, eventlog.ErrNotFound) {
			l.hub.Logger.Warn("snapshot not used, folding the whole log", "room", l.id, "reason", err)
		}
	}
	if err := l.readOn(ctx, nil); errors.Is(err, eventlog.ErrDropped) {
		// The term of its records is over: there is no such room any more.
		l.state, l.head = room.New(), eventlog.Position{}
	} else if err != nil {
		return fmt.Errorf("hub: load room %s: %w", l.id, err)
	}
	if err := l.fillTail(ctx); err != nil {
		return fmt.Errorf("hub: load room %s: %w", l.id, err)
	}
	l.loaded = true
	l.dueHint = 0 // said anew with the first entry that wakes
	l.hub.Metrics.load.Observe(l.hub.Clock().Sub(start).Seconds())
	if err := l.showMissed(ctx); err != nil {
		l.loaded = false
		return fmt.Errorf("hub: load room %s: %w", l.id, err)
	}
	return nil
}

// showMissed tells those who followed the room while it was forgotten what has come
// since. Where that is too much, or no longer the history they know, they reload.
func (l *live) showMissed(ctx context.Context) error {
	known := l.shown
	if len(l.seats) == 0 || known == l.head {
		l.shown = l.head
		return nil
	}
	if known.Seq >= l.head.Seq || l.head.Seq-known.Seq > maxGap {
		l.replaced()
		return nil
	}
	from, missed, err := l.from(ctx, room.Seq(known.Seq))
	if err != nil {
		return err
	}
	if from != known {
		l.replaced()
		return nil
	}
	// Each moves shown on by itself: the fence may fall in between.
	for _, p := range missed { // first of all: who may not be told any more
		l.endRights(p)
	}
	for _, p := range missed {
		l.fanOut(p, missed)
	}
	return nil
}

// thaw reads the snapshot. Its head must be in this history: same number, same
// digest.
func (l *live) thaw(ctx context.Context) error {
	v, err := l.hub.Values.Get(ctx, snapshotBucket, string(l.id))
	if err != nil {
		return err
	}
	if len(v.Data) < len(eventlog.Digest{}) {
		return room.ErrOldSnapshot
	}
	digest := eventlog.Digest(v.Data)
	state, err := room.Thaw(v.Data[len(digest):], func(seqs []room.Seq) (map[room.Seq]string, error) {
		return l.bodies(ctx, seqs)
	})
	if err != nil {
		return err
	}
	at, err := l.read(ctx, state.Head(), state.Head())
	if err != nil {
		return err
	}
	if len(at) != 1 || at[0].Digest != digest {
		return errors.New("hub: the snapshot is of another history")
	}
	l.state, l.snapshot = state, state.Head()
	l.head = eventlog.Position{Seq: at[0].Seq, Digest: digest}
	return nil
}

func (l *live) read(ctx context.Context, from, to room.Seq) ([]eventlog.Record, error) {
	return l.hub.Log.Read(ctx, Stream(l.id), eventlog.Seq(from), eventlog.Seq(to))
}

// readOn folds everything after the head and shows each entry to told, if given.
func (l *live) readOn(ctx context.Context, told func(passed)) error {
	for {
		records, err := l.read(ctx, room.Seq(l.head.Seq)+1, room.Seq(l.head.Seq)+eventlog.MaxRead)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := l.fold(r, told); err != nil {
				return err
			}
		}
		if len(records) < eventlog.MaxRead {
			return nil
		}
	}
}

func (l *live) fold(r eventlog.Record, told func(passed)) error {
	pos := l.head.Next(r)
	if pos.Seq != r.Seq || pos.Digest != r.Digest {
		return fmt.Errorf("record %d: %w", r.Seq, eventlog.ErrCorrupt)
	}
	entry, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
	if err != nil {
		return err
	}
	p := passed{entry, pos}
	if err := l.accept(p); err != nil {
		return err
	}
	if told != nil {
		told(p)
	}
	return nil
}

// accept folds one entry into the state and the tail.
func (l *live) accept(p passed) error {
	if err := room.Apply(l.state, p.entry); err != nil {
		return err
	}
	l.head = p.pos
	l.reached.Store(uint64(p.pos.Seq))
	l.tail.add(p)
	return nil
}

// catchUp reads what others appended and shows it. An error leaves the room to be
// loaded anew: what it holds may not be this history.
func (l *live) catchUp() error {
	ctx, cancel := l.context()
	defer cancel()
	before := l.head
	err := l.readOn(ctx, func(p passed) {
		l.called(p.entry)
		l.fanOut(p, nil)
	})
	if err == nil && before.Seq > 0 && l.head == before {
		err = l.sameHistory(ctx)
	}
	if err != nil {
		l.unload(err)
	}
	return err
}

// sameHistory asks whether the log still has the head this room knows.
func (l *live) sameHistory(ctx context.Context) error {
	head, err := l.hub.Log.Head(ctx, Stream(l.id))
	if err == nil && head != l.head {
		err = eventlog.ErrCorrupt
	}
	return err
}

// unload forgets the room. If its history was replaced, those who follow it are
// told to come back and reload; else they stay and the next request loads it.
func (l *live) unload(cause error) {
	l.loaded = false
	if !errors.Is(cause, eventlog.ErrCorrupt) {
		return
	}
	l.hub.Logger.Error("room history does not match", "room", l.id, "reason", cause)
	l.replaced()
}

// replaced sends everybody away to come back and reload.
func (l *live) replaced() {
	for c := range l.seats {
		c.historyReplaced()
	}
	clear(l.seats)
	l.shown = l.head
}

// bodies reads the texts of records, wherever they stand.
func (l *live) bodies(ctx context.Context, seqs []room.Seq) (map[room.Seq]string, error) {
	texts := make(map[room.Seq]string, len(seqs))
	var missing []room.Seq
	for _, seq := range seqs {
		if p, ok := l.tail.at(seq); ok {
			texts[seq] = p.entry.Text()
		} else if seq != 0 {
			missing = append(missing, seq)
		}
	}
	slices.Sort(missing)
	missing = slices.Compact(missing)
	for len(missing) > 0 {
		run := dense(missing)
		records, err := l.read(ctx, missing[0], missing[run-1])
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if _, wanted := slices.BinarySearch(missing[:run], room.Seq(r.Seq)); wanted {
				entry, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
				if err != nil {
					return nil, err
				}
				texts[room.Seq(r.Seq)] = entry.Text()
			}
		}
		missing = missing[run:]
	}
	return texts, nil
}

// dense is how many of the sorted numbers are worth reading in one go: as long as
// at most three records in four are read in vain.
func dense(seqs []room.Seq) int {
	n := 1
	for n < len(seqs) && seqs[n]-seqs[n-1] <= 4 && seqs[n]-seqs[0] < eventlog.MaxRead {
		n++
	}
	return n
}

// freeze writes a snapshot in the background, at most one at a time.
func (l *live) freeze() {
	if l.state.Head() < l.snapshot+snapshotEvery {
		return
	}
	select {
	case l.saving <- struct{}{}:
	default:
		return
	}
	frozen, err := room.Freeze(l.state)
	if err != nil {
		l.hub.Logger.Error("snapshot failed", "room", l.id, "reason", err)
		<-l.saving
		return
	}
	head := l.state.Head()
	data := append(l.head.Digest[:len(l.head.Digest):len(l.head.Digest)], frozen...)
	l.snapshot = head
	l.hub.work.Go(func() {
		defer func() { <-l.saving }()
		l.keep(data)
	})
}

func (l *live) store(frozen []byte, head room.Seq) {
	l.keep(append(l.head.Digest[:len(l.head.Digest):len(l.head.Digest)], frozen...))
	l.snapshot = head
}

func (l *live) keep(data []byte) {
	ctx, cancel := l.context()
	defer cancel()
	if _, err := l.hub.Values.Put(ctx, snapshotBucket, string(l.id), data, time.Time{}, eventlog.Any); err != nil {
		l.hub.Logger.Warn("snapshot not kept", "room", l.id, "reason", err)
	}
}
