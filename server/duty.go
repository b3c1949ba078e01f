package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

const (
	// dutyEvery is how often the list of those on duty is followed. A console that falls
	// silent is off duty this much late at most.
	dutyEvery = 5 * time.Second
	// dutyFresh is how old an answer is before it is written down again.
	dutyFresh = 20 * time.Second
	// dutyAgain is after how long the rooms of somebody are told once more: they look after
	// one more by now, and whoever should have told it has died.
	dutyAgain = 5 * time.Minute
)

// onDuty keeps the rooms' knowledge of who is on duty up with the list.
func (s *Server) onDuty() error {
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		tick := time.NewTicker(dutyEvery)
		defer tick.Stop()
		for {
			if err := s.SweepDuty(ctx); err != nil && ctx.Err() == nil {
				s.config.Logger.Error("who is on duty could not be looked through; it is tried again", "reason", err)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	s.onClose("duty", func() { stop(); work.Wait() })
	return nil
}

// SweepDuty notes whose page answers through this node, and tells the rooms of those who
// have come on duty or are not any more. It is done every few seconds.
func (s *Server) SweepDuty(ctx context.Context) error {
	list, err := s.duty.All(ctx)
	if err != nil {
		return err
	}
	answering, now := s.web.Answering(), s.config.Clock()
	var errs []error
	for _, e := range list { // past those that fail
		page, here := answering[e.Person]
		if here && e.Serves(now) && page.Heard.Sub(e.Answered) >= dutyFresh {
			errs = append(errs, s.duty.Answers(ctx, e.Person, page.Heard, page.Touched))
		}
		if !e.Serves(now) || now.Sub(e.Told) >= dutyAgain {
			errs = append(errs, s.tellDuty(ctx, e.Person))
		}
	}
	return errors.Join(errs...)
}

// maxTellings bounds how often somebody may come and go while the rooms are told.
const maxTellings = 20

// tellDuty makes every room of somebody's know what the list says of them. It may be done
// by several at once: whoever finds afterwards that the list has changed tells again.
func (s *Server) tellDuty(ctx context.Context, who person.ID) error {
	for range maxTellings {
		e, listed, err := s.duty.Has(ctx, who)
		if err != nil {
			return err
		}
		serves := e.Serves(s.config.Clock())
		all, err := s.People.SetDuty(ctx, who, serves)
		if err != nil {
			return err
		}
		if !all && !serves { // a room that cannot be read may still say so: they stay on the list until it is told
			return nil
		}
		settled, err := s.settleDuty(ctx, who, e, listed, serves)
		if err != nil || settled {
			return err
		}
	}
	return eventlog.ErrUnavailable
}

func (s *Server) settleDuty(ctx context.Context, who person.ID, e duty.Entry, listed, serves bool) (bool, error) {
	if listed {
		return s.duty.Settle(ctx, e, serves)
	}
	_, listed, err := s.duty.Has(ctx, who) // did they come back meanwhile?
	return err == nil && !listed, err
}
