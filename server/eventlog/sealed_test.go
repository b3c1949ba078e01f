package eventlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// TestNothingPlainInFiles: the attack is a stolen data folder.
func TestNothingPlainInFiles(t *testing.T) {
	const canary = "a-name-that-somebody-wrote"
	f := newFolder(t)
	head := mustAppend(t, f.log(), "room/a", eventlog.Position{}, eventlog.Record{Meta: []byte("meta " + canary), Body: []byte("body " + canary)})
	mustAppend(t, f.log(), "room/a", head, eventlog.Record{Meta: []byte(canary), Erases: []eventlog.Seq{1}})
	if _, err := f.values().Put(t.Context(), "session", "key "+canary, []byte("data "+canary), time.Time{}, eventlog.Any); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(canary)) {
			t.Errorf("%s holds what was written in the clear", d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCommitmentsTellNothing: the same words twice have other commitments, so
// what is left of an erased body cannot be compared with a guess.
func TestCommitmentsTellNothing(t *testing.T) {
	f := newFolder(t)
	same := eventlog.Record{Meta: []byte("m"), Body: []byte("yes")}
	mustAppend(t, f.log(), "room/a", eventlog.Position{}, same, same)
	list, err := f.store.Read(t.Context(), "room/a", 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	if list[0].BodyCommit == list[1].BodyCommit || list[0].MetaCommit == list[1].MetaCommit || bytes.Equal(list[0].Body, list[1].Body) {
		t.Error("the same words can be seen to be the same")
	}
	if list[0].BodyCommit == list[0].MetaCommit {
		t.Error("metadata and body share a commitment")
	}
}

// TestReadNames: an error of Sealed names stream and number, and nothing that the
// record says.
func TestReadNames(t *testing.T) {
	f := newFolder(t)
	verifiable(t, f.log())
	f.tamper(t, `UPDATE records SET body = `+flip("body", 70)+` WHERE seq = 4`)
	_, err := f.log().Read(t.Context(), "room/a", 7, 1)
	wantBad(t, "Read", err, 4)
	if text := err.Error(); strings.Contains(text, "said") || strings.Contains(text, "meta") {
		t.Errorf("%q tells what the record says", text)
	}
	// A record read alone is held to its commitments, one among others to the chain.
	f.tamper(t, `UPDATE records SET proof = `+flip("proof", 40)+` WHERE seq = 2`)
	_, err = f.log().Read(t.Context(), "room/a", 2, 2)
	wantBad(t, "Read of one", err, 2)
	f.tamper(t, `UPDATE records SET proof = `+flip("proof", 5)+` WHERE seq = 6`)
	_, err = f.log().Read(t.Context(), "room/a", 5, 6)
	wantBad(t, "Read of two", err, 6)
	f.tamper(t, `DELETE FROM records WHERE seq = 4`)
	_, err = f.log().Read(t.Context(), "room/a", 3, 5)
	wantBad(t, "Read up", err, 4)
	_, err = f.log().Read(t.Context(), "room/a", 5, 3)
	wantBad(t, "Read down", err, 4)
}

// TestMissingKey: another key is not a damaged record.
func TestMissingKey(t *testing.T) {
	f := newFolder(t)
	mustAppend(t, f.log(), "room/a", eventlog.Position{}, eventlog.Record{Meta: []byte("m")})
	if _, err := f.values().Put(t.Context(), "session", "k", []byte("x"), time.Time{}, eventlog.Any); err != nil {
		t.Fatal(err)
	}
	other := eventlog.NewKeyring(eventlog.NewKey())
	_, readErr := eventlog.Sealed(f.store, other).Read(t.Context(), "room/a", 1, 1)
	_, listErr := eventlog.SealedValues(f.store.Values(), other).List(t.Context(), "session")
	for what, err := range map[string]error{"Read": readErr, "List": listErr} {
		if !errors.Is(err, eventlog.ErrKey) || errors.Is(err, eventlog.ErrCorrupt) {
			t.Errorf("%s: %v, want ErrKey alone", what, err)
		} else if !strings.Contains(err.Error(), f.keys.Current().String()) {
			t.Errorf("%s: %v does not name the key", what, err)
		}
	}
}

// TestOlderKeys: a keyring opens what its older keys sealed, and seals with its
// current one.
func TestOlderKeys(t *testing.T) {
	f := newFolder(t)
	first, second := eventlog.NewKey(), eventlog.NewKey()
	f.keys = eventlog.NewKeyring(first)
	head := mustAppend(t, f.log(), "room/a", eventlog.Position{}, eventlog.Record{Body: []byte("one")})
	f.keys = eventlog.NewKeyring(second, first)
	head = mustAppend(t, f.log(), "room/a", head, eventlog.Record{Body: []byte("two")})
	if err := eventlog.Verify(t.Context(), f.log(), "room/a", head); err != nil {
		t.Error(err)
	}
	f.keys = eventlog.NewKeyring(second)
	if list, err := f.log().Read(t.Context(), "room/a", 2, 2); err != nil || string(list[0].Body) != "two" {
		t.Errorf("the second with the second key alone: %v", err)
	}
	if _, err := f.log().Read(t.Context(), "room/a", 1, 1); !errors.Is(err, eventlog.ErrKey) {
		t.Errorf("the first with the second key alone: %v, want ErrKey", err)
	}
}

// TestValuesTampered: who can write the file but has not the key can neither move
// a value, nor make it live longer, nor exchange two.
func TestValuesTampered(t *testing.T) {
	end := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{
		"lives longer":       `UPDATE "values" SET expires = expires + 1`,
		"lives for ever":     `UPDATE "values" SET expires = 0`,
		"in another bucket":  `UPDATE "values" SET bucket = 'admin'`,
		"exchanged":          `UPDATE "values" SET slot = CASE slot WHEN 1 THEN 2 ELSE 1 END, size = (SELECT max(size) FROM "values")`,
		"data flipped":       `UPDATE slots SET data = ` + flip("data", 50),
		"format of tomorrow": `UPDATE slots SET data = ` + flip("data", 0),
		"cut to its header":  `UPDATE "values" SET size = 20`,
		"larger than it is":  `UPDATE "values" SET size = 100000`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			for _, k := range []string{"k1", "k2"} {
				if _, err := f.values().Put(t.Context(), "session", k, []byte("data"), end, eventlog.Any); err != nil {
					t.Fatal(err)
				}
			}
			f.tamper(t, text)
			bucket := "session"
			if name == "in another bucket" {
				bucket = "admin"
			}
			if _, err := f.values().List(t.Context(), bucket); !errors.Is(err, eventlog.ErrCorrupt) {
				t.Errorf("List: %v, want ErrCorrupt", err)
			}
			if bucket == "session" {
				if _, err := f.values().Get(t.Context(), bucket, "k1"); !errors.Is(err, eventlog.ErrCorrupt) {
					t.Errorf("Get: %v, want ErrCorrupt", err)
				}
			}
		})
	}
}

// TestKeysPrintNothing: a key in a log line is a key lost.
func TestKeysPrintNothing(t *testing.T) {
	var k eventlog.Key
	copy(k[:], "0123456789abcdef0123456789abcdef")
	ring := eventlog.NewKeyring(k, k)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
		for _, v := range []any{k, &k, ring, []eventlog.Key{k}, struct{ K eventlog.Key }{k}} {
			text := fmt.Sprintf(verb, v)
			for _, bad := range []string{"0123", "3031", "48 49", "0x30", "48, 49"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s of %T shows the key", verb, v)
				}
			}
		}
	}
	text, err := json.Marshal(map[string]any{"key": k, "ring": ring})
	if err != nil || strings.Contains(string(text), "48,49") {
		t.Errorf("JSON shows the key: %v", err)
	}
}

// TestDerive: one purpose, one secret.
func TestDerive(t *testing.T) {
	a, b := eventlog.NewKey(), eventlog.NewKey()
	ring := eventlog.NewKeyring(a, b)
	if !bytes.Equal(ring.Derive("tokens"), eventlog.NewKeyring(a).Derive("tokens")) {
		t.Error("the same key and purpose give other bytes")
	}
	if len(ring.Derive("tokens")) != 32 {
		t.Error("not 32 bytes")
	}
	seen := map[string]bool{}
	for _, d := range [][]byte{
		ring.Derive("tokens"), ring.Derive("other"), eventlog.NewKeyring(b).Derive("tokens"),
		a[:], ring.Proof(a.ID()), ring.Proof(b.ID()),
	} {
		if seen[string(d)] {
			t.Error("two secrets are the same")
		}
		seen[string(d)] = true
	}
	if ring.Proof(eventlog.KeyID{}) != nil {
		t.Error("a proof of a key that is not there")
	}
}
