package web

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/wire"
)

// link is the network side of a connection, from the handshake on. The WebSocket
// library makes the handshake; its connection object is let go of then, since it
// takes 1.9 KiB for as long as it lives, and an idle connection here takes less than
// that with everything. The frames are in message.go and frame.go.
//
// Reading: what arrived stands in a buffer that is borrowed while there is something
// in it. wait is where an idle connection's goroutine is parked, with hardly a stack.
// One goroutine at a time reads.
//
// Writing: anybody may write, a whole frame at a time. The hub can try whether one
// leaves without waiting.
type link struct {
	net.Conn
	raw raw // nil where the connection cannot be tried (TLS)

	in  []byte  // arrived and not yet handed out, within buf
	buf *[]byte // borrowed; nil while in is empty

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

// wait returns when there is something to read, or an error: the peer has hung up,
// or was silent for too long.
func (l *link) wait() (err error) {
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

// read fills p.
func (l *link) read(p []byte) error {
	for len(p) > 0 {
		if err := l.wait(); err != nil {
			return err
		}
		n := copy(p, l.in)
		p = p[n:]
		if l.in = l.in[n:]; len(l.in) > 0 {
			continue
		}
		l.in = nil
		if l.raw != nil {
			giveBack(l.buf)
			l.buf = nil
		}
	}
	return nil
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
	*frame = appendFrame((*frame)[:0], opText, text)
	n, err := l.raw.write(*frame)
	if n == len(*frame) {
		return true
	}
	if l.begun = n > 0 && err == nil; l.begun {
		l.rest = append(l.rest[:0], (*frame)[n:]...)
	}
	return false // Write meets the error again, if it was one
}

// Write sends one text frame. It may wait, for writeLimit. After an error the
// connection is closed.
func (l *link) Write(text []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	begun := l.begun
	l.begun = false
	err := l.finish()
	if err == nil && !begun {
		err = l.push(opText, text)
	}
	if err != nil && err != errEnded {
		_ = l.Conn.Close()
	}
	return err
}

// control sends a control frame, behind the rest of the text frame under way. After
// a close frame there is none.
func (l *link) control(op byte, payload []byte) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.finish(); err != nil {
		return err
	}
	l.ended = op == opClose
	return l.push(op, payload)
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
	return l.send(rest)
}

func (l *link) push(op byte, payload []byte) error {
	frame := borrow()
	defer giveBack(frame)
	*frame = appendFrame((*frame)[:0], op, payload)
	return l.send(*frame)
}

// send writes within writeLimit, and leaves no deadline behind: one that has passed
// would fail the next TryWrite.
func (l *link) send(p []byte) error {
	if err := l.Conn.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := l.Conn.Write(p); err != nil {
		return err
	}
	return l.Conn.SetWriteDeadline(time.Time{})
}

// Close says goodbye. The peer's answer ends the connection, where it is read; a peer
// that does not answer in time is cut off.
func (l *link) Close(code wire.CloseCode) {
	time.AfterFunc(goodbye, func() { _ = l.Conn.Close() })
	err := l.control(opClose, binary.BigEndian.AppendUint16(nil, uint16(code)))
	if err != nil && err != errEnded {
		_ = l.Conn.Close()
	}
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
	_ = l.Conn.Close()
}
