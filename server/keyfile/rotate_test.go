package keyfile

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// programme is a data folder with a key file and things in it to rotate.
type programme struct {
	dir, path string
	store     *sqlitestore.Store
	heads     map[string]eventlog.Position
	old       *eventlog.Keyring
}

const (
	streams = 3
	each    = 300 // more than one step of a rotation
	values  = 40
)

func newProgramme(t *testing.T) *programme {
	p := &programme{dir: t.TempDir(), path: filepath.Join(t.TempDir(), "kith.key"), heads: map[string]eventlog.Position{}}
	p.open(t)
	t.Cleanup(func() { p.close(t) })
	p.old = p.mustStart(t)
	log, vals := eventlog.Sealed(p.store, p.old), eventlog.SealedValues(p.store.Values(), p.old)
	for s := range streams {
		name := fmt.Sprintf("room/%d", s)
		p.heads[name] = eventlog.Position{}
		for i := 0; i < each; i += 100 {
			var list []eventlog.Record
			for k := range 100 {
				list = append(list, eventlog.Record{Meta: []byte("meta"), Body: fmt.Appendf(nil, "said %d", i+k+1)})
			}
			if i > 0 {
				list[0].Erases = []eventlog.Seq{2, 7}
			}
			head, err := log.Append(t.Context(), name, p.heads[name], list)
			if err != nil {
				t.Fatal(err)
			}
			p.heads[name] = head
		}
	}
	for i := range values {
		var expires time.Time
		if i%2 == 1 {
			expires = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		if i == 3 {
			expires = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) // expired, not swept
		}
		if _, err := vals.Put(t.Context(), "session", fmt.Sprint("key ", i), make([]byte, i*50), expires, eventlog.Absent); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.store.Drop(t.Context(), "room/gone"); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *programme) open(t *testing.T) {
	t.Helper()
	var err error
	if p.store, err = sqlitestore.Open(p.dir, sqlitestore.Options{InsecureSyncOff: true}); err != nil {
		t.Fatal(err)
	}
}

func (p *programme) close(t *testing.T) {
	t.Helper()
	if err := p.store.Close(); err != nil {
		t.Error(err)
	}
}

func (p *programme) mustStart(t *testing.T) *eventlog.Keyring {
	t.Helper()
	keys, err := Open(t.Context(), p.path, p.store, p.store.Values())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// wantWhole reads everything with keys alone and holds it to what was written.
func (p *programme) wantWhole(t *testing.T, keys *eventlog.Keyring) {
	t.Helper()
	log, vals := eventlog.Sealed(p.store, keys), eventlog.SealedValues(p.store.Values(), keys)
	for name, head := range p.heads {
		if err := eventlog.Verify(t.Context(), log, name, head); err != nil {
			t.Fatal(err)
		}
		list, err := log.Read(t.Context(), name, 1, each)
		if err != nil || len(list) != each {
			t.Fatalf("%s: %d records, %v", name, len(list), err)
		}
		for i, r := range list {
			want := fmt.Sprintf("said %d", i+1)
			if i == 1 || i == 6 {
				want = ""
			}
			if string(r.Body) != want {
				t.Fatalf("record %d of %s: %q, want %q", r.Seq, name, r.Body, want)
			}
		}
	}
	for i := range values {
		v, err := vals.Get(t.Context(), "session", fmt.Sprint("key ", i))
		if i == 3 {
			if !errors.Is(err, eventlog.ErrNotFound) {
				t.Errorf("the expired value: %v", err)
			}
			continue
		}
		if err != nil || len(v.Data) != i*50 || v.Expires.IsZero() != (i%2 == 0) {
			t.Fatalf("value %d: %d bytes until %v, %v", i, len(v.Data), v.Expires, err)
		}
	}
}

// wantNoTrace looks for bytes sealed under a key in every file of the folder: each
// begins with the format and the key's id.
func (p *programme) wantNoTrace(t *testing.T, id eventlog.KeyID) {
	t.Helper()
	header := append([]byte{1}, id[:]...)
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if n := bytes.Count(b, header); n > 0 {
			t.Errorf("%s has %d things sealed under the old key", d.Name(), n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *programme) wantRotated(t *testing.T) {
	t.Helper()
	keys := p.mustStart(t)
	if keys.Current() == p.old.Current() || len(keys.Older()) > 0 {
		t.Fatal("the key file does not hold a new key alone")
	}
	text, err := os.ReadFile(p.path)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := parse(string(text), p.path); err != nil || len(c.older) > 0 {
		t.Fatalf("the key file: %v", err)
	}
	p.wantWhole(t, keys)
	p.wantNoTrace(t, p.old.Current())
	if err := Check(t.Context(), p.store.Values(), p.old, false); !errors.Is(err, ErrWrongKey) {
		t.Errorf("the old key alone: %v, want ErrWrongKey", err)
	}
	if _, err := eventlog.Sealed(p.store, p.old).Read(t.Context(), "room/1", 1, 1); !errors.Is(err, eventlog.ErrKey) {
		t.Errorf("reading with the old key: %v, want ErrKey", err)
	}
}

func TestRotate(t *testing.T) {
	p := newProgramme(t)
	p.wantWhole(t, p.old)
	last := 0
	err := Rotate(t.Context(), p.store, p.path, func(done int) { last = done })
	if err != nil {
		t.Fatal(err)
	}
	if want := streams*each + values; last != want {
		t.Errorf("progress ended at %d, want %d", last, want)
	}
	p.wantRotated(t)
}

var errKilled = errors.New("killed")

// TestRotateInterrupted stops a rotation after each of its steps and in the midst
// of sealing, restarts, and demands that a server is refused and that the next run
// ends it.
func TestRotateInterrupted(t *testing.T) {
	for _, step := range []string{
		"checked", "new key made", "rotation noted", "sealed anew", "scrubbed", "old proof removed", "old key removed",
		"300 done", "600 done", "910 done", "930 done",
	} {
		t.Run(step, func(t *testing.T) {
			p := newProgramme(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			progress := func(done int) {
				if fmt.Sprint(done, " done") == step || done == each && step == "300 done" {
					cancel()
				}
			}
			err := rotate(ctx, p.store, p.path, progress, func(done string) error {
				if done == step {
					return errKilled
				}
				return nil
			})
			if !errors.Is(err, errKilled) && !errors.Is(err, context.Canceled) {
				t.Fatalf("the rotation was not interrupted: %v", err)
			}
			p.close(t)
			p.open(t)
			untouched, finished := step == "checked", step == "old key removed"
			_, err = Open(t.Context(), p.path, p.store, p.store.Values())
			if untouched || finished {
				if err != nil {
					t.Fatalf("starting: %v", err)
				}
			} else if !errors.Is(err, ErrRotating) {
				t.Fatalf("starting in between: %v, want ErrRotating", err)
			}
			if !finished {
				if err := Rotate(t.Context(), p.store, p.path, nil); err != nil {
					t.Fatal(err)
				}
			}
			p.wantRotated(t)
		})
	}
}

// TestRotateTwice: a second rotation is a rotation, not the end of the first.
func TestRotateTwice(t *testing.T) {
	p := newProgramme(t)
	var between eventlog.KeyID
	for range 2 {
		between = p.mustStart(t).Current()
		if err := Rotate(t.Context(), p.store, p.path, nil); err != nil {
			t.Fatal(err)
		}
	}
	p.wantRotated(t)
	p.wantNoTrace(t, between)
}

// TestRotateWrongKey changes nothing if the file is not the store's.
func TestRotateWrongKey(t *testing.T) {
	p := newProgramme(t)
	other := filepath.Join(t.TempDir(), "kith.key")
	if _, err := Create(other); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := Rotate(t.Context(), p.store, other, nil); !errors.Is(err, ErrWrongKey) {
		t.Fatalf("got %v, want ErrWrongKey", err)
	}
	if after, err := os.ReadFile(other); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the key file was changed: %v", err)
	}
	p.wantWhole(t, p.mustStart(t))
}

// TestRotateOldFile: the operator puts the old key file back while a rotation is
// under way. Half of the data is sealed under a key that it does not have.
func TestRotateOldFile(t *testing.T) {
	p := newProgramme(t)
	old, err := os.ReadFile(p.path)
	if err != nil {
		t.Fatal(err)
	}
	err = rotate(t.Context(), p.store, p.path, nil, func(done string) error {
		if done == "sealed anew" {
			return errKilled
		}
		return nil
	})
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path, old, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), p.path, p.store, p.store.Values()); !errors.Is(err, ErrRotating) {
		t.Errorf("starting: %v, want ErrRotating", err)
	}
	if err := Rotate(t.Context(), p.store, p.path, nil); !errors.Is(err, ErrRotating) {
		t.Errorf("rotating: %v, want ErrRotating", err)
	}
}

func FuzzParse(f *testing.F) {
	var k eventlog.Key
	rand.Read(k[:])
	f.Add("# words\ncurrent " + hex.EncodeToString(k[:]) + "\nolder " + hex.EncodeToString(k[:]) + "\n")
	f.Add("current")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse(text, "kith.key")
		if err != nil {
			return
		}
		again, err := parse(c.text(), "kith.key")
		if err != nil || again.current != c.current || len(again.older) != len(c.older) {
			t.Errorf("what was read cannot be written and read again: %v", err)
		}
	})
}
