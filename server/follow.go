package server

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
)

const (
	// pollEvery is how often the log is asked which streams moved. News only makes it
	// sooner: it may be lost.
	pollEvery = 500 * time.Millisecond
	// fenceAfter is how old what this node knows of the log may be. Older, and it shows
	// nothing until it has caught up: rights may have ended meanwhile.
	fenceAfter = time.Second
	// fenceLook is how often that is looked at.
	fenceLook = 100 * time.Millisecond
)

// follow keeps this node up with the log: rooms that moved elsewhere, and people
// whose sessions ended.
func (s *Server) follow() error {
	ctx, stop := context.WithCancel(context.Background())
	news, err := s.Log.Watch(ctx)
	if err != nil {
		stop()
		return err
	}
	var work sync.WaitGroup
	cursor, err := s.present(ctx)
	if err != nil {
		stop()
		return err
	}
	f := &follower{Server: s, work: &work, cursor: cursor}
	f.asOf.Store(time.Now().UnixNano())
	work.Go(func() { f.news(ctx, news) })
	work.Go(func() { f.changes(ctx) })
	if s.opened.Redis != nil { // a single process is never behind its own store
		work.Go(func() { f.watchFence(ctx) })
	}
	s.onClose("follower", func() { stop(); work.Wait() })
	return nil
}

// present is the cursor of now: what was before is read by who needs it.
func (s *Server) present(ctx context.Context) (eventlog.Cursor, error) {
	var cursor eventlog.Cursor
	for {
		changes, next, err := s.Log.Changes(ctx, cursor, 0)
		if err != nil || len(changes) == 0 {
			return next, err
		}
		cursor = next
	}
}

// follower takes what moved to those who need to know. People are asked after each in
// a goroutine of their own: one whose room is slow must not hold up another's sign-out.
type follower struct {
	*Server
	work   *sync.WaitGroup
	cursor eventlog.Cursor // of the polling goroutine, as is again
	again  time.Time       // when all heads are compared once more; zero: not
	asOf   atomic.Int64    // when the last poll that succeeded began, nanoseconds since 1970
}

func (s *follower) news(ctx context.Context, news <-chan eventlog.News) {
	for n := range news {
		if !s.Hub.Fenced() { // else the poll brings it, in good order
			s.moved(ctx, n, s.work)
		}
	}
}

func (s *follower) changes(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var resumed <-chan struct{}
	if s.opened.Redis != nil {
		resumed = s.opened.Redis.Resumed()
	}
	for {
		select {
		case <-tick.C:
		case <-resumed: // what was said while nobody listened is lost: read it
		case <-ctx.Done():
			return
		}
		begun := time.Now()
		if err := s.poll(ctx); err != nil {
			if ctx.Err() == nil {
				s.config.Logger.Error("the log could not be asked for changes, trying again", "reason", err)
			}
			continue
		}
		s.asOf.Store(begun.UnixNano())
		if time.Since(begun) < fenceAfter {
			s.Hub.Fence(false)
		}
	}
}

// poll asks what moved and returns when everybody concerned was told, rights first
// of all: only then a fence may be lifted.
func (s *follower) poll(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, fenceAfter)
	defer cancel()
	for {
		changes, next, err := s.Log.Changes(asking, s.cursor, 0)
		if errors.Is(err, eventlog.ErrCursor) {
			s.again = time.Now().Add(compareAgain)
			return s.compareAll(ctx)
		}
		if !s.again.IsZero() && time.Now().After(s.again) {
			s.again = time.Time{}
			return s.compareAll(ctx)
		}
		if err != nil {
			return err
		}
		var rights sync.WaitGroup
		for _, c := range changes {
			s.moved(ctx, eventlog.News{Change: c}, &rights)
		}
		if s.Hub.Fenced() {
			rights.Wait()
		}
		s.cursor = next
		if len(changes) == 0 {
			return nil
		}
	}
}

// compareAll is for when the log is another than it was: after a failover, a restart
// or a restored file it may have lost its end or go on differently. Every head is
// compared, and every open session asked after.
func (s *follower) compareAll(ctx context.Context) error {
	s.config.Logger.Warn("the log may be another history than before: comparing all heads")
	var cursor eventlog.Cursor
	for {
		changes, next, err := s.Log.Changes(ctx, cursor, 0)
		if err != nil {
			return err
		}
		cursor = next
		if len(changes) == 0 {
			break
		}
		for _, c := range changes {
			if id, ok := hub.OfStream(c.Stream); ok {
				s.Hub.Compare(id, c.Head)
			}
		}
	}
	s.web.RecheckAll(ctx)
	s.cursor = cursor
	return nil
}

// compareAgain is how long after such a comparison another is made: connections made
// while the primary changed may have answered from the old one.
const compareAgain = 5 * time.Second

func (s *follower) moved(ctx context.Context, n eventlog.News, work *sync.WaitGroup) {
	if id, ok := hub.OfStream(n.Stream); ok {
		s.Hub.Moved(id, n)
		return
	}
	if n.Stream == desk.Stream {
		s.web.SignalDesk()
		return
	}
	if who, ok := person.OfStream(n.Stream); ok {
		work.Go(func() {
			s.web.Recheck(ctx, who)
			s.Hub.SignalRooms(who)
		})
	}
}

// watchFence puts the fence up when what this node knows is too old.
func (s *follower) watchFence(ctx context.Context) {
	tick := time.NewTicker(fenceLook)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if time.Since(time.Unix(0, s.asOf.Load())) > fenceAfter {
				s.Hub.Fence(true)
			}
		case <-ctx.Done():
			return
		}
	}
}
