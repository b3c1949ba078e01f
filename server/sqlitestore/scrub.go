package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	// ScrubWithin is how long erased bytes may stay in the WAL, unless a backup or
	// a full disk is in the way: 60 seconds.
	ScrubWithin = 60 * time.Second
	// scrubDelay is how long erasures are gathered for one scrub; the rest of
	// ScrubWithin is for trying again.
	scrubDelay = 20 * time.Second
	scrubRetry = 2 * time.Second
)

// errBusy: somebody was reading from the WAL all the time.
var errBusy = fmt.Errorf("%w: the log beside the store's file is being read", eventlog.ErrUnavailable)

// Scrub moves the WAL into kith.db and cuts it to nothing, so that what was
// overwritten before the call is in neither file afterwards. It is an error
// (ErrUnavailable) if readers do not let go; the store tries again by itself.
func (s *Store) Scrub(ctx context.Context) error {
	// The first pass does the work without holding up the writer, the second has
	// little left to do while it does.
	for _, mode := range []string{"PASSIVE", "TRUNCATE"} {
		var busy, inLog, moved int
		err := s.side.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &inLog, &moved)
		if err != nil {
			return fmt.Errorf("scrubbing: %w", asStoreError(err))
		}
		if mode == "TRUNCATE" && busy != 0 {
			return errBusy
		}
	}
	return nil
}

// scrubber runs Scrub soon after something was erased.
type scrubber struct {
	scrub func(context.Context) error
	want  chan struct{} // one place: a nudge is enough
	ctx   context.Context
	end   context.CancelFunc
	wg    sync.WaitGroup
}

func newScrubber(scrub func(context.Context) error) *scrubber {
	ctx, end := context.WithCancel(context.Background())
	return &scrubber{scrub: scrub, want: make(chan struct{}, 1), ctx: ctx, end: end}
}

func (s *scrubber) start() { s.wg.Go(s.run) }

func (s *scrubber) stop() {
	s.end()
	s.wg.Wait()
}

// wanted says that bytes were overwritten. It never waits.
func (s *scrubber) wanted() {
	select {
	case s.want <- struct{}{}:
	default:
	}
}

func (s *scrubber) run() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.want:
		}
		wait := scrubDelay
		for {
			if !s.pause(wait) {
				return
			}
			if err := s.scrub(s.ctx); err == nil || errors.Is(err, context.Canceled) {
				break
			}
			wait = scrubRetry
		}
	}
}

// pause waits, and returns false if the store closes meanwhile.
func (s *scrubber) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}
