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

// reading is a wait for bytes, writing one try to send some. They are pooled with
// their functions, which spares allocations for every frame; every idle connection
// holds one reading.
type (
	reading struct {
		buf *[]byte
		n   int
		err error
		try func(fd uintptr) bool
	}
	writing struct {
		p   []byte
		n   int
		err error
		try func(fd uintptr) bool
	}
)

var (
	readings = sync.Pool{New: func() any {
		r := new(reading)
		r.try = r.once
		return r
	}}
	writings = sync.Pool{New: func() any {
		w := new(writing)
		w.try = w.once
		return w
	}}
)

// once returns false to be called again when there is something to read. Nothing is
// borrowed meanwhile.
func (r *reading) once(fd uintptr) bool {
	r.buf = borrow()
	r.n, r.err = retry(func() (int, error) { return syscall.Read(int(fd), *r.buf) })
	if r.n > 0 {
		return true
	}
	giveBack(r.buf)
	r.buf, r.n = nil, 0
	return r.err != syscall.EAGAIN
}

// once returns true in any case: it is not called again.
func (w *writing) once(fd uintptr) bool {
	w.n, w.err = retry(func() (int, error) { return syscall.Write(int(fd), w.p) })
	w.n = max(w.n, 0)
	if w.err == syscall.EAGAIN {
		w.err = nil
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

func (c rawTCP) read() (buf *[]byte, n int, err error) {
	r := readings.Get().(*reading)
	if err = c.conn.Read(r.try); err == nil {
		buf, n, err = r.buf, r.n, r.err
	}
	*r = reading{try: r.try}
	readings.Put(r)
	return buf, n, err
}

func (c rawTCP) write(p []byte) (n int, err error) {
	w := writings.Get().(*writing)
	w.p = p
	err = c.conn.Write(w.try)
	if err == nil {
		err = w.err
	}
	n = w.n
	*w = writing{try: w.try}
	writings.Put(w)
	return n, err
}
