package keyfile

import "errors"

// Errors, wrapped in a text that says what to do; test with errors.Is.
var (
	// ErrMissing: there is no key file, and the store is not empty.
	ErrMissing = errors.New("the key file is not there")
	// ErrOpen: others than its owner may read or write the key file.
	ErrOpen = errors.New("the key file is open to others")
	// ErrInside: the key file is in the data folder, so a copy of the folder would
	// hold the data and the key to it.
	ErrInside = errors.New("the key file is inside the data folder")
	// ErrDamaged: the key file is not in its form.
	ErrDamaged = errors.New("the key file is damaged")
	// ErrWrongKey: the store is sealed under another key than the file's.
	ErrWrongKey = errors.New("the key file does not belong to this data")
	// ErrRotating: a rotation was begun and has not come to its end.
	ErrRotating = errors.New("a change of the key was interrupted")
)
