package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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
	// controlBuffer takes the largest control frame: 2 bytes and 125.
	controlBuffer = 128
)

// upgrade serves /ws. Origin and session were checked; Accept checks the origin
// once more.
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
	ws, err := websocket.Accept(smallBuffers{w, &link}, r, &websocket.AcceptOptions{
		Subprotocols:    []string{wire.Protocol},
		CompressionMode: websocket.CompressionDisabled,
		OriginPatterns:  []string{r.Host},
	})
	if err != nil {
		return nil // Accept has answered
	}
	link.ws = ws
	if ws.Subprotocol() != wire.Protocol {
		s.work.Go(func() { link.Close(wire.CloseProtocolEnded) })
		return nil
	}
	ws.SetReadLimit(-1) // readFrame has its own limit, with an answer in words
	conn, err := s.hub.Connect(who.person, who, link, shows)
	if err != nil {
		s.work.Go(func() { link.Close(closeCode(err)) })
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
	if !s.readFrame(link.ws, conn) {
		s.gone(link, conn)
		return
	}
	go s.await(link, conn)
}

// gone is the end of a connection, whatever ended it.
func (s *Server) gone(link *link, conn *hub.Conn) {
	defer s.work.Done()
	link.ws.CloseNow()
	conn.Gone()
}

var frames = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readFrame reads and handles one frame; false ends the connection. The context of
// reading cannot be cancelled, which spares an allocation for every frame; closing
// the socket ends it.
func (s *Server) readFrame(ws *websocket.Conn, conn *hub.Conn) bool {
	kind, from, err := ws.Reader(context.Background())
	if err != nil {
		return false
	}
	buf := frames.Get().(*bytes.Buffer)
	defer frames.Put(buf)
	buf.Reset()
	n, err := buf.ReadFrom(io.LimitReader(from, wire.MaxFrame+1))
	switch {
	case err != nil:
		return false
	case n > wire.MaxFrame:
		conn.Refuse("frame_too_large")
		conn.Finish(wire.CloseCode(websocket.StatusMessageTooBig))
		// The rest is read away until the socket is closed: unread, it would make the
		// kernel drop the answer, and the next read would take it for a frame.
		_, err = io.Copy(io.Discard, from)
		return err == nil
	case kind != websocket.MessageText:
		conn.Refuse("not_text")
		return true
	}
	conn.Handle(s.ctx, buf.Bytes())
	return true
}

// smallBuffers hands the connection over as a link, with buffers of next to nothing
// instead of net/http's, keeping what the client sent with its handshake.
type smallBuffers struct {
	http.ResponseWriter
	link **link
}

// Unwrap is for http.ResponseController.
func (b smallBuffers) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// Hijack implements http.Hijacker.
func (b smallBuffers) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(b.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	*b.link = newLink(conn, early)
	under := control{*b.link}
	return under, bufio.NewReadWriter(bufio.NewReaderSize(under, inHeader), bufio.NewWriterSize(under, controlBuffer)), nil
}
