package keyfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func mustOpen(t *testing.T, dir string) *sqlitestore.Store {
	t.Helper()
	s, err := sqlitestore.Open(dir, sqlitestore.Options{InsecureSyncOff: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestCreateAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "kith.key")
	made, err := keyfile.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %04o, want 0600", info.Mode().Perm())
	}
	loaded, err := keyfile.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Current() != made.Current() || string(loaded.Derive("x")) != string(made.Derive("x")) {
		t.Error("what was loaded is another key")
	}
	if _, err := keyfile.Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("creating it again: %v, want os.ErrExist", err)
	}
	again, err := keyfile.Load(path)
	if err != nil || again.Current() != made.Current() {
		t.Errorf("a second Create changed the file: %v", err)
	}
}

// TestRefusedFiles: each refusal is told apart and says what to do.
func TestRefusedFiles(t *testing.T) {
	good := "current " + strings.Repeat("ab", 32) + "\n"
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		want       error
		says       string
	}{
		{"fine", good, 0o600, nil, ""},
		{"fine, read-only, with words", "# words\r\n\r\n" + good + "older " + strings.Repeat("CD", 32), 0o400, nil, ""},
		{"group may read", good, 0o640, keyfile.ErrOpen, "chmod 600"},
		{"others may read", good, 0o604, keyfile.ErrOpen, "chmod 600"},
		{"others may write", good, 0o602, keyfile.ErrOpen, "chmod 600"},
		{"empty", "", 0o600, keyfile.ErrDamaged, "copy"},
		{"only older", "older " + strings.Repeat("ab", 32), 0o600, keyfile.ErrDamaged, "copy"},
		{"two current", good + good, 0o600, keyfile.ErrDamaged, "copy"},
		{"short", "current " + strings.Repeat("ab", 31), 0o600, keyfile.ErrDamaged, "copy"},
		{"no digits", "current " + strings.Repeat("zz", 32), 0o600, keyfile.ErrDamaged, "copy"},
		{"unknown line", good + "newest " + strings.Repeat("ab", 32), 0o600, keyfile.ErrDamaged, "copy"},
		{"huge", good + strings.Repeat("#\n", 4096), 0o600, keyfile.ErrDamaged, "copy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "kith.key")
			if err := os.WriteFile(path, []byte(tt.text), tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := keyfile.Load(path)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil {
				return
			}
			if text := err.Error(); !strings.Contains(text, tt.says) || !strings.Contains(text, path) {
				t.Errorf("%q does not say what to do, or where", text)
			} else if strings.Contains(text, "abab") || strings.Contains(text, "zzzz") {
				t.Errorf("%q shows what is in the file", text)
			}
		})
	}
}

// TestInsideDataFolder: the attack is a copied data folder that brings its key.
func TestInsideDataFolder(t *testing.T) {
	data := t.TempDir()
	mustOpen(t, data)
	link, below := filepath.Join(t.TempDir(), "link"), filepath.Join(data, "below")
	if err := errors.Join(os.Mkdir(below, 0o700), os.Symlink(below, link)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{data, filepath.Join(data, "keys", "here"), link} {
		path := filepath.Join(dir, "kith.key")
		if _, err := keyfile.Create(path); !errors.Is(err, keyfile.ErrInside) {
			t.Errorf("creating in %s: %v, want ErrInside", dir, err)
		}
		if err := os.WriteFile(path, []byte("current "+strings.Repeat("ab", 32)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyfile.Load(path); !errors.Is(err, keyfile.ErrInside) {
			t.Errorf("loading from %s: %v, want ErrInside", dir, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpen goes through what can be wrong between a store and its key file. None of
// it may look like an empty history, and none may make a new key.
func TestOpen(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	dir := t.TempDir()
	path := filepath.Join(dir, "kith.key")
	open := func(path string) (*eventlog.Keyring, error) {
		return keyfile.Open(t.Context(), path, s, s.Values())
	}
	keys, err := open(path)
	if err != nil {
		t.Fatalf("the first start: %v", err)
	}
	// A key file that was lost before anything was stored is lost all the same.
	gone := filepath.Join(dir, "gone.key")
	if _, err := open(gone); !errors.Is(err, keyfile.ErrMissing) || !strings.Contains(err.Error(), gone) {
		t.Errorf("no file, an empty store that has a proof: %v, want ErrMissing with the place", err)
	}
	log := eventlog.Sealed(s, keys)
	if _, err := log.Append(t.Context(), "room/a", eventlog.Position{}, []eventlog.Record{{Body: []byte("said")}}); err != nil {
		t.Fatal(err)
	}
	again, err := open(path)
	if err != nil || again.Current() != keys.Current() {
		t.Fatalf("the second start: %v", err)
	}
	if _, err := open(gone); !errors.Is(err, keyfile.ErrMissing) {
		t.Errorf("no file: %v, want ErrMissing", err)
	}
	if _, err := os.Stat(gone); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key was made for a store that is not empty")
	}
	if _, err := keyfile.Create(gone); err != nil {
		t.Fatal(err)
	}
	if _, err := open(gone); !errors.Is(err, keyfile.ErrWrongKey) {
		t.Errorf("another key: %v, want ErrWrongKey", err)
	}
	proof, err := s.Values().Get(t.Context(), keyfile.Bucket, keys.Current().String())
	if err != nil {
		t.Fatal(err)
	}
	proof.Data[0] ^= 1
	if _, err := s.Values().Put(t.Context(), keyfile.Bucket, proof.Key, proof.Data, proof.Expires, eventlog.Any); err != nil {
		t.Fatal(err)
	}
	if _, err := open(path); !errors.Is(err, keyfile.ErrWrongKey) {
		t.Errorf("another proof: %v, want ErrWrongKey", err)
	}
	// Somebody took the proof away: the records are still there.
	if err := s.Values().Delete(t.Context(), keyfile.Bucket, keys.Current().String(), eventlog.Any); err != nil {
		t.Fatal(err)
	}
	if _, err := open(path); !errors.Is(err, keyfile.ErrWrongKey) {
		t.Errorf("records and no proof: %v, want ErrWrongKey", err)
	}
}
