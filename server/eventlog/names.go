package eventlog

import "errors"

var (
	// ErrName: a stream's or bucket's name, or a value's key, is empty, too long or
	// has a character that is not allowed. The text never repeats the name.
	ErrName = errors.New("eventlog: not a valid name")
	// ErrCursor: the cursor is none that this store gave. Begin again with the zero
	// Cursor.
	ErrCursor = errors.New("eventlog: the cursor is of another store")
)

// CheckName tells whether name may name a stream or a bucket: 1 to MaxStreamName
// bytes of [a-z0-9/_-]. It returns ErrName or nil.
func CheckName(name string) error {
	if len(name) == 0 || len(name) > MaxStreamName {
		return ErrName
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '/', c == '_', c == '-':
		default:
			return ErrName
		}
	}
	return nil
}

// CheckKey tells whether key may be a value's key: 1 to MaxValueKey bytes. It
// returns ErrName or nil.
func CheckKey(key string) error {
	if len(key) == 0 || len(key) > MaxValueKey {
		return ErrName
	}
	return nil
}
