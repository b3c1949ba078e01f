package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Times of a connection.
const (
	// silence is how long a client may send nothing; it pings every 10 s, or once a
	// minute where a phone's browser slows a hidden page down.
	silence = 150 * time.Second
	// writeLimit is how long one frame may take to leave.
	writeLimit = 10 * time.Second
	// goodbye bounds the closing handshake.
	goodbye = 2 * time.Second
	// readBuffer is what an idle connection over TLS keeps for reading. Others keep
	// nothing; net/http's own two are 4 KiB each.
	readBuffer = 1 << 10
)

// upgrade serves /ws. Origin and session were checked; Accept checks the origin
// once more. Of the library only the handshake is used, see link.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r)
	if err != nil {
		return err
	}
	shows, err := s.shows(r.Context(), who.person)
	if err != nil {
		return err
	}
	var link *link
	ws, err := websocket.Accept(handshake{w, &link}, r, &websocket.AcceptOptions{
		Subprotocols:    []string{wire.Protocol},
		CompressionMode: websocket.CompressionDisabled,
		OriginPatterns:  []string{r.Host},
	})
	if err != nil {
		return nil // Accept has answered
	}
	if ws.Subprotocol() != wire.Protocol {
		s.work.Go(func() { turnAway(link, wire.CloseProtocolEnded) })
		return nil
	}
	conn, err := s.hub.Connect(who.person, who, link, shows)
	if err != nil {
		s.work.Go(func() { turnAway(link, closeCode(err)) })
		return nil
	}
	s.work.Add(1)
	s.welcome(who, conn)
	go s.await(link, conn)
	return nil
}

// welcome greets a connection that is on the list of those that lose their right
// with their session. Only from then on is nothing missed, so the session, the rooms
// and the preferences are asked for anew.
func (s *Server) welcome(who *visitor, conn *hub.Conn) {
	s.recheck(s.ctx, conn)
	lines, err := s.roomLines(s.ctx, who.person)
	if err == nil {
		var shows hub.Shows
		if shows, err = s.shows(s.ctx, who.person); err == nil {
			s.hub.Show(s.ctx, who.person, shows)
		}
	}
	if err != nil {
		s.logger.Error("a connection could not be greeted", "reason", err)
		conn.Close(wire.CloseRestarting)
		return
	}
	if s.ctx.Err() != nil { // Close has made its list without this one
		conn.Reset("server closing")
		return
	}
	conn.Greet(lines)
}

// CountsFrom is when input counts again: before it, Touch would change nothing. What
// this connection knows of the session can only be older than what is stored, and
// then Touch is asked once too often.
func (v *visitor) CountsFrom() room.Time {
	return room.Time(v.session.Load().Input.Add(auth.TouchEvery).UnixMilli())
}

// turnAway says goodbye to somebody who is not taken in.
func turnAway(link *link, code wire.CloseCode) {
	link.Close(code)
	link.discard()
	_ = link.Conn.Close()
}

func closeCode(err error) wire.CloseCode {
	if err == hub.ErrTooMany {
		return wire.CloseTooMany
	}
	return wire.CloseRestarting
}

// await is where a connection's goroutine is while nothing comes. It holds next to
// nothing: each frame is read and handled in a goroutine of its own, whose stack ends
// with it, and which then has the next one awaited. So a connection has one goroutine
// at any time, and every frame is handled before the next is read.
func (s *Server) await(link *link, conn *hub.Conn) {
	if err := link.wait(); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			link.Close(wire.CloseSilent)
		}
		s.gone(link, conn)
		return
	}
	go s.read(link, conn)
}

func (s *Server) read(link *link, conn *hub.Conn) {
	defer func() {
		// A defect that one client met must not end the server for all. The value of
		// the panic could hold what somebody wrote: only its kind is logged.
		if v := recover(); v != nil {
			s.logger.Error("a connection panicked and is closed", "kind", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			s.gone(link, conn)
		}
	}()
	if !s.readFrame(link, conn) {
		s.gone(link, conn)
		return
	}
	go s.await(link, conn)
}

// gone is the end of a connection, whatever ended it.
func (s *Server) gone(link *link, conn *hub.Conn) {
	defer s.work.Done()
	_ = link.Conn.Close()
	conn.Gone()
}

var frames = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readFrame reads and handles one frame; false ends the connection.
func (s *Server) readFrame(link *link, conn *hub.Conn) bool {
	buf := frames.Get().(*bytes.Buffer)
	defer frames.Put(buf)
	buf.Reset()
	op, err := link.message(buf)
	switch {
	case err == errTooLarge:
		conn.Refuse("frame_too_large")
		conn.Finish(closeTooLarge)
		// The rest is read away until the socket is closed: unread, it would make the
		// kernel drop the answer, and the next read would take it for a frame.
		link.discard()
		return false
	case err != nil:
		return false
	case op != opText:
		conn.Refuse("not_text")
		return true
	}
	conn.Handle(s.ctx, buf.Bytes())
	return true
}

// closeTooLarge is RFC 6455's own code for a message that is too big.
const closeTooLarge wire.CloseCode = 1009

// handshake lets the library make its handshake and then takes the connection over
// as a link, with what the client sent together with it.
type handshake struct {
	http.ResponseWriter
	link **link
}

// Unwrap is for http.ResponseController.
func (h handshake) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// Hijack implements http.Hijacker.
func (h handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	*h.link = newLink(conn, early)
	return taken{conn}, bufio.NewReadWriter(bufio.NewReaderSize(nil, 0), bufio.NewWriterSize(nil, 0)), nil
}

// taken is what the library holds of a connection that is a link's. It closes what it
// holds when it is collected.
type taken struct{ net.Conn }

// Close does nothing.
func (taken) Close() error { return nil }
