package web

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
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
	// readBuffer is what an idle connection keeps for reading, and as much again
	// for writing. net/http's own are 4 KiB each.
	readBuffer = 1 << 10
)

// upgrade serves /ws. Origin and session were checked; Accept checks the origin
// once more.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) error {
	who, err := s.authenticate(r)
	if err != nil {
		return err
	}
	lines, err := s.roomLines(r.Context(), who.person)
	if err != nil {
		return err
	}
	shows, err := s.shows(r.Context(), who.person)
	if err != nil {
		return err
	}
	link := &link{}
	ws, err := websocket.Accept(smallBuffers{w, link}, r, &websocket.AcceptOptions{
		Subprotocols:    []string{wire.Protocol},
		CompressionMode: websocket.CompressionDisabled,
		OriginPatterns:  []string{r.Host},
	})
	if err != nil {
		return nil // Accept has answered
	}
	if ws.Subprotocol() != wire.Protocol {
		s.work.Go(func() { link.Close(wire.CloseProtocolEnded) })
		return nil
	}
	ws.SetReadLimit(-1) // readFrame has its own limit, with an answer in words
	link.ws = ws
	conn, err := s.hub.Connect(who.person, who, link, shows)
	if err != nil {
		s.work.Go(func() { link.Close(closeCode(err)) })
		return nil
	}
	conn.Greet(lines)
	s.work.Go(func() { s.readLoop(ws, conn) })
	return nil
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

// readLoop lives as long as the connection, in a goroutine that holds next to
// nothing while it waits: frames are handled in goroutines of their own, whose
// stacks end with them. Its context cannot be cancelled, which spares an
// allocation for every frame; closing the socket ends it.
func (s *Server) readLoop(ws *websocket.Conn, conn *hub.Conn) {
	defer conn.Gone()
	defer ws.CloseNow()
	handled := make(chan bool)
	for {
		kind, frame, err := ws.Reader(context.Background())
		if err != nil {
			return
		}
		go func() { handled <- s.readFrame(conn, kind, frame) }()
		if !<-handled {
			return
		}
	}
}

var frames = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readFrame reads and handles one frame; false ends the connection.
func (s *Server) readFrame(conn *hub.Conn, kind websocket.MessageType, from io.Reader) bool {
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
		return true // the next read fails once the socket is closed
	case kind != websocket.MessageText:
		conn.Refuse("not_text")
		return true
	}
	conn.Handle(s.ctx, buf.Bytes())
	return true
}

// link is the network side of a connection: it sets deadlines, so that neither a
// silent nor a stuck peer keeps anything alive, and it can be cut.
type link struct {
	net.Conn
	ws  *websocket.Conn
	cut sync.Once
}

func (l *link) Read(p []byte) (int, error) {
	if err := l.Conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return l.Conn.Read(p)
}

// writing is the part of a link that the WebSocket library writes to. Its Write
// sets the deadline; the name Write on link itself is the hub's.
type writing struct{ *link }

func (w writing) Write(p []byte) (int, error) {
	if err := w.Conn.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

// Close is the network's, not the hub's.
func (w writing) Close() error { return w.Conn.Close() }

// Write sends one frame. The deadline is the connection's.
func (l *link) Write(frame []byte) error {
	err := l.ws.Write(context.Background(), websocket.MessageText, frame)
	if err != nil {
		l.ws.CloseNow()
	}
	return err
}

// Close says goodbye. A peer that does not answer in time is cut off.
func (l *link) Close(code wire.CloseCode) {
	l.cut.Do(func() {
		late := time.AfterFunc(goodbye, func() { l.ws.CloseNow() })
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

// smallBuffers hands the connection over with buffers of readBuffer instead of
// net/http's, keeping what the client sent with its handshake.
type smallBuffers struct {
	http.ResponseWriter
	link *link
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
	b.link.Conn = conn
	under := writing{b.link}
	reader := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(early)), under), max(readBuffer, len(early)))
	if _, err := reader.Peek(len(early)); err != nil {
		return nil, nil, err
	}
	return under, bufio.NewReadWriter(reader, bufio.NewWriterSize(under, readBuffer)), nil
}
