package sqlitestore

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	_ "modernc.org/sqlite" // registers "sqlite" with database/sql
)

const (
	// writerPatience is how long a commit waits for a checkpoint in the way.
	writerPatience = 5 * time.Second
	// sidePatience is short: while Scrub waits, it holds the writer up.
	sidePatience = 50 * time.Millisecond
	// checkpointPages is how far the WAL grows (in pages of 4 KiB) before a commit
	// moves it into kith.db. More saves syncs, less keeps reads quick.
	checkpointPages = 2000
)

// dsn describes a connection to the store's file. Temporary tables and sorts stay
// in memory: what is read must not land in files that nobody scrubs.
func dsn(dir string, opt Options, patience time.Duration, more ...string) (string, error) {
	abs, err := filepath.Abs(filepath.Join(dir, dbName))
	if err != nil {
		return "", fmt.Errorf("cannot find the data folder: %w", err)
	}
	sync := "FULL"
	if opt.InsecureSyncOff {
		sync = "OFF"
	}
	q := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()),
		"journal_mode(WAL)",
		"synchronous(" + sync + ")",
		"secure_delete(ON)",
		"foreign_keys(ON)",
		"temp_store(MEMORY)",
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages),
	}, more...)}
	u := url.URL{Scheme: "file", Path: abs, RawQuery: q.Encode()}
	return u.String(), nil
}

func openPool(dir string, opt Options, patience time.Duration, conns int, more ...string) (*sql.DB, error) {
	name, err := dsn(dir, opt, patience, more...)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, fmt.Errorf("cannot open the store's file: %w", err)
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// readers is how many reads run at once. Each connection has its own page cache,
// so the number is small; a read is over in milliseconds.
func readers() int { return max(4, runtime.GOMAXPROCS(0)) }
