package eventlog

import "fmt"

// CorruptError names the record that does not match its chain. It is ErrCorrupt
// for errors.Is, and holds nothing of what the record says.
type CorruptError struct {
	Stream string // empty where the caller named it
	Seq    Seq
	Reason string // fixed words
}

func (e *CorruptError) Error() string {
	if e.Stream == "" {
		return fmt.Sprintf("%v: record %d: %s", ErrCorrupt, e.Seq, e.Reason)
	}
	return fmt.Sprintf("%v: record %d of %s: %s", ErrCorrupt, e.Seq, e.Stream, e.Reason)
}

// Unwrap makes errors.Is(err, ErrCorrupt) true.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }
