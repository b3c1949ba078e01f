//go:build unix

package web

import (
	"net"
	"sync"
	"syscall"
)

// rawOf is nil for what is no plain TCP connection.
func rawOf(conn net.Conn) raw {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	c, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return rawTCP{c}
}

type rawTCP struct{ conn syscall.RawConn }

// attempt is one try to read or write. They are pooled with their functions, which
// spares an allocation for every delivery.
type attempt struct {
	buf *[]byte // of read
	p   []byte  // of write
	n   int
	err error
	in  func(fd uintptr) bool
	out func(fd uintptr) bool
}

var attempts = sync.Pool{New: func() any {
	a := new(attempt)
	a.in, a.out = a.read, a.write
	return a
}}

func (a *attempt) done() {
	*a = attempt{in: a.in, out: a.out}
	attempts.Put(a)
}

// read returns false to be called again when there is something to read. Nothing is
// borrowed meanwhile.
func (a *attempt) read(fd uintptr) bool {
	a.buf = borrow()
	a.n, a.err = retry(func() (int, error) { return syscall.Read(int(fd), *a.buf) })
	if a.n > 0 {
		return true
	}
	giveBack(a.buf)
	a.buf, a.n = nil, 0
	return a.err != syscall.EAGAIN
}

// write returns true in any case: it is not called again.
func (a *attempt) write(fd uintptr) bool {
	a.n, a.err = retry(func() (int, error) { return syscall.Write(int(fd), a.p) })
	a.n = max(a.n, 0)
	if a.err == syscall.EAGAIN {
		a.err = nil
	}
	return true
}

// retry is for calls that a signal interrupted.
func retry(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); err != syscall.EINTR {
			return n, err
		}
	}
}

func (r rawTCP) read() (buf *[]byte, n int, err error) {
	a := attempts.Get().(*attempt)
	defer a.done()
	if err := r.conn.Read(a.in); err != nil {
		giveBack(a.buf)
		return nil, 0, err
	}
	return a.buf, a.n, a.err
}

func (r rawTCP) write(p []byte) (n int, err error) {
	a := attempts.Get().(*attempt)
	defer a.done()
	a.p = p
	if err := r.conn.Write(a.out); err != nil {
		return a.n, err
	}
	return a.n, a.err
}
