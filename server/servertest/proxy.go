package servertest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between clients and a server and breaks their connections in the ways
// networks do. Connections that were held by Blackhole or HalfOpen never go on: as
// soon as their bytes could pass again they are reset, for a half delivered stream
// must not be resumed.
//
// It sees bytes as they are on the wire: of a TLS connection CutWhere and Refuse see
// nothing they could match.
type Proxy struct {
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	state   state
	links   map[*link]struct{}
	changed chan struct{} // closed, and replaced, when the state changes
}

// state is what the proxy does to connections now.
type state struct {
	target string
	cut    bool
	// held says, for each direction, that nothing passes.
	held   [directions]bool
	delay  time.Duration
	refuse func([]byte) bool
}

// A direction in which bytes pass.
type direction int

const (
	toServer direction = iota
	toClient
	directions
)

// StartProxy listens on a port of its own and passes everything on to target, until
// the test ends or a fault is asked for. A new fault takes the place of the last;
// Delay and Refuse add to others.
func StartProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		listener: l, state: state{target: target},
		links: make(map[*link]struct{}), changed: make(chan struct{}),
	}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.Cut()
		p.running.Wait()
	})
	return p
}

// Addr is host and port for clients.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// SetTarget is where new connections go. Those that are open stay where they are.
func (p *Proxy) SetTarget(addr string) {
	p.change(func(s *state) { s.target = addr })
}

// Cut resets every connection now, and new ones as soon as they are made, until Heal.
// To a client either its dial or its first read fails then.
func (p *Proxy) Cut() {
	p.change(func(s *state) { s.cut, s.held = true, [directions]bool{} })
}

// Blackhole lets nothing pass, not even that a connection was closed, until Heal.
// Connections stay open, and new ones are accepted but reach no server.
func (p *Proxy) Blackhole() {
	p.change(func(s *state) { s.cut, s.held = false, [directions]bool{toServer: true, toClient: true} })
}

// HalfOpen lets through what clients send and holds what the server answers, until Heal.
func (p *Proxy) HalfOpen() {
	p.change(func(s *state) { s.cut, s.held = false, [directions]bool{toClient: true} })
}

// Delay holds up each chunk of bytes for so long, in order, until Heal or a delay of
// 0. What arrives meanwhile is the next chunk, so a byte waits up to twice as long.
func (p *Proxy) Delay(d time.Duration) {
	p.change(func(s *state) { s.delay = d })
}

// Heal ends every fault. Connections that were held are reset; new ones pass.
func (p *Proxy) Heal() {
	p.change(func(s *state) { *s = state{target: s.target} })
}

// CutWhere resets those connections, now, of which pick says yes to the client's
// first bytes: all that has come so far, up to 4 KiB. Clients greet before they say
// what a connection is for: look for what it contains, not how it begins. pick must
// not call the proxy.
func (p *Proxy) CutWhere(pick func(firstBytes []byte) bool) {
	reset(p.take(func(l *link) bool { return pick(l.first) }))
}

// Refuse does what CutWhere does, and resets each further connection as soon as its
// first bytes match, before these reach the server, until Heal.
func (p *Proxy) Refuse(pick func(firstBytes []byte) bool) {
	p.change(func(s *state) { s.refuse = pick })
}

// Open is how many connections to the server there are now, held ones too.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for l := range p.links {
		if l.server != nil {
			n++
		}
	}
	return n
}

// change changes the state and ends the connections that cannot go on under it. They
// are ended before anything can pass on them that did not before.
func (p *Proxy) change(to func(*state)) {
	p.mu.Lock()
	was := p.state
	to(&p.state)
	s := p.state
	ended := p.taken(func(l *link) bool {
		return s.cut || was.held[toServer] && !s.held[toServer] || was.held[toClient] && !s.held[toClient] ||
			s.refuse != nil && s.refuse(l.first)
	})
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	reset(ended)
}

// take ends the connections that pick names; the caller resets them.
func (p *Proxy) take(pick func(*link) bool) []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.taken(pick)
}

// taken is take for who holds the lock.
func (p *Proxy) taken(pick func(*link) bool) (ended []*link) {
	for l := range p.links {
		if pick(l) {
			delete(p.links, l)
			l.end()
			ended = append(ended, l)
		}
	}
	return ended
}

func reset(ended []*link) {
	for _, l := range ended {
		l.reset()
	}
}

func (p *Proxy) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // the test has ended
		}
		ctx, end := context.WithCancel(context.Background())
		l := &link{proxy: p, client: conn.(*net.TCPConn), ctx: ctx, end: end}
		if !p.add(l) {
			l.end()
			l.reset()
			continue
		}
		p.running.Go(l.run)
	}
}

// add is false under Cut.
func (p *Proxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.state.cut {
		p.links[l] = struct{}{}
	}
	return !p.state.cut
}
