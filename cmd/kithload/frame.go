package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The part of RFC 6455 that is needed here. It is written out, since the readers
// share two processors with the server they measure: they read into one buffer
// and copy nothing.
const (
	opText  = 1
	opClose = 8
	// readBuffer holds some frames; it grows to the largest that comes.
	readBuffer = 2 << 10
	maxFrame   = 1 << 20
)

// closedError is the server's goodbye.
type closedError struct{ code uint16 }

func (e *closedError) Error() string { return fmt.Sprintf("the server closed with code %d", e.code) }

var errFrame = errors.New("the server sent a frame that is not allowed")

// frames reads a server's frames.
type frames struct {
	from       io.Reader
	buf        []byte
	start, end int // of what is read and not yet handed out
}

// next is the payload of the next text frame, valid until the call after.
func (f *frames) next() ([]byte, error) {
	for {
		op, payload, err := f.frame()
		switch {
		case err != nil:
			return nil, err
		case op == opText:
			return payload, nil
		case op == opClose && len(payload) >= 2:
			return nil, &closedError{binary.BigEndian.Uint16(payload)}
		case op == opClose:
			return nil, &closedError{}
		}
	}
}

func (f *frames) frame() (op byte, payload []byte, err error) {
	head, err := f.peek(2)
	if err != nil {
		return 0, nil, err
	}
	// A whole message in one frame, not masked, without extensions.
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 {
		return 0, nil, errFrame
	}
	op = head[0] & 0x0f
	header, size := 2, uint64(head[1])
	switch size {
	case 126:
		header = 4
		if head, err = f.peek(header); err == nil {
			size = uint64(binary.BigEndian.Uint16(head[2:]))
		}
	case 127:
		header = 10
		if head, err = f.peek(header); err == nil {
			size = binary.BigEndian.Uint64(head[2:])
		}
	}
	if err != nil {
		return 0, nil, err
	}
	if size > maxFrame {
		return 0, nil, errFrame
	}
	whole, err := f.peek(header + int(size))
	if err != nil {
		return 0, nil, err
	}
	f.start += len(whole)
	return op, whole[header:], nil
}

// peek is the next n bytes, which stay where they are.
func (f *frames) peek(n int) ([]byte, error) {
	for f.end-f.start < n {
		if f.start > 0 && (f.start == f.end || f.start+n > len(f.buf)) {
			f.end = copy(f.buf, f.buf[f.start:f.end])
			f.start = 0
		}
		if n > len(f.buf) {
			f.buf = append(f.buf[:f.end], make([]byte, max(n, readBuffer)-f.end)...)
		}
		got, err := f.from.Read(f.buf[f.end:])
		f.end += got
		if err != nil && f.end-f.start < n {
			return nil, err
		}
	}
	return f.buf[f.start : f.start+n], nil
}

// textFrame is a server's frame around a payload.
func textFrame(payload []byte) []byte { return append(frameHeader(len(payload), 0), payload...) }

// writeFrame sends a client's frame, in one write. Clients must mask; the mask here is
// four zeros, which change nothing: it protects proxies on the way, and here are none.
func writeFrame(to net.Conn, payload []byte) error {
	_, err := to.Write(append(append(frameHeader(len(payload), 0x80), 0, 0, 0, 0), payload...))
	return err
}

func frameHeader(size int, masked byte) []byte {
	head := make([]byte, 0, 14+size)
	switch {
	case size < 126:
		return append(head, 0x80|opText, masked|byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(head, 0x80|opText, masked|126), uint16(size))
	}
	return binary.BigEndian.AppendUint64(append(head, 0x80|opText, masked|127), uint64(size))
}
