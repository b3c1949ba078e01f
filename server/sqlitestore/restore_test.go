package sqlitestore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// A backup becomes a store with the same head, and nothing is ever written over.
func TestRestore(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlitestore.Open(filepath.Join(dir, "one"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	records := []eventlog.Record{{Meta: []byte("meta"), Body: []byte("body"), HasBody: true}}
	head, err := s.Append(t.Context(), "stream", eventlog.Position{}, records)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "backup")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sqlitestore.Restore(file, filepath.Join(dir, "one")); err == nil {
		t.Error("a folder that holds data was written over")
	}
	if err := sqlitestore.Restore(filepath.Join(dir, "nothing"), filepath.Join(dir, "two")); err == nil {
		t.Error("a backup that is not there was restored")
	}
	if err := sqlitestore.Restore(file, filepath.Join(dir, "two")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "two", "kith.db")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	again, err := sqlitestore.Open(filepath.Join(dir, "two"), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, err := again.Head(t.Context(), "stream"); err != nil || got != head {
		t.Errorf("head %v, %v", got, err)
	}
}
