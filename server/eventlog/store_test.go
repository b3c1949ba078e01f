package eventlog_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// folder is a data folder that a test looks into from outside, as somebody with
// the file but without the key could.
type folder struct {
	dir   string
	keys  *eventlog.Keyring
	store *sqlitestore.Store
}

func newFolder(t testing.TB) *folder {
	f := &folder{dir: t.TempDir(), keys: eventlog.NewKeyring(eventlog.NewKey())}
	f.open(t)
	t.Cleanup(func() { f.close(t) })
	return f
}

func (f *folder) open(t testing.TB) {
	t.Helper()
	var err error
	if f.store, err = sqlitestore.Open(f.dir, sqlitestore.Options{InsecureSyncOff: true}); err != nil {
		t.Fatal(err)
	}
}

func (f *folder) close(t testing.TB) {
	t.Helper()
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
}

func (f *folder) log() eventlog.Log       { return eventlog.Sealed(f.store, f.keys) }
func (f *folder) values() eventlog.Values { return eventlog.SealedValues(f.store.Values(), f.keys) }

// tamper runs statements on the file behind the store's back.
func (f *folder) tamper(t testing.TB, statements ...string) {
	t.Helper()
	f.close(t)
	db, err := sql.Open("sqlite", filepath.Join(f.dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		res, err := db.ExecContext(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			t.Fatalf("%s: it changed nothing", s)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f.open(t)
}

func mustAppend(t testing.TB, log eventlog.Log, stream string, after eventlog.Position, records ...eventlog.Record) eventlog.Position {
	t.Helper()
	head, err := log.Append(t.Context(), stream, after, records)
	if err != nil {
		t.Fatal(err)
	}
	return head
}
