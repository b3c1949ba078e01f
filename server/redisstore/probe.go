package redisstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// probeEvery is how often a node speaks to itself through Redis.
	probeEvery = time.Second
	// probePatience is how old the last word that came back may be. With it, a fault
	// shows within five seconds.
	probePatience = 3 * time.Second
	// MaxSkew is how far this node's clock and Redis's may lie apart.
	MaxSkew = 2 * time.Second
)

// Why a node on Redis is not ready.
var (
	errSilent = errors.New("the Redis behind this server does not answer, or its news do not arrive: look at it and at the network")
	errSkew   = errors.New("this machine's clock and Redis's lie more than 2 seconds apart: set the clocks (timedatectl set-ntp true)")
	errFew    = errors.New("fewer replicas answer than -redis-replicas asks for: posting is stopped until they do")
)

// probe speaks to this node through Redis each second and expects to hear it. After
// a failover calls may work while the subscription is dead: only this finds out.
type probe struct {
	store *Store
	name  string // of this node, in what it says
	end   context.CancelFunc
	work  sync.WaitGroup

	back atomic.Int64 // when the last word came back, by the machine's own steady clock
	lag  atomic.Int64 // how long it took, in nanoseconds
	skew atomic.Int64 // Redis's clock less this node's, in nanoseconds
	thin atomic.Bool  // fewer replicas than asked for
}

// started gives times that no change of the clock disturbs.
var started = time.Now()

func steady() int64 { return int64(time.Since(started)) }

func newProbe(s *Store) *probe {
	ctx, end := context.WithCancel(context.Background())
	p := &probe{store: s, name: rand.Text(), end: end}
	p.back.Store(steady()) // a node begins with patience
	p.work.Go(func() { p.speak(ctx) })
	p.work.Go(func() { p.hear(ctx) })
	return p
}

func (p *probe) close() {
	p.end()
	p.work.Wait()
}

func (p *probe) speak(ctx context.Context) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		p.once(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// once asks for the time, speaks, and counts replicas where they are asked for.
func (p *probe) once(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	s := p.store
	var now *redis.TimeCmd
	var have *redis.Cmd
	before := s.clock()
	_, err := s.redis().Pipelined(ctx, func(c redis.Pipeliner) error {
		now = c.Time(ctx)
		c.Publish(ctx, s.keys.probe(), p.name+" "+strconv.FormatInt(steady(), 10))
		if s.replicas > 0 {
			have = wait(ctx, c, s.replicas, waitTimeout/2)
		}
		return nil
	})
	after := s.clock()
	if have != nil {
		p.thin.Store(!enough(have, s.replicas))
	}
	if err != nil || now.Err() != nil {
		return
	}
	// Redis read its clock somewhere between: what may be explained by that is none.
	skew := now.Val().Sub(before.Add(after.Sub(before) / 2))
	if rest := skew.Abs() - after.Sub(before)/2; rest <= 0 {
		skew = 0
	}
	p.skew.Store(int64(skew))
}

func (p *probe) hear(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case word := <-p.store.feed.back:
			name, at, _ := strings.Cut(word, " ")
			said, err := strconv.ParseInt(at, 10, 64)
			if name != p.name || err != nil {
				continue // another node's
			}
			p.lag.Store(steady() - said)
			p.back.Store(steady())
		}
	}
}

// Ready tells whether this node can do its work: nil, or why not.
func (s *Store) Ready() error {
	switch {
	case time.Duration(steady()-s.probe.back.Load()) > probePatience:
		return errSilent
	case time.Duration(s.probe.skew.Load()).Abs() > MaxSkew:
		return fmt.Errorf("%w (%s)", errSkew, time.Duration(s.probe.skew.Load()).Round(time.Second))
	case s.probe.thin.Load():
		return errFew
	}
	return nil
}
