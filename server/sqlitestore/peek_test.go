package sqlitestore_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// names are the files of a folder with their modes.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+" "+info.Mode().String()+" "+info.ModTime().String())
	}
	return all
}

// Peek sees what is stored and leaves the folder as it was; of a store that was killed
// it sees what is in the WAL alone.
func TestPeek(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := sqlitestore.Open(dir, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Values().Put(t.Context(), "key", "a", []byte("proof"), time.Time{}, eventlog.Any); err != nil {
		t.Fatal(err)
	}
	killed := t.TempDir() // as a killed process leaves it
	for _, name := range []string{"kith.db", "kith.db-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(killed, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	for _, one := range []string{dir, killed} {
		list, err := sqlitestore.Peek(t.Context(), one, "key")
		if err != nil || len(list) != 1 || string(list[0].Data) != "proof" {
			t.Errorf("%s: %v, %v", one, list, err)
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 || !slices.Equal(before, names(t, dir)) {
		t.Errorf("the folder was changed: %v, then %v", before, names(t, dir))
	}
}

func TestPeekWhereThereIsNoStore(t *testing.T) {
	dir := t.TempDir()
	if _, err := sqlitestore.Peek(t.Context(), dir, "key"); err == nil {
		t.Error("an empty folder was read")
	}
	file := filepath.Join(dir, "kith.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := sqlitestore.Peek(t.Context(), dir, "key"); err != nil || len(list) != 0 {
		t.Errorf("a store never begun: %v, %v", list, err)
	}
	if err := os.WriteFile(file, []byte("this is no database, and never was one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlitestore.Peek(t.Context(), dir, "key"); !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("no store: %v", err)
	}
}
