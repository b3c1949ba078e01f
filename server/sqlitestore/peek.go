package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Peek lists a bucket's values in a data folder that no Store has open, for commands
// that must change nothing: it neither locks nor migrates nor closes anything to
// others. A store that was never begun has none. Errors: ErrNewer,
// eventlog.ErrCorrupt, eventlog.ErrUnavailable.
func Peek(ctx context.Context, dir, bucket string) ([]eventlog.Value, error) {
	name, err := peekName(dir)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store's file: %w", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, asStoreError(err)
	}
	defer c.Close()
	switch layout, err := userVersion(ctx, c); {
	case err != nil || layout == 0:
		return nil, err
	case layout > newest:
		return nil, ErrNewer
	}
	rows, err := c.QueryContext(ctx, listText, bucket, time.Now().UnixMilli())
	if err != nil {
		return nil, asStoreError(err)
	}
	list, err := scanValues(rows)
	return list, asStoreError(err)
}

// peekName names the file for reading alone. Without a WAL the file can be taken for
// one that never changes, and SQLite makes nothing beside it; with one, which a killed
// process leaves, the newest of the store is in there and has to be read too.
func peekName(dir string) (string, error) {
	abs, err := filepath.Abs(filepath.Join(dir, dbName))
	if err != nil {
		return "", fmt.Errorf("cannot find the data folder: %w", err)
	}
	q := url.Values{"mode": {"ro"}, "_pragma": {"query_only(ON)", "temp_store(MEMORY)"}}
	if info, err := os.Stat(abs + "-wal"); err != nil || info.Size() == 0 {
		q.Set("immutable", "1")
	}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}
	return u.String(), nil
}
