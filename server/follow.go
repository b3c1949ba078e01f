package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
)

// pollEvery is how often the log is asked which streams moved. News only makes it
// sooner: it may be lost.
const pollEvery = 500 * time.Millisecond

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
	f := &follower{Server: s, work: &work}
	work.Go(func() { f.news(ctx, news) })
	work.Go(func() { f.changes(ctx, cursor) })
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
	work *sync.WaitGroup
}

func (s *follower) news(ctx context.Context, news <-chan eventlog.News) {
	for n := range news {
		s.moved(ctx, n.Change)
	}
}

func (s *follower) changes(ctx context.Context, cursor eventlog.Cursor) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		changes, next, err := s.Log.Changes(ctx, cursor, 0)
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				s.config.Logger.Error("the log could not be asked for changes, trying again", "reason", err)
			}
			continue
		}
		cursor = next
		for _, c := range changes {
			s.moved(ctx, c)
		}
	}
}

func (s *follower) moved(ctx context.Context, c eventlog.Change) {
	if id, ok := hub.OfStream(c.Stream); ok {
		s.Hub.Moved(id, c.Head.Seq)
		return
	}
	if who, ok := person.OfStream(c.Stream); ok {
		s.work.Go(func() { s.web.Recheck(ctx, who) })
	}
}

// resumeEvery is how often what people's coming in left half done is taken up.
const resumeEvery = 5 * time.Minute

// finishing takes up, now and then, what a crash or a store that did not answer
// has left half done.
func (s *Server) finishing() error {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(resumeEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.resume(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	s.onClose("finishing", func() { stop(); work.Wait() })
	return nil
}

func (s *Server) resume(ctx context.Context) {
	if err := s.web.Resume(ctx); err != nil && ctx.Err() == nil {
		s.config.Logger.Error("somebody's coming in could not be finished; it is tried again", "reason", err)
	}
}
