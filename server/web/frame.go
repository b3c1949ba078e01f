package web

import (
	"encoding/binary"
	"sync"
)

// Frames, as in RFC 6455, section 5.2.
const (
	opMore   = 0x0
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xa

	finBit  = 0x80
	maskBit = 0x80

	maxControl = 125 // bytes of a control frame's payload
	twoBytes   = 126 // the length follows in two bytes
	eightBytes = 127 // in eight
)

// appendFrame adds a server's frame: whole and not masked.
func appendFrame(to []byte, op byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < twoBytes:
		to = append(to, finBit|op, byte(n))
	case n < 1<<16:
		to = binary.BigEndian.AppendUint16(append(to, finBit|op, twoBytes), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, finBit|op, eightBytes), uint64(n))
	}
	return append(to, payload...)
}

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
