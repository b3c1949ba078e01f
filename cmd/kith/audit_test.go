package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/kith-chat/kith/server/audit"
)

// A whole record is said to be whole; one record less, and the stream and number of the
// first bad one are named, with exit code 1.
func TestAuditVerify(t *testing.T) {
	data, _ := folder(t)
	anchor := filepath.Join(t.TempDir(), "anchor.txt")
	if err := os.WriteFile(anchor, []byte(must(t, "audit", "anchor", "-data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "audit", "verify", "-data", data, "-anchor", anchor); !strings.Contains(out, "whole and in order") {
		t.Errorf("said %q", out)
	}
	stream := cutOff(t, data)
	if out := must(t, "audit", "verify", "-data", data); !strings.Contains(out, "-anchor") {
		t.Errorf("it does not say what it cannot see: %q", out)
	}
	got := kith(t, "audit", "verify", "-data", data, "-anchor", anchor)
	if got.err == nil || !strings.Contains(got.out, "BAD "+stream+", record ") {
		t.Errorf("%v: %q", got.err, got.out)
	}
}

// cutOff takes the last record of a room away, head and all, as if it had never been.
func cutOff(t *testing.T, data string) (stream string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(data, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id, seq int64
	if err := db.QueryRow("SELECT id, name, seq FROM streams WHERE name LIKE 'room/%' ORDER BY name LIMIT 1").Scan(&id, &stream, &seq); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("DELETE FROM records WHERE stream = ? AND seq = ?", id, seq); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE streams SET seq = ?1 - 1, digest = (SELECT substr(proof, 1, 32) FROM records WHERE stream = ?2 AND seq = ?1 - 1) WHERE id = ?2", seq, id); err != nil {
		t.Fatal(err)
	}
	return stream
}

func TestAuditExport(t *testing.T) {
	data, rooms := folder(t)
	file := filepath.Join(t.TempDir(), "export.csv")
	must(t, "audit", "export", "-data", data, "-room", string(rooms[0].ID), "-out", file)
	out, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), audit.Notice) || !strings.Contains(string(out), "member_joined") || strings.Contains(string(out), "Alias") {
		t.Errorf("the export is %s", out)
	}
	if out := must(t, "audit", "export", "-data", data, "-format", "json"); !strings.Contains(out, audit.NoticeVersion) || strings.Count(out, `"what":"exported"`) != 2 {
		t.Errorf("no notice in JSON, or an export is not in the record: %s", out)
	}
	fails(t, []string{"-out"}, "audit", "export", "-data", data, "-out", file)
	fails(t, []string{"csv or json"}, "audit", "export", "-data", data, "-format", "xml")
	fails(t, []string{"-from", "2026-11-27"}, "audit", "export", "-data", data, "-from", "yesterday")
	fails(t, []string{"-room"}, "audit", "export", "-data", data, "-room", "elsewhere")
	fails(t, []string{"verify", "anchor", "export"}, "audit")
	fails(t, []string{"no data", "-data"}, "audit", "verify", "-data", filepath.Join(t.TempDir(), "nothing"))
	fails(t, []string{"-anchor"}, "audit", "verify", "-data", data, "-anchor", file)
}
