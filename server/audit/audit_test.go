package audit_test

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/kith-chat/kith/server/audit"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// folder is a real store with three streams of six records each; in room/a the second
// body is erased by the fifth record.
type folder struct {
	dir  string
	keys *eventlog.Keyring
}

const canary = "canary words that somebody wrote"

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir(), keys: eventlog.NewKeyring(eventlog.NewKey())}
	f.in(t, func(log eventlog.Log) {
		for _, stream := range []string{"person/x", "room/a", "room/b"} {
			var at eventlog.Position
			for i := range 6 {
				at = add(t, log, stream, at, i)
			}
		}
	})
	return f
}

func add(t *testing.T, log eventlog.Log, stream string, at eventlog.Position, i int) eventlog.Position {
	t.Helper()
	r := eventlog.Record{Meta: meta(i), Body: []byte(canary), HasBody: true}
	if i == 4 {
		r = eventlog.Record{Meta: meta(i), Erases: []eventlog.Seq{2}}
	}
	next, err := log.Append(t.Context(), stream, at, []eventlog.Record{r})
	if err != nil {
		t.Fatal(err)
	}
	return next
}

var kinds = []string{"member_joined", "message_posted", "message_hidden", "message_reported", "bodies_erased", "=cmd()"}

func meta(i int) []byte {
	return fmt.Appendf(nil, `{"k":%q,"v":2,"at":%d,"by":"p_%d","d":{"reason":"unkind","person":"p_9","message":2,"secret":"canary"}}`, kinds[i], 1_800_000_000_000+int64(i)*1000, i)
}

func (f *folder) in(t *testing.T, do func(eventlog.Log)) {
	t.Helper()
	store, err := sqlitestore.Open(f.dir, sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	do(eventlog.Sealed(store, f.keys))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// tamper changes the stored file as somebody would who holds the machine.
func (f *folder) tamper(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(f.dir, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if got, err := db.Exec(s); err != nil {
			t.Fatal(err)
		} else if n, _ := got.RowsAffected(); n == 0 {
			t.Fatalf("changed nothing: %s", s)
		}
	}
}

func (f *folder) anchor(t *testing.T) (a *audit.Anchor) {
	t.Helper()
	f.in(t, func(log eventlog.Log) {
		var err error
		if a, err = audit.TakeAnchor(t.Context(), log, time.Unix(1_800_000_100, 0)); err != nil {
			t.Fatal(err)
		}
	})
	return a
}

func (f *folder) verify(t *testing.T, a *audit.Anchor) (found []audit.Finding) {
	t.Helper()
	f.in(t, func(log eventlog.Log) {
		var err error
		if _, found, err = audit.Verify(t.Context(), log, a, nil); err != nil {
			t.Fatal(err)
		}
	})
	return found
}

// Whatever is done to the stored record is found, and named by stream and number: some
// of it only by an anchor that was kept elsewhere.
func TestVerifyNamesWhatWasDone(t *testing.T) {
	const of = " WHERE stream = (SELECT id FROM streams WHERE name = 'room/a') AND seq = "
	cases := []struct {
		name     string
		tamper   []string
		want     eventlog.Seq
		anchored bool // it shows against the anchor alone
	}{
		{"flipped", []string{"UPDATE records SET meta = CAST(substr(meta, 1, 70) || x'00' || substr(meta, 72) AS BLOB)" + of + "3"}, 3, false},
		{"deleted", []string{"DELETE FROM records" + of + "3"}, 3, false},
		{"reordered", []string{"UPDATE records SET seq = 99" + of + "3", "UPDATE records SET seq = 3" + of + "4", "UPDATE records SET seq = 4" + of + "99"}, 3, false},
		{"body missing without an erase", []string{"UPDATE records SET erased = 1, body = zeroblob(length(body))" + of + "3"}, 3, false},
		{"truncated", []string{
			"DELETE FROM records" + of + "6",
			"UPDATE streams SET seq = 5, digest = (SELECT substr(proof, 1, 32) FROM records" + of + "5) WHERE name = 'room/a'",
		}, 6, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			a := f.anchor(t)
			if found := f.verify(t, a); len(found) != 0 {
				t.Fatalf("before: %v", found)
			}
			f.tamper(t, c.tamper...)
			if found := f.verify(t, nil); (len(found) == 0) != c.anchored {
				t.Errorf("without an anchor: %v", found)
			}
			found := f.verify(t, a)
			if len(found) != 1 || found[0].Stream != "room/a" || found[0].Seq != c.want {
				t.Errorf("found %v, want record %d of room/a", found, c.want)
			}
		})
	}
}

// Who holds the key can write a chain anew; the anchor has the old one.
func TestVerifyNamesARewrittenChain(t *testing.T) {
	f, other := newFolder(t), newFolder(t) // salts differ, so the digests do
	a := f.anchor(t)
	found := other.verify(t, a)
	if len(found) != 3 || found[1].Stream != "room/a" || found[1].Seq != 6 {
		t.Errorf("found %v", found)
	}
	if found := other.verify(t, nil); len(found) != 0 {
		t.Errorf("without an anchor it is whole: %v", found)
	}
}

// A stream that is not there at all shows against the anchor too.
func TestVerifyNamesAMissingStream(t *testing.T) {
	f := newFolder(t)
	a := f.anchor(t)
	a.Heads["room/gone"] = eventlog.Position{Seq: 2, Digest: eventlog.Digest{1}}
	found := f.verify(t, a)
	if len(found) != 1 || found[0].Stream != "room/gone" || found[0].Seq != 1 {
		t.Errorf("found %v", found)
	}
}

// A record whose time lies before that of its predecessor is named, though the chain is
// whole.
func TestVerifyNamesABackDatedRecord(t *testing.T) {
	f := newFolder(t)
	f.in(t, func(log eventlog.Log) {
		head, err := log.Head(t.Context(), "room/b")
		if err != nil {
			t.Fatal(err)
		}
		late := eventlog.Record{Meta: []byte(`{"k":"topic_set","at":1800000002000}`)}
		if _, err := log.Append(t.Context(), "room/b", head, []eventlog.Record{late}); err != nil {
			t.Fatal(err)
		}
	})
	found := f.verify(t, nil)
	if len(found) != 1 || found[0].Stream != "room/b" || found[0].Seq != 7 || !strings.Contains(found[0].Reason, "dated") {
		t.Errorf("found %v", found)
	}
}

func TestAnchorReadsBackAndShowsChanges(t *testing.T) {
	a := newFolder(t).anchor(t)
	again, err := audit.ParseAnchor(strings.NewReader(a.Text()))
	if err != nil || again.Text() != a.Text() {
		t.Fatalf("%v\n%s", err, a.Text())
	}
	lines := strings.SplitAfter(a.Text(), "\n")
	for name, text := range map[string]string{
		"empty": "", "another version": strings.Replace(a.Text(), "anchor 1", "anchor 2", 1),
		"a line less": strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), ""), "no sum": strings.Join(lines[:len(lines)-2], ""),
		"a number changed": strings.Replace(a.Text(), " 6 ", " 5 ", 1), "another time": strings.Replace(a.Text(), "made 2027", "made 2026", 1),
	} {
		if _, err := audit.ParseAnchor(strings.NewReader(text)); !errors.Is(err, audit.ErrAnchor) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseAnchor(f *testing.F) {
	f.Add("kith anchor 1\nmade 2027-01-15T08:01:40Z\nsum 00\n")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := audit.ParseAnchor(strings.NewReader(text)); err == nil && !strings.HasPrefix(strings.ReplaceAll(text, "\r", ""), a.Text()[:20]) {
			t.Error("something else was taken for an anchor")
		}
	})
}

// An export says who, when, what and why, carries the notice, and holds nothing that
// people wrote, no reporter, no formula.
func TestExport(t *testing.T) {
	f := newFolder(t)
	var lines, object bytes.Buffer
	f.in(t, func(log eventlog.Log) {
		within := audit.Range{Stream: "room/a", From: time.UnixMilli(1_800_000_001_000), To: time.UnixMilli(1_800_000_006_000)}
		if err := errors.Join(audit.CSV(t.Context(), log, within, &lines), audit.JSON(t.Context(), log, within, &object)); err != nil {
			t.Fatal(err)
		}
	})
	rows := readCSV(t, lines.Bytes())
	if len(rows) != 7 || !strings.Contains(rows[0][0], audit.Notice) {
		t.Fatalf("%q", rows)
	}
	want := []string{"2027-01-15T08:00:02Z", "room/a", "3", "p_2", "message_hidden", "unkind", "p_9", "2", ""}
	if strings.Join(rows[3], "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", rows[3], want)
	}
	if rows[4][4] != "message_reported" || rows[4][3] != "" {
		t.Errorf("who reported is told: %q", rows[4])
	}
	if rows[6][4] != "'=cmd()" {
		t.Errorf("a spreadsheet would run %q", rows[6][4])
	}
	var out struct {
		Notice  string
		Records []audit.Row
	}
	if err := json.Unmarshal(object.Bytes(), &out); err != nil || out.Notice != audit.Notice || len(out.Records) != 5 {
		t.Errorf("%v: %s", err, object.String())
	}
	if all := lines.String() + object.String(); strings.Contains(all, "canary") {
		t.Error("the export holds what people wrote")
	}
}

func readCSV(t *testing.T, data []byte) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
