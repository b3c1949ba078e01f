package wire

import (
	"bytes"
	"encoding/json"
)

type (
	answerOK struct {
		Answer string `json:"answer"`
		OK     any    `json:"ok"`
	}
	answerError struct {
		Answer string `json:"answer"`
		Error  *Error `json:"error"`
	}
	helloLine struct {
		Hello Hello `json:"hello"`
	}
)

// OK is the line that answers the command id.
func OK(id string, ok any) []byte { return line(answerOK{id, ok}) }

// Refused is the line that answers the command id with an error.
func Refused(id string, err *Error) []byte { return line(answerError{id, err}) }

// Greeting is the first line of a connection.
func Greeting(h Hello) []byte { return line(helloLine{h}) }

// Line writes an Event, Signal or Presence.
func Line(v any) []byte { return line(v) }

// line writes one value without the line's end. Text is not HTML here: it stays
// readable, and the client only ever makes text nodes of it.
func line(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("wire: a line that cannot be written: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
