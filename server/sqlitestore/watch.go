package sqlitestore

import (
	"context"
	"sync"

	"github.com/kith-chat/kith/server/eventlog"
)

// watchBuffer is how much news a watcher may be behind before it loses some.
const watchBuffer = 256

// broadcast carries news to watchers. It never waits for one.
type broadcast struct {
	mu       sync.Mutex
	closed   bool
	watchers map[chan eventlog.News]struct{}
}

func newBroadcast() *broadcast {
	return &broadcast{watchers: map[chan eventlog.News]struct{}{}}
}

// Watch implements eventlog.Log. Appends and drops of this process are told of,
// with their records, after their commit; there is no other process.
func (s *Store) Watch(ctx context.Context) (<-chan eventlog.News, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, ok := s.news.add()
	if !ok {
		return nil, errClosed
	}
	context.AfterFunc(ctx, func() { s.news.remove(c) })
	return c, nil
}

func (b *broadcast) add() (chan eventlog.News, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, false
	}
	c := make(chan eventlog.News, watchBuffer)
	b.watchers[c] = struct{}{}
	return c, true
}

func (b *broadcast) remove(c chan eventlog.News) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.watchers[c]; ok {
		delete(b.watchers, c)
		close(c)
	}
}

func (b *broadcast) publish(news []eventlog.News) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.watchers {
		for _, n := range news {
			select {
			case c <- n:
			default: // full: this watcher reads, or polls Changes
			}
		}
	}
}

func (b *broadcast) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for c := range b.watchers {
		delete(b.watchers, c)
		close(c)
	}
}
