package sqlitestore_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func TestFolderIsClosedToOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with ? % # and spaces", "data")
	s := mustOpen(t, dir, sqlitestore.Options{})
	if _, err := s.Append(t.Context(), "room/a", eventlog.Position{}, []eventlog.Record{message()}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has the mode %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, e := range entries {
		names += e.Name() + " "
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if want := "kith.db kith.db-shm kith.db-wal kith.lock "; names != want {
		t.Errorf("the folder has %q, want %q", names, want)
	}
}

// TestFolderOfOthers: a folder with other things in it is not Kith's to close.
func TestFolderOfOthers(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(filepath.Join(dir, "other"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir, sqlitestore.Options{})
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the folder has the mode %v, %v", info.Mode(), err)
	}
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, sqlitestore.Options{})
	_, err := sqlitestore.Open(dir, sqlitestore.Options{})
	if !errors.Is(err, sqlitestore.ErrLocked) || !strings.Contains(err.Error(), "stop that one first") {
		t.Errorf("a second Open in this process: %v, want ErrLocked with what to do", err)
	}
	if out := child(t, "open", dir); !strings.Contains(out, sqlitestore.ErrLocked.Error()) {
		t.Errorf("a second Open in another process: %q, want ErrLocked", out)
	}
	// The first is none the worse for it.
	if _, err := s.Append(t.Context(), "room/a", eventlog.Position{}, []eventlog.Record{message()}); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if out := child(t, "open", dir); !strings.Contains(out, "opened") {
		t.Errorf("after Close: %q", out)
	}
}

// child runs this test binary again to do one thing in another process.
func child(t *testing.T, what, dir string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDoes+"="+what, childDir+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// edit changes a store's file while no store has it open.
func edit(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), text)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestNewerLayout(t *testing.T) {
	dir := t.TempDir()
	if err := mustOpen(t, dir, sqlitestore.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "PRAGMA user_version = 99")
	before, err := os.ReadFile(filepath.Join(dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = sqlitestore.Open(dir, sqlitestore.Options{})
	if !errors.Is(err, sqlitestore.ErrNewer) || !strings.Contains(err.Error(), "install") || !strings.Contains(err.Error(), "99") {
		t.Errorf("got %v, want ErrNewer with what to do", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "kith.db"))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
	edit(t, dir, "PRAGMA user_version = 1")
	mustOpen(t, dir, sqlitestore.Options{})
}

func TestNotAStore(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kith.db"), bytes.Repeat([]byte("no database "), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlitestore.Open(dir, sqlitestore.Options{}); !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
	if err := os.Remove(filepath.Join(dir, "kith.db")); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, dir, sqlitestore.Options{}) // the refused Open let go of the folder
}
