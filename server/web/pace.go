package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kith-chat/kith/server/person"
)

const (
	// callBurst calls and ends of calls of one person come at once, one in callEvery after
	// that: more than anybody in need makes, and little enough that it rings nobody's ears
	// off.
	callBurst = 6
	callEvery = 10 * time.Second
	// maxPaced bounds how many people are remembered; then all start anew.
	maxPaced = 10_000
)

// pace is how fast people may call. The zero pace is ready.
type pace struct {
	mu  sync.Mutex
	all map[person.ID]*rate.Limiter
}

// allow counts one; else it says how long to wait.
func (p *pace) allow(who person.ID, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil || len(p.all) >= maxPaced {
		p.all = make(map[person.ID]*rate.Limiter)
	}
	one, ok := p.all[who]
	if !ok {
		one = rate.NewLimiter(rate.Every(callEvery), callBurst)
		p.all[who] = one
	}
	if one.AllowN(now, 1) {
		return nil
	}
	return &problem{Status: 429, Code: "slow_down", Text: "That was a lot at once. Wait, then send it again.", WaitMS: callEvery.Milliseconds()}
}
