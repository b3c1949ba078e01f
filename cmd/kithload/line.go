package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// Lines are not parsed but searched: decoding JSON for every delivery would take
// the processors away from the server that is measured. A quotation mark inside a
// text is always escaped, so that these patterns stand nowhere else.
var (
	answerMark = []byte(`"answer":"`)
	errorMark  = []byte(`"error":{"code":"`)
	helloMark  = []byte(`{"hello":`)
)

const (
	idSize     = 36 // a UUID's
	numberSize = 8  // hexadecimal digits of a number
)

// answer is what the server says to a command. code is "" for ok.
type answer struct {
	number uint32 // the last four bytes of the command's id
	code   string
}

// answerIn finds an answer in a line.
func answerIn(line []byte) (answer, bool) {
	i := bytes.Index(line, answerMark)
	if i < 0 {
		return answer{}, false
	}
	id := line[i+len(answerMark):]
	if len(id) < idSize {
		return answer{}, false
	}
	n, ok := number(id[idSize-numberSize:])
	if !ok {
		return answer{}, false
	}
	a := answer{number: n}
	if _, after, failed := bytes.Cut(line, errorMark); failed {
		code, _, _ := bytes.Cut(after, []byte(`"`))
		a.code = string(code)
	}
	return a, true
}

// number reads eight hexadecimal digits.
func number(digits []byte) (uint32, bool) {
	var raw [numberSize / 2]byte
	if len(digits) < numberSize {
		return 0, false
	}
	if _, err := hex.Decode(raw[:], digits[:numberSize]); err != nil {
		return 0, false
	}
	return uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3]), true
}

// textSize is how long a message is: a sentence.
const textSize = 80

const filler = "and these are words such as people write to each other, not many of them."

// textOf is what message n of a run says. tag tells runs apart.
func textOf(tag uint32, n int) string {
	return fmt.Sprintf("kithload %08x %08x %s", tag, n, filler)[:textSize]
}

// markOf is what stands before the number in a message of a run.
func markOf(tag uint32) []byte { return fmt.Appendf(nil, `"text":"kithload %08x `, tag) }

// messageIn finds the number of a message of the run that mark is of.
func messageIn(line, mark []byte) (uint32, bool) {
	i := bytes.Index(line, mark)
	if i < 0 {
		return 0, false
	}
	return number(line[i+len(mark):])
}

// markIn is the mark of the run that a delivery is of; nil if it is of none.
func markIn(line []byte) []byte {
	start := bytes.Index(line, []byte(`"text":"kithload `))
	if size := len(markOf(0)); start >= 0 && len(line) >= start+size {
		return bytes.Clone(line[start : start+size])
	}
	return nil
}
