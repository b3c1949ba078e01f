package servertest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// firstBytes is how much of what a client sends first is kept.
const firstBytes = 4 << 10

// link is one connection through a Proxy. It is among the proxy's links until it
// ends; who takes it out closes it.
type link struct {
	proxy  *Proxy
	client *net.TCPConn
	ctx    context.Context // ends with the link
	end    context.CancelFunc

	// Under the proxy's lock:
	server *net.TCPConn // nil before it is reached
	first  []byte       // what the client sent first
}

// run passes bytes until both sides have ended or the link is reset.
func (l *link) run() {
	defer l.close()
	if !l.connect() {
		return
	}
	var down sync.WaitGroup
	down.Go(func() { l.pass(toClient, l.server, l.client) })
	l.pass(toServer, l.client, l.server)
	down.Wait()
}

// connect reaches the server. Under Blackhole it waits for the end instead.
func (l *link) connect() bool {
	p := l.proxy
	p.mu.Lock()
	target, hole := p.state.target, p.state.held[toServer]
	p.mu.Unlock()
	if hole {
		<-l.ctx.Done() // Heal resets what was held
		return false
	}
	conn, err := new(net.Dialer).DialContext(l.ctx, "tcp", target)
	if err != nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.ctx.Err() != nil {
		_ = conn.Close()
		return false
	}
	l.server = conn.(*net.TCPConn)
	return true
}

// pass copies one direction, and how it ends.
func (l *link) pass(d direction, from, to *net.TCPConn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		read := time.Now()
		if d == toServer && !l.admit(buf[:n]) || !l.wait(d, read) {
			return
		}
		if _, failed := to.Write(buf[:n]); failed != nil {
			l.drop()
			return
		}
		switch {
		case errors.Is(err, io.EOF):
			_ = to.CloseWrite() // the other direction may go on
			return
		case err != nil:
			l.drop()
			return
		}
	}
}

// admit keeps the client's first bytes and drops the link if they are refused.
func (l *link) admit(chunk []byte) bool {
	p := l.proxy
	p.mu.Lock()
	more := min(len(chunk), firstBytes-len(l.first))
	l.first = append(l.first, chunk[:more]...)
	refused := more > 0 && p.state.refuse != nil && p.state.refuse(l.first)
	p.mu.Unlock()
	if refused {
		l.drop()
	}
	return !refused
}

// wait returns when what was read may pass in a direction; it is false if the link
// has ended.
func (l *link) wait(d direction, read time.Time) bool {
	for {
		l.proxy.mu.Lock()
		held, delay, changed := l.proxy.state.held[d], l.proxy.state.delay, l.proxy.changed
		l.proxy.mu.Unlock()
		left := delay - time.Since(read)
		if l.ctx.Err() != nil {
			return false
		}
		if !held && left <= 0 {
			return true
		}
		var due <-chan time.Time // never, while it is held
		if !held {
			due = time.After(left)
		}
		select {
		case <-l.ctx.Done():
		case <-changed:
		case <-due:
		}
	}
}

// drop ends the link by itself, with a reset of both sides.
func (l *link) drop() {
	reset(l.proxy.take(func(other *link) bool { return other == l }))
}

// close ends a link both of whose sides have ended, so that what is still on its way
// to them arrives. One that reached no server is reset.
func (l *link) close() {
	for _, ended := range l.proxy.take(func(other *link) bool { return other == l }) {
		if len(ended.sides()) == 1 {
			ended.reset()
		}
		for _, conn := range ended.sides() {
			_ = conn.Close()
		}
	}
}

// reset closes both sides at once, so that each is told that the other is lost.
func (l *link) reset() {
	for _, conn := range l.sides() {
		_ = conn.SetLinger(0)
		_ = conn.Close()
	}
}

func (l *link) sides() []*net.TCPConn {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	if l.server == nil {
		return []*net.TCPConn{l.client}
	}
	return []*net.TCPConn{l.client, l.server}
}
