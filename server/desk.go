package server

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// seenRooms tells the moderators' queue what waits in a room.
type seenRooms struct{ s *Server }

// Seen implements deskbook.Rooms. In a room that is not there nothing waits.
func (r seenRooms) Seen(ctx context.Context, in person.RoomID) (desk.Seen, error) {
	at := desk.Seen{Room: in}
	w, err := r.s.Hub.Waiting(ctx, in)
	if errors.Is(err, room.ErrNoSuchRoom) {
		return at, nil
	}
	at.Seq, at.Team = uint64(w.Seq), w.Team
	for _, wait := range w.Waits {
		at.Waits = append(at.Waits, desk.Wait{Kind: string(wait.Kind), Ref: uint64(wait.Ref), Since: int64(wait.Since)})
	}
	return at, err
}

// desking keeps the moderators' queue up with the rooms.
func (s *Server) desking() error {
	ctx, stop := context.WithCancel(context.Background())
	if err := s.firstDesk(ctx); err != nil {
		stop()
		return err
	}
	var work sync.WaitGroup
	work.Go(func() { s.deskFollower.Run(ctx) })
	work.Go(func() {
		tick := time.NewTicker(deskbook.SweepEvery)
		defer tick.Stop()
		for {
			if err := s.SweepDesk(ctx); err != nil && ctx.Err() == nil {
				s.config.Logger.Error("the moderators' queue could not be looked through; it is tried again", "reason", err)
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	})
	s.onClose("desk", func() { stop(); work.Wait() })
	return nil
}

// SweepDesk looks at every room where something may wait that the queue has not heard of,
// because a node died before it could tell. It is done every now and then.
func (s *Server) SweepDesk(ctx context.Context) error { return s.deskFollower.Sweep(ctx) }

// deskAsk bounds what a look at the metrics waits for the queue.
const deskAsk = time.Second

// deskMetrics says how much waits, and how long: whoever runs this can see that nobody
// is forgotten.
func (s *Server) deskMetrics() []prometheus.Collector {
	gauge := func(name, help string, of func(n int, longest time.Duration) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kith_" + name, Help: help}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), deskAsk)
			defer cancel()
			n, longest, err := s.Desk.Waiting(ctx)
			if err != nil {
				return math.NaN()
			}
			return of(n, longest)
		})
	}
	return []prometheus.Collector{
		gauge("desk_waiting", "What waits for moderators, over all rooms.", func(n int, _ time.Duration) float64 { return float64(n) }),
		gauge("desk_oldest_seconds", "How long the oldest of it has waited.", func(_ int, d time.Duration) float64 { return d.Seconds() }),
	}
}

// firstDesk hints at every room where there is no queue yet: the data are of a
// release that had none.
func (s *Server) firstDesk(ctx context.Context) error {
	head, err := s.Log.Head(ctx, desk.Stream)
	if err != nil || head.Seq > 0 {
		return err
	}
	programme, err := s.Gate.Program(ctx)
	if err != nil {
		return err
	}
	for _, in := range programme.Rooms {
		if err := s.deskFollower.Hint(ctx, in); err != nil {
			return err
		}
	}
	return nil
}
