package server

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kith-chat/kith/server/eventlog"
)

// How readiness is found out. Together they stay below the five seconds within
// which a failure must show.
const (
	probeEvery   = 2 * time.Second
	probeTimeout = 2 * time.Second
)

// errStore is why a server whose store fails is not ready. The cause is in the log.
var errStore = errors.New("the store cannot be written: check the disk of the data folder (space, permissions)")

// health writes a small value to the store again and again, synced like every
// other: what posting depends on is what is tried.
type health struct {
	values eventlog.Values
	clock  func() time.Time
	failed atomic.Bool
	stop   context.CancelFunc
	work   sync.WaitGroup
}

func newHealth(values eventlog.Values, clock func() time.Time) *health {
	ctx, stop := context.WithCancel(context.Background())
	h := &health{values: values, clock: clock, stop: stop}
	h.work.Go(func() { h.loop(ctx) })
	return h
}

func (h *health) loop(ctx context.Context) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		h.probe(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *health) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	_, err := h.values.Put(ctx, "health", "probe", []byte("ok"), time.Time{}, eventlog.Any)
	h.failed.Store(err != nil)
}

func (h *health) now() error {
	if h.failed.Load() {
		return errStore
	}
	return nil
}

func (h *health) close() {
	h.stop()
	h.work.Wait()
}

func (h *health) collector() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kith_store_ok", Help: "Whether the store took the last probe write.",
	}, func() float64 {
		if h.failed.Load() {
			return 0
		}
		return 1
	})
}
