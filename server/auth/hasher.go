package auth

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Limits of the hasher.
const (
	// waitingPerHash is how many may wait for each hash computed at one time.
	// Beyond that the answer is slow_down: a queue longer than people's patience
	// helps nobody and holds their passphrases in memory.
	waitingPerHash = 32
	// queueWait is what somebody turned away by the full queue is told to wait.
	queueWait = 2 * time.Second
)

// hasher bounds how many hashes are computed at one time: each costs memory.
type hasher struct {
	cost  Cost
	rand  io.Reader
	queue chan struct{} // those who compute and those who wait
	slots chan struct{} // those who compute
	// decoy is what the passphrase of nobody is compared with.
	decoy phc
	calls atomic.Int64
}

func newHasher(c Cost, atOnce int, rand io.Reader) (*hasher, error) {
	h := &hasher{
		cost: c, rand: rand,
		queue: make(chan struct{}, atOnce*(1+waitingPerHash)),
		slots: make(chan struct{}, atOnce),
	}
	var err error
	h.decoy, err = h.hash(context.Background(), "")
	return h, err
}

// run computes when there is room. Errors: slow_down, or ctx's.
func (h *hasher) run(ctx context.Context, compute func()) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return slowDown(queueWait)
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return fmt.Errorf("auth: waiting to check a passphrase: %w", context.Cause(ctx))
	}
	h.calls.Add(1)
	compute()
	return nil
}

// hash makes a new hash of an accepted passphrase.
func (h *hasher) hash(ctx context.Context, passphrase string) (phc, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.rand, salt); err != nil {
		return phc{}, fmt.Errorf("auth: no randomness: %w", err)
	}
	var p phc
	err := h.run(ctx, func() { p = h.cost.compute(passphrase, salt) })
	return p, err
}

// verify compares with a stored hash. A stored "" belongs to nobody: it costs as
// much and never matches. outdated says that the hash was made at another cost.
func (h *hasher) verify(ctx context.Context, stored, passphrase string) (ok, outdated bool, err error) {
	p, real := h.decoy, stored != ""
	if real {
		if p, err = parsePHC(stored); err != nil {
			return false, false, err
		}
	}
	err = h.run(ctx, func() { ok = p.matches(passphrase) })
	return ok && real && err == nil, p.cost != h.cost, err
}
