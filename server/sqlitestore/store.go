package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Options are the settings of a Store. The zero Options are right for service.
type Options struct {
	// Clock tells when a value has expired. nil: time.Now.
	Clock func() time.Time
	// InsecureSyncOff commits without syncing: after a power loss acknowledged
	// records are gone or the file is damaged. For tests of other things only.
	InsecureSyncOff bool
}

// Store is a data folder that is open. Its methods may be called from any
// goroutine.
type Store struct {
	dir   string
	clock func() time.Time
	lock  *os.File

	reads  *sql.DB // query_only
	side   *sql.DB // scrubs and backups
	stmts  statements
	writer *writer
	scrub  *scrubber
	news   *broadcast

	closing sync.Once
	closed  error
}

var _ eventlog.Log = (*Store)(nil)

// Open opens the data folder dir, and makes it (mode 0700) if it is not there.
// Errors: ErrLocked, ErrNewer, eventlog.ErrCorrupt for a file that is not a store's,
// or what the file system says. Close the store when done.
func Open(dir string, opt Options) (*Store, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if err := prepareFolder(dir); err != nil {
		return nil, err
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, clock: opt.Clock, lock: lock, news: newBroadcast()}
	if err := s.open(opt); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	s.writer.start()
	s.scrub.start()
	return s, nil
}

// open fills s; on an error the caller closes what is there.
func (s *Store) open(opt Options) (err error) {
	ctx := context.Background()
	if s.writer, err = openWriter(s, opt); err != nil {
		return err
	}
	if s.side, err = openPool(s.dir, opt, sidePatience, 2); err != nil {
		return err
	}
	if s.reads, err = openPool(s.dir, opt, writerPatience, readers(), "query_only(ON)"); err != nil {
		return err
	}
	if err = s.stmts.prepare(ctx, s.reads); err != nil {
		return err
	}
	s.scrub = newScrubber(s.Scrub)
	// What a process that was killed still had to scrub.
	return s.Scrub(ctx)
}

// Close commits what is waiting, refuses what comes later with
// eventlog.ErrUnavailable, closes the channels of Watch and unlocks the folder.
// Closing twice is no error.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.writer.stop()
		s.scrub.stop()
		s.news.close()
		s.closed = s.closeFiles()
	})
	return s.closed
}

// closeFiles ends connections and lets go of the folder, last. The last
// connection to close moves the WAL into kith.db and removes it, so a store that
// was closed needs no scrub.
func (s *Store) closeFiles() error {
	var errs []error
	for _, db := range []*sql.DB{s.reads, s.side} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.writer != nil {
		errs = append(errs, s.writer.closeSession())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
