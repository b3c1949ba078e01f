package sqlitestore

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kith-chat/kith/server/eventlog"
)

var (
	// ErrLocked: another Store, of this process or another, has the data folder open.
	ErrLocked = errors.New("another Kith is using this data folder; stop that one first, or give this one a folder of its own")
	// ErrNewer: the data folder was written by a version of Kith that this one does
	// not understand. Nothing was changed.
	ErrNewer = errors.New("the data folder was written by a newer version of Kith; install that version or a later one")

	errClosed = fmt.Errorf("%w: the store is closed", eventlog.ErrUnavailable)
)

// asStoreError says what an error of SQLite means to a caller. A context's own
// error stays what it is. The text has no value in it: SQLite's messages name
// tables and columns only.
func asStoreError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, eventlog.ErrUnavailable), errors.Is(err, eventlog.ErrCorrupt):
		return err
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // the low byte is the class, the rest its detail
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%w: the store's file is damaged: %w", eventlog.ErrCorrupt, err)
		}
	}
	return fmt.Errorf("%w: %w", eventlog.ErrUnavailable, err)
}
