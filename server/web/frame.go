package web

import (
	"encoding/binary"
	"sync"
)

// A server's text frame, whole and not masked (RFC 6455, section 5.2).
const (
	finText   = 0x80 | 0x1
	finClose  = 0x80 | 0x8
	twoBytes  = 126 // the length follows in two bytes
	eightByte = 127 // in eight
)

func appendFrame(to, text []byte) []byte {
	switch n := len(text); {
	case n < twoBytes:
		to = append(to, finText, byte(n))
	case n < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, finText, twoBytes), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, finText, eightByte), uint64(n))
	}
	return append(to, text...)
}

func isClose(frame []byte) bool { return len(frame) > 0 && frame[0] == finClose }

// Buffers are borrowed for as long as something stands in them. bufferSize takes
// nearly all that people write in one read; maxKept bounds what is kept.
const (
	bufferSize = 4 << 10
	maxKept    = 64 << 10
)

var buffers = sync.Pool{New: func() any {
	b := make([]byte, bufferSize)
	return &b
}}

func borrow() *[]byte { return buffers.Get().(*[]byte) }

func giveBack(b *[]byte) {
	if b == nil || cap(*b) < bufferSize || cap(*b) > maxKept {
		return
	}
	*b = (*b)[:cap(*b)]
	buffers.Put(b)
}
