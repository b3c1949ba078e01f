package web

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/kith-chat/kith/server/wire"
)

// Why no further message comes.
var (
	errProtocol = errors.New("web: the client broke the rules of WebSocket")
	errTooLarge = errors.New("web: the message is too large")
	errGoodbye  = errors.New("web: the client said goodbye")
)

// protocolError is the close code for what breaks RFC 6455 (section 7.4.1).
const protocolError = 1002

// message reads one message into buf, and answers the control frames before and
// within it. op is opText or opBinary. After an error nothing more is to be read:
// what is wrong was told the client, except after errTooLarge.
func (l *link) message(buf *bytes.Buffer) (op byte, err error) {
	for {
		h, err := l.header()
		if err != nil {
			return 0, err
		}
		if h.op >= opClose {
			if err := l.answer(h); err != nil {
				return 0, err
			}
			continue
		}
		if (h.op == opMore) != (op != 0) { // goes on with nothing, or begins within another
			return 0, l.broken()
		}
		op = max(op, h.op)
		if h.size > uint64(wire.MaxFrame-buf.Len()) {
			return 0, errTooLarge
		}
		if err := l.payload(buf, h); err != nil {
			return 0, err
		}
		if h.fin {
			return op, nil
		}
	}
}

// header is the beginning of a client's frame.
type header struct {
	fin  bool
	op   byte
	size uint64
	mask [4]byte
}

func (l *link) header() (h header, err error) {
	var b [8]byte
	if err := l.read(b[:2]); err != nil {
		return h, err
	}
	h.fin, h.op, h.size = b[0]&finBit != 0, b[0]&0x0f, uint64(b[1]&^maskBit)
	switch {
	case b[0]&0x70 != 0, b[1]&maskBit == 0: // extensions were not agreed on; clients mask
		return h, l.broken()
	case h.op > opBinary && h.op < opClose, h.op > opPong:
		return h, l.broken()
	case h.op >= opClose && (!h.fin || h.size > maxControl):
		return h, l.broken()
	}
	switch h.size {
	case twoBytes:
		err = l.read(b[:2])
		h.size = uint64(binary.BigEndian.Uint16(b[:]))
	case eightBytes:
		err = l.read(b[:8])
		h.size = binary.BigEndian.Uint64(b[:])
	}
	if err != nil {
		return h, err
	}
	return h, l.read(h.mask[:])
}

// payload reads a frame's payload in pieces, so that memory is taken for what came
// and not for what was announced.
func (l *link) payload(buf *bytes.Buffer, h header) error {
	for at := 0; h.size > 0; {
		n := min(int(h.size), bufferSize)
		buf.Grow(n)
		piece := buf.AvailableBuffer()[:n]
		if err := l.read(piece); err != nil {
			return err
		}
		at = unmask(piece, h.mask, at)
		buf.Write(piece)
		h.size -= uint64(n)
	}
	return nil
}

// unmask goes on at byte at of the mask, and returns where the next piece does.
func unmask(p []byte, mask [4]byte, at int) int {
	for i := range p {
		p[i] ^= mask[(at+i)&3]
	}
	return (at + len(p)) & 3
}

// answer reads a control frame and does what it asks for.
func (l *link) answer(h header) error {
	var b [maxControl]byte
	payload := b[:h.size]
	if err := l.read(payload); err != nil {
		return err
	}
	unmask(payload, h.mask, 0)
	switch h.op {
	case opPing:
		if err := l.control(opPong, payload); err != errEnded {
			return err
		}
	case opClose:
		return l.goodbye(payload)
	}
	return nil
}

// goodbye answers a close frame with its code, unless ours was sent before.
func (l *link) goodbye(payload []byte) error {
	switch {
	case len(payload) == 0:
		_ = l.control(opClose, nil) // whether or not it arrives: the connection ends
	case len(payload) == 1 || !sendable(binary.BigEndian.Uint16(payload)):
		return l.broken()
	default:
		_ = l.control(opClose, payload[:2])
	}
	return errGoodbye
}

// sendable says whether a close code may stand in a frame (RFC 6455, section 7.4).
func sendable(code uint16) bool {
	switch {
	case code >= 3000 && code < 5000:
		return true
	case code == 1004, code == 1005, code == 1006:
		return false
	}
	return code >= 1000 && code <= 1014
}

// broken tells the client that it broke the protocol.
func (l *link) broken() error {
	_ = l.control(opClose, binary.BigEndian.AppendUint16(nil, protocolError))
	return errProtocol
}

// discard reads on without looking, until the client answers the goodbye or is cut
// off: closing at once could take the goodbye away from it.
func (l *link) discard() {
	for {
		if l.wait() != nil {
			return
		}
		var dropped [bufferSize]byte
		if err := l.read(dropped[:min(len(l.in), bufferSize)]); err != nil {
			return
		}
	}
}
