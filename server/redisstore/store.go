package redisstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

// Store is a programme's data in Redis. Its methods may be called from any goroutine.
type Store struct {
	dialing  *redis.UniversalOptions
	client   atomic.Pointer[redis.UniversalClient]
	keys     keys
	id       string // of the store, written by whoever opened it first
	replicas int
	clock    func() time.Time
	logger   *slog.Logger

	retries   atomic.Uint64
	asked     count
	confirmed confirmed
	feed      *feed
	probe     *probe
	scrub     *scrubber
	gather    *gather
	closing   sync.Once
	closed    error
}

var _ eventlog.Log = (*Store)(nil)

// Open connects to Redis, tries what the store needs and begins to listen. Errors:
// ErrURL; eventlog.ErrUnavailable with what is in the way, in words.
// Close the store when done.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.fill()
	s, err := connect(o)
	if err != nil {
		return nil, err
	}
	if err = s.tryRights(ctx); err == nil {
		s.id, err = s.identity(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.redis().Close())
	}
	s.gather = newGather(s)
	s.feed = newFeed(s)
	s.probe = newProbe(s)
	s.scrub = newScrubber(s)
	return s, nil
}

// connect makes the client; nothing is asked of Redis yet.
func connect(o Options) (*Store, error) {
	universal, err := o.universal()
	if err != nil {
		return nil, err
	}
	quiet.Do(func() { redis.SetLogger(silence{}) })
	s := &Store{
		dialing: universal, keys: keys{o.Prefix}, replicas: o.Replicas,
		clock: o.Clock, logger: o.Logger, confirmed: newConfirmed(),
	}
	s.dialAnew()
	return s, nil
}

// redis is the client of now.
func (s *Store) redis() redis.UniversalClient { return *s.client.Load() }

// dialAnew replaces the client by one that has no connections yet: those to an old
// primary would live on and answer from another history. Calls under way fail.
func (s *Store) dialAnew() {
	fresh := redis.NewUniversalClient(s.dialing)
	fresh.AddHook(&s.asked)
	if old := s.client.Swap(&fresh); old != nil {
		_ = (*old).Close()
	}
	if s.feed != nil {
		s.feed.interrupt()
	}
}

// quiet: the client's own log would go to the standard error, in its own form.
// Every error it could tell of comes back from a call.
var quiet sync.Once

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// identity is the store's id. The first to open a store makes it. Every script
// compares it: a Redis that was emptied or exchanged under a running node is no
// longer written to.
func (s *Store) identity(ctx context.Context) (string, error) {
	fresh := make([]byte, 16)
	_, _ = rand.Read(fresh)
	var id *redis.StringCmd
	_, err := s.redis().TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSetNX(ctx, s.keys.store(), "id", hex.EncodeToString(fresh))
		id = p.HGet(ctx, s.keys.store(), "id")
		return nil
	})
	if err != nil {
		return "", asStoreError(ctx, err)
	}
	return id.Val(), nil
}

// Close ends what the store does by itself, closes the channels of Watch and the
// connections. Closing twice is no error.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.scrub.close()
		s.probe.close()
		s.feed.close()
		s.gather.close()
		s.closed = s.redis().Close()
	})
	return s.closed
}

// keys names what stands in Redis.
type keys struct{ prefix string }

func (k keys) store() string             { return k.prefix + "store" }
func (k keys) heads() string             { return k.prefix + "heads" }
func (k keys) changes() string           { return k.prefix + "changes" }
func (k keys) stream(name string) string { return k.prefix + "s:" + name }
func (k keys) bodies(name string) string { return k.prefix + "b:" + name }
func (k keys) versions(bucket string) string {
	return k.prefix + "v:" + bucket
}
func (k keys) data(bucket string) string { return k.prefix + "d:" + bucket }
func (k keys) expiring() string          { return k.prefix + "expiring" }
func (k keys) news() string              { return k.prefix + "news" }
func (k keys) signals() string           { return k.prefix + "signals" }
func (k keys) probe() string             { return k.prefix + "probe" }
func (k keys) trial() string             { return k.prefix + "trial" }

// streamKeys are the keys of the scripts that change a stream.
func (k keys) streamKeys(name string) []string {
	return []string{k.store(), k.heads(), k.changes(), k.stream(name), k.bodies(name)}
}

// valueKeys are the keys of the scripts that change a value.
func (k keys) valueKeys(bucket string) []string {
	return []string{k.store(), k.versions(bucket), k.data(bucket), k.expiring()}
}

// errClosed is what a closed store says.
var errClosed = fmt.Errorf("%w: it was closed", eventlog.ErrUnavailable)
