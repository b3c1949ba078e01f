// Package strictjson reads JSON that a program of ours must have written, or a
// client must get right: one value in valid UTF-8, names spelt as they are and
// standing once, none that is not known, nothing after it. The standard library's
// decoder lets letter case and repeated names pass.
package strictjson

import (
	"errors"

	"github.com/go-json-experiment/json"
)

// ErrUnreadable is all that is told of a fault: its cause could quote the data.
var ErrUnreadable = errors.New("not the JSON that was expected")

// Unmarshal reads data into into. The error is ErrUnreadable.
func Unmarshal(data []byte, into any) error {
	if json.Unmarshal(data, into, json.RejectUnknownMembers(true)) != nil {
		return ErrUnreadable
	}
	return nil
}
