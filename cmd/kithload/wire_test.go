package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Frames of all three lengths come out as they went in, however they arrive.
func TestFrames(t *testing.T) {
	var stream []byte
	var want []string
	for _, n := range []int{0, 1, 125, 126, 3000, 1<<16 - 1, 1 << 16} {
		want = append(want, strings.Repeat("x", n))
		stream = append(stream, textFrame([]byte(want[len(want)-1]))...)
	}
	stream = append(stream, 0x88, 2, 4001>>8, 4001&0xff)
	for name, from := range map[string]io.Reader{
		"at once": bytes.NewReader(stream), "in halves": iotest.HalfReader(bytes.NewReader(stream)), "byte by byte": iotest.OneByteReader(bytes.NewReader(stream)),
	} {
		f := frames{from: from}
		for i, text := range want {
			if got, err := f.next(); err != nil || string(got) != text {
				t.Fatalf("%s: frame %d has %d bytes, %v; want %d", name, i, len(got), err, len(text))
			}
		}
		_, err := f.next()
		if e, ok := errors.AsType[*closedError](err); !ok || e.code != 4001 {
			t.Errorf("%s: the goodbye is %v", name, err)
		}
	}
	for _, bad := range []string{"\x01\x00", "\x81\x80aaaa", "\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"} {
		f := frames{from: strings.NewReader(bad)}
		if _, err := f.next(); !errors.Is(err, errFrame) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// The lines that the server really writes are recognised.
func TestLines(t *testing.T) {
	const tag = 0xdeadbeef
	event := wire.Line(wire.Event{Event: "message", Message: wire.Message{Text: textOf(tag, 1234)}})
	if n, ok := messageIn(event, markOf(tag)); !ok || n != 1234 {
		t.Errorf("message %d, %v", n, ok)
	}
	if _, ok := messageIn(event, markOf(tag+1)); ok {
		t.Error("a message of another run")
	}
	if !bytes.Equal(markIn(event), markOf(tag)) {
		t.Errorf("mark %q", markIn(event))
	}
	quoted := wire.Line(wire.Event{Event: "message", Message: wire.Message{Text: `"text":"` + textOf(tag, 1)}})
	if _, ok := messageIn(quoted, markOf(tag)); ok {
		t.Error("a text that looks like a message")
	}
	id := commandID(tag, 77)
	if _, ok := room.ParseCommandID(id); !ok {
		t.Fatalf("%s is no command id", id)
	}
	if a, ok := answerIn(wire.OK(id, wire.Done{})); !ok || a != (answer{77, ""}) {
		t.Errorf("answer %+v, %v", a, ok)
	}
	if a, ok := answerIn(wire.Refused(id, wire.Err("too_fast"))); !ok || a != (answer{77, "too_fast"}) {
		t.Errorf("refusal %+v, %v", a, ok)
	}
	if _, ok := answerIn(wire.Line(wire.Signal{Signal: "rooms"})); ok {
		t.Error("a signal is no answer")
	}
}
