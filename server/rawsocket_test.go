package server_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/wire"
)

// rawSocket is a WebSocket without a library: it does what no honest client does.
type rawSocket struct {
	*net.TCPConn
	in *bufio.Reader
}

// dialRaw connects and upgrades. receive is how much the kernel takes in before the
// peer has to wait, in bytes; 0 is the system's own.
func dialRaw(t *testing.T, url, cookie string, receive int) *rawSocket {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	tcp := conn.(*net.TCPConn)
	if receive > 0 {
		if err := tcp.SetReadBuffer(receive); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(tcp, "GET /ws HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
		host, url, cookie, wire.Protocol)
	s := &rawSocket{tcp, bufio.NewReaderSize(tcp, 16)}
	answer, err := http.ReadResponse(s.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrade: %s", answer.Status)
	}
	return s
}

// frameHeader is the beginning of a masked text frame whose mask changes nothing.
func frameHeader(length int) []byte {
	h := []byte{0x81}
	switch {
	case length < 126:
		h = append(h, 0x80|byte(length))
	case length < 1<<16:
		h = binary.BigEndian.AppendUint16(append(h, 0x80|126), uint16(length))
	default:
		h = binary.BigEndian.AppendUint64(append(h, 0x80|127), uint64(length))
	}
	return append(h, 0, 0, 0, 0)
}

// sendText writes one whole text frame.
func (s *rawSocket) sendText(t *testing.T, text string) {
	t.Helper()
	if _, err := s.Write(append(frameHeader(len(text)), text...)); err != nil {
		t.Fatal(err)
	}
}

// frame reads one frame of the server's; its opcode is 1 for text and 8 for close.
func (s *rawSocket) frame() (opcode byte, payload []byte, err error) {
	if err := s.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return 0, nil, err
	}
	var h [2]byte
	if _, err := readFull(s.in, h[:]); err != nil {
		return 0, nil, err
	}
	length := uint64(h[1] & 0x7f)
	var long [8]byte
	switch length {
	case 126:
		_, err = readFull(s.in, long[6:])
		length = binary.BigEndian.Uint64(long[:])
	case 127:
		_, err = readFull(s.in, long[:])
		length = binary.BigEndian.Uint64(long[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, length)
	_, err = readFull(s.in, payload)
	return h[0] & 0x0f, payload, err
}

func readFull(from *bufio.Reader, into []byte) (int, error) {
	n := 0
	for n < len(into) {
		m, err := from.Read(into[n:])
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
}
