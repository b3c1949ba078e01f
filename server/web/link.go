package web

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/kith-chat/kith/server/wire"
)

// link is the network side of a connection, between the socket and the WebSocket
// library. It keeps nothing for an idle connection, sets the deadlines, so that
// neither a silent nor a stuck peer keeps anything alive, and can be cut.
//
// Reading: what arrived stands in a buffer that is borrowed while there is
// something in it. wait is where an idle connection's goroutine is parked, with
// hardly a stack; the library, which needs several times as much, is entered only
// when there is something to read.
//
// Writing: text frames are written by link itself, so that the hub can try whether
// one leaves without waiting; the library writes control frames only, each in one
// Write. Both hold writing, so that no frame begins within another.
type link struct {
	net.Conn
	ws  *websocket.Conn
	raw raw // nil where the connection cannot be tried (TLS)
	cut sync.Once

	reading sync.Mutex
	in      []byte  // arrived and not yet handed out, within buf
	buf     *[]byte // borrowed; nil while in is empty

	writing sync.Mutex
	rest    []byte // of a frame whose beginning has left
	begun   bool   // the frame that TryWrite was given last has begun to leave
	ended   bool   // a close frame has left: nothing may follow it
}

// newLink takes over a connection, with what was read of it already.
func newLink(conn net.Conn, early []byte) *link {
	l := &link{Conn: conn, raw: rawOf(conn)}
	if len(early) > 0 {
		kept := append([]byte(nil), early...)
		l.in, l.buf = kept, &kept
	}
	return l
}

// wait returns when there is something to read, or an error.
func (l *link) wait() error {
	l.reading.Lock()
	defer l.reading.Unlock()
	return l.fill()
}

// fill sees to it that in is not empty.
func (l *link) fill() (err error) {
	if len(l.in) > 0 {
		return nil
	}
	if err := l.Conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return err
	}
	var n int
	if l.raw != nil {
		l.buf, n, err = l.raw.read()
	} else {
		if l.buf == nil || len(*l.buf) < readBuffer {
			own := make([]byte, readBuffer)
			l.buf = &own
		}
		n, err = l.Conn.Read(*l.buf)
	}
	if n > 0 {
		l.in = (*l.buf)[:n]
		return nil
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

// inHeader is the length up to which a read is of a frame's header. Such a read gets
// one byte at a time, so that the library's own buffer, which is no longer than
// this, never holds more than was asked for and wait sees all there is.
const inHeader = 16

// Read is the library's.
func (l *link) Read(p []byte) (int, error) {
	l.reading.Lock()
	defer l.reading.Unlock()
	if err := l.fill(); err != nil {
		return 0, err
	}
	if len(p) <= inHeader {
		p = p[:min(1, len(p))]
	}
	n := copy(p, l.in)
	if l.in = l.in[n:]; len(l.in) == 0 {
		l.in = nil
		if l.raw != nil {
			giveBack(l.buf)
			l.buf = nil
		}
	}
	return n, nil
}

var errEnded = errors.New("web: the connection is being closed")

// TryWrite sends a text frame if that needs no waiting. After false Write has to be
// called with the same text next: it completes what has begun.
func (l *link) TryWrite(text []byte) bool {
	if l.raw == nil || !l.writing.TryLock() {
		return false
	}
	defer l.writing.Unlock()
	if l.ended || len(l.rest) > 0 {
		return false
	}
	frame := borrow()
	defer giveBack(frame)
	*frame = appendFrame((*frame)[:0], text)
	n, err := l.raw.write(*frame)
	if n == len(*frame) {
		return true
	}
	if l.begun = n > 0 && err == nil; l.begun {
		l.rest = append(l.rest[:0], (*frame)[n:]...)
	}
	return false // Write meets the error again, if it was one
}

// Write sends one text frame. It may wait, for writeLimit.
func (l *link) Write(text []byte) error {
	l.writing.Lock()
	err := l.finish()
	if err == nil && !l.begun {
		frame := borrow()
		*frame = appendFrame((*frame)[:0], text)
		err = l.push(*frame)
		giveBack(frame)
	}
	l.begun = false
	l.writing.Unlock()
	if err != nil {
		l.ws.CloseNow()
	}
	return err
}

// finish sends the rest of a frame that has begun to leave.
func (l *link) finish() error {
	if l.ended {
		return errEnded
	}
	rest := l.rest
	if l.rest = nil; len(rest) == 0 {
		return nil
	}
	return l.push(rest)
}

// push writes within writeLimit, and leaves no deadline behind: one that has passed
// would fail the next TryWrite.
func (l *link) push(p []byte) error {
	if err := l.Conn.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := l.Conn.Write(p); err != nil {
		return err
	}
	return l.Conn.SetWriteDeadline(time.Time{})
}

// control is the part of a link that the library sees.
type control struct{ *link }

// Write sends control frames: a whole one each time, since they are smaller than the
// library's buffer.
func (c control) Write(p []byte) (int, error) {
	l := c.link
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.finish(); err != nil {
		return 0, err
	}
	if err := l.push(p); err != nil {
		return 0, err
	}
	l.ended = isClose(p)
	return len(p), nil
}

// Close is the network's, not the hub's.
func (c control) Close() error { return c.Conn.Close() }

// Close says goodbye. A peer that does not answer in time is cut off.
func (l *link) Close(code wire.CloseCode) {
	l.cut.Do(func() {
		late := time.AfterFunc(goodbye, func() { _ = l.Conn.Close() })
		defer late.Stop()
		_ = l.ws.Close(websocket.StatusCode(code), "") // whatever came of it, the socket is closed
	})
}

// Reset drops the connection with what the kernel still holds for it.
func (l *link) Reset() {
	conn := l.Conn
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = wrapped.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails only on a socket that is closed already
	}
	_ = conn.Close()
	l.ws.CloseNow()
}
