package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/kith-chat/kith/server/wire"
)

// pair is both ends of a WebSocket: the server's link, and the client's connection
// with the reader behind the handshake. early is sent together with the handshake.
func pair(t *testing.T, early string) (*link, net.Conn, *bufio.Reader) {
	t.Helper()
	links := make(chan *link, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var l *link
		ws, err := websocket.Accept(smallBuffers{w, &l}, r, nil)
		if err != nil {
			t.Error(err)
			close(links)
			return
		}
		l.ws = ws
		links <- l
	})}
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(at) }()
	t.Cleanup(func() { _ = server.Close(); <-served })
	client, err := net.Dial("tcp", at.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	_ = client.SetDeadline(time.Now().Add(20 * time.Second)) // a limit, not a wait
	const handshake = "GET / HTTP/1.1\r\nHost: kith\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
	if _, err := io.WriteString(client, handshake+early); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(client)
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v, %v", answer, err)
	}
	l := <-links
	t.Cleanup(func() { _ = l.ws.CloseNow() })
	return l, client, r
}

// nextFrame reads a server's frame as the standard has it.
func nextFrame(t *testing.T, r io.Reader) (head byte, payload string) {
	t.Helper()
	var h [8]byte
	read := func(p []byte) {
		if _, err := io.ReadFull(r, p); err != nil {
			t.Fatalf("read: %v", err)
		}
	}
	read(h[:2])
	head, n := h[0], uint64(h[1])
	switch n {
	case 126:
		read(h[:2])
		n = uint64(binary.BigEndian.Uint16(h[:]))
	case 127:
		read(h[:8])
		n = binary.BigEndian.Uint64(h[:])
	}
	text := make([]byte, n)
	read(text)
	return head, string(text)
}

// masked is a client's frame. Its mask is four zeros.
func masked(head byte, payload string) string {
	return string([]byte{head, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
}

func numbered(n int) []byte {
	return append([]byte{'a' + byte(n%26)}, bytes.Repeat([]byte{'x'}, 30_000)...)
}

// stuff tries frames until one does not leave, and returns which.
func stuff(t *testing.T, l *link) int {
	t.Helper()
	for n := range 10_000 {
		if !l.TryWrite(numbered(n)) {
			return n
		}
	}
	t.Fatal("a client that reads nothing took everything")
	return 0
}

// A frame that left in part is completed by Write, and nothing comes between.
func TestTryWriteThenWrite(t *testing.T) {
	l, _, r := pair(t, "")
	stuck := stuff(t, l)
	if l.TryWrite([]byte("too early")) {
		t.Fatal("a frame left although the one before it has not")
	}
	wrote := make(chan error, 1)
	go func() { wrote <- l.Write(numbered(stuck)) }()
	for n := range stuck + 1 {
		if head, got := nextFrame(t, r); head != finText || got != string(numbered(n)) {
			t.Fatalf("frame %d begins %x %.1q and has %d bytes", n, head, got, len(got))
		}
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	if !l.TryWrite([]byte("after")) {
		t.Error("nothing leaves any more, although the client reads")
	}
	if _, got := nextFrame(t, r); got != "after" {
		t.Errorf("got %q", got)
	}
}

// A control frame waits for the rest of the text frame that has begun.
func TestControlBetween(t *testing.T) {
	l, _, r := pair(t, "")
	stuck := stuff(t, l)
	begun := l.begun
	wrote := make(chan error, 2)
	go func() {
		_, err := control{l}.Write([]byte{0x8a, 1, 'p'})
		wrote <- err
		wrote <- l.Write(numbered(stuck))
	}()
	texts, pongs := 0, 0
	for range stuck + 2 {
		switch head, got := nextFrame(t, r); {
		case head == finText && got == string(numbered(texts)):
			texts++
		case head == 0x8a && got == "p":
			pongs++
			if want := stuck; begun && texts != want+1 || !begun && texts != want {
				t.Errorf("the pong came after %d texts of %d, begun %v", texts, stuck, begun)
			}
		default:
			t.Fatalf("frame %x of %d bytes", head, len(got))
		}
	}
	if err := errors.Join(<-wrote, <-wrote); err != nil || pongs != 1 {
		t.Errorf("%v, %d pongs", err, pongs)
	}
}

// After a close frame no text may follow (RFC 6455, section 5.5.1), whoever sent it.
func TestNothingAfterClose(t *testing.T) {
	l, client, r := pair(t, "")
	closed := make(chan struct{})
	go func() { defer close(closed); l.Close(wire.CloseSlow) }()
	if head, got := nextFrame(t, r); head != finClose || binary.BigEndian.Uint16([]byte(got)) != uint16(wire.CloseSlow) {
		t.Fatalf("frame %x %q", head, got)
	}
	if l.TryWrite([]byte("late")) {
		t.Error("a text left after the close frame")
	}
	if _, err := io.WriteString(client, masked(0x88, string(binary.BigEndian.AppendUint16(nil, uint16(wire.CloseSlow))))); err != nil {
		t.Fatal(err)
	}
	<-closed
	if err := l.Write([]byte("late")); err == nil {
		t.Error("a text was written after the close frame")
	}
	if rest, err := io.ReadAll(r); len(rest) != 0 || err != nil {
		t.Errorf("after the close frame: %q, %v", rest, err)
	}
}

// A peer that does not answer the goodbye is cut off.
func TestGoodbyeIsBounded(t *testing.T) {
	l, _, _ := pair(t, "")
	start := time.Now()
	l.Close(wire.CloseRestarting)
	if took := time.Since(start); took > goodbye+2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// What came with the handshake, and frames that come at once, are all seen by wait:
// nothing is left in the library's buffer where nobody looks.
func TestReadsAllThereIs(t *testing.T) {
	l, client, _ := pair(t, masked(0x81, "one")+masked(0x81, strings.Repeat("two", 20)))
	if _, err := io.WriteString(client, masked(0x81, "three")+masked(0x81, "")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"one", strings.Repeat("two", 20), "three", ""} {
		if err := l.wait(); err != nil {
			t.Fatal(err)
		}
		_, from, err := l.ws.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(from); err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	}
	if l.in != nil || l.raw != nil && l.buf != nil {
		t.Error("an idle connection holds a buffer")
	}
	_ = client.Close()
	if err := l.wait(); err == nil {
		t.Error("the end was not noticed")
	}
}

func FuzzAppendFrame(f *testing.F) {
	for _, n := range []int{0, 125, 126, 1<<16 - 1, 1 << 16} {
		f.Add(bytes.Repeat([]byte{'x'}, n))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := bytes.NewReader(appendFrame(nil, text))
		if head, got := nextFrame(t, r); head != 0x81 || got != string(text) || r.Len() != 0 {
			t.Errorf("a text of %d bytes came out otherwise", len(text))
		}
	})
}
