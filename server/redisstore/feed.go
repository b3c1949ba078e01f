package redisstore

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	// watchBuffer is how much news a watcher may be behind before it loses some;
	// signalBuffer the same for signals.
	watchBuffer  = 256
	signalBuffer = 256
	// feedSilence is how long nothing may come before the subscription counts as
	// dead: the probe speaks every second.
	feedSilence = 3 * probeEvery
	feedRetry   = 250 * time.Millisecond
)

// feed is the node's one subscription and who listens to it. The loop is our own:
// the client's channel drops messages when it is full for long, and stays on a
// connection that went silent.
type feed struct {
	store *Store
	end   context.CancelFunc
	work  sync.WaitGroup

	heard   chan []byte   // signals
	first   chan struct{} // closed when Redis knew of the subscription for the first time
	resumed chan struct{} // one place: subscribed anew, something may have been missed
	// back is where the probe's own message comes back to.
	back chan string

	dropped, rejoined atomic.Uint64
	listening         atomic.Pointer[context.CancelFunc] // ends the subscription of now

	mu       sync.Mutex
	closed   bool
	watchers map[chan eventlog.News]struct{}
}

func newFeed(s *Store) *feed {
	ctx, end := context.WithCancel(context.Background())
	f := &feed{
		store: s, end: end, watchers: map[chan eventlog.News]struct{}{},
		heard: make(chan []byte, signalBuffer), first: make(chan struct{}), resumed: make(chan struct{}, 1), back: make(chan string, 4),
	}
	f.work.Go(func() { f.run(ctx) })
	return f
}

// Watch implements eventlog.Log. The channel is closed when ctx ends or the store
// closes.
func (s *Store) Watch(ctx context.Context) (<-chan eventlog.News, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, ok := s.feed.add()
	if !ok {
		return nil, errClosed
	}
	context.AfterFunc(ctx, func() { s.feed.remove(c) })
	s.feed.awaitFirst(ctx)
	return c, nil
}

// awaitFirst waits until Redis knows of the subscription, so that a watcher hears
// what is appended after it began. A Redis that does not answer is not waited for
// long: news may be lost anyway.
func (f *feed) awaitFirst(ctx context.Context) {
	patience := time.NewTimer(callTimeout)
	defer patience.Stop()
	select {
	case <-f.first:
	case <-patience.C:
	case <-ctx.Done():
	}
}

// Resumed tells when the node listens anew after it did not: what was said
// meanwhile is lost, and whoever follows should read.
func (s *Store) Resumed() <-chan struct{} { return s.feed.resumed }

// Heard is the signals of all nodes, this one's too. They may be lost.
func (s *Store) Heard() <-chan []byte { return s.feed.heard }

// Signal sends a signal to all nodes. It may be lost.
func (s *Store) Signal(ctx context.Context, payload []byte) {
	s.publish(ctx, s.keys.signals(), payload)
}

// publish speaks on a channel. A failure is no news: what is said there may be lost.
func (s *Store) publish(ctx context.Context, channel string, payload []byte) {
	_ = s.redis().Publish(ctx, channel, payload).Err()
}

func (f *feed) add() (chan eventlog.News, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, false
	}
	c := make(chan eventlog.News, watchBuffer)
	f.watchers[c] = struct{}{}
	return c, true
}

func (f *feed) remove(c chan eventlog.News) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.watchers[c]; ok {
		delete(f.watchers, c)
		close(c)
	}
}

func (f *feed) close() {
	f.end()
	f.work.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.watchers {
		delete(f.watchers, c)
		close(c)
	}
	close(f.heard)
}

// run subscribes, and subscribes anew whenever the subscription fails or is silent.
func (f *feed) run(ctx context.Context) {
	for first := true; ctx.Err() == nil; first = false {
		if !first {
			f.rejoined.Add(1)
			select {
			case <-time.After(feedRetry):
			case <-ctx.Done():
				return
			}
		}
		f.listen(ctx)
	}
}

// listen lives as long as one subscription. Each has a connection of its own, to
// whatever is the primary then.
func (f *feed) listen(ctx context.Context) {
	k := f.store.keys
	ctx, stopListening := context.WithCancel(ctx)
	defer stopListening()
	f.listening.Store(&stopListening)
	sub := f.store.redis().Subscribe(ctx, k.news(), k.signals(), k.probe())
	// Waiting for a message does not look at ctx; closing what is waited on ends it.
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer func() { stop(); _ = sub.Close() }()
	confirmed := 0
	for {
		message, err := sub.ReceiveTimeout(ctx, feedSilence)
		if err != nil {
			f.tellSilence(ctx, err)
			return
		}
		switch m := message.(type) {
		case *redis.Subscription:
			if confirmed++; confirmed == 3 {
				f.subscribed()
			}
		case *redis.Message:
			f.take(m)
		}
	}
}

// interrupt ends the subscription of now; another is made at once.
func (f *feed) interrupt() {
	if stop := f.listening.Load(); stop != nil {
		(*stop)()
	}
}

func (f *feed) subscribed() {
	select {
	case <-f.first:
	default:
		close(f.first)
	}
	select {
	case f.resumed <- struct{}{}:
	default:
	}
}

func (f *feed) tellSilence(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	reason := "the connection was lost"
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		reason = "nothing was heard"
	}
	f.store.logger.Warn("listening to Redis anew", "reason", reason)
}

func (f *feed) take(m *redis.Message) {
	k := f.store.keys
	switch m.Channel {
	case k.news():
		n, err := decodeNews([]byte(m.Payload))
		if err != nil {
			f.dropped.Add(1)
			return
		}
		f.tell(n)
	case k.signals():
		select {
		case f.heard <- []byte(m.Payload):
		default: // presence and typing are said again
			f.dropped.Add(1)
		}
	case k.probe():
		select {
		case f.back <- m.Payload:
		default:
		}
	}
}

// tell hands news to every watcher and waits for none.
func (f *feed) tell(n eventlog.News) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.watchers {
		select {
		case c <- n:
		default: // full: this watcher reads, or polls Changes
			f.dropped.Add(1)
		}
	}
}
