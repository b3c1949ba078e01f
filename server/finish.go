package server

import (
	"context"
	"sync"
	"time"
)

// resumeEvery is how often what people's coming in left half done is taken up, and
// finishEvery how often acts over several streams are: somebody's care has ended then,
// and a node died on the way.
const (
	resumeEvery = 5 * time.Minute
	finishEvery = 5 * time.Second
)

// finishing takes up, now and then, what a crash or a store that did not answer
// has left half done.
func (s *Server) finishing() error {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		tick, acts := time.NewTicker(resumeEvery), time.NewTicker(finishEvery)
		defer tick.Stop()
		defer acts.Stop()
		for {
			select {
			case <-tick.C:
				s.resume(ctx)
			case <-acts.C:
				if err := s.People.FinishActs(ctx); err != nil && ctx.Err() == nil {
					s.config.Logger.Error("an act over several rooms could not be finished; it is tried again", "reason", err)
				}
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
