package wire_test

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/kith-chat/kith/server/wire"
)

// FuzzDecode: whatever comes, Decode returns; a refusal has a code of the list and
// names only fields of the protocol; an id goes back only if it is plain.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(with("join", `"room":"r","after":"p","history":7`)))
	f.Add([]byte(with("react", `"room":"r","message":"m","reaction":"hug","on":true`)))
	f.Add([]byte(`{"do":"ping","id":"00000000-0000-0000-0000-0000000000-0"}`))
	fields := []string{
		"", "do", "id", "room", "after", "before", "history", "limit", "text", "message", "reply_to", "member", "reaction", "on",
		"note", "reason", "mode", "kind", "outcome", "for", "for_new", "until", "overturn", "schedule", "quiet", "house",
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		cmd, id, failed := wire.Decode(line)
		if len(id) > 64 || bytes.ContainsAny([]byte(id), "\" \\<\n") || !utf8.ValidString(id) {
			t.Fatalf("an id that is not plain goes back: %q", id)
		}
		if failed == nil {
			if cmd.ID.String() != id || cmd.History > wire.MaxHistory || cmd.Limit > wire.MaxHistory || cmd.Limit < 1 {
				t.Fatalf("taken as %+v for %q", cmd, id)
			}
			return
		}
		if !slices.Contains(wire.Codes(), failed.Code) || !slices.Contains(fields, failed.Field) {
			t.Fatalf("refused as %+v", *failed)
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte("\n\n\xff"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		lines, failed := wire.Lines(frame)
		if (failed == nil) == (lines == nil) {
			t.Fatalf("%d lines and %v", len(lines), failed)
		}
		if failed == nil && !bytes.Equal(bytes.Join(lines, []byte("\n")), bytes.TrimRight(frame, "\n")) {
			t.Fatal("the lines are not the frame")
		}
	})
}

// FuzzTokens: what nobody made opens as nothing.
func FuzzTokens(f *testing.F) {
	made := tokens(1)
	theirs := tokens(2)
	f.Add(theirs.Message(roomA, 7))
	f.Add(theirs.Member(roomA, ana))
	f.Add(theirs.Position(roomA, wire.Position{Seq: 7}))
	f.Fuzz(func(t *testing.T, token string) {
		if kind := opens(made, roomA, token); kind != "" {
			t.Fatalf("%q was never made and opens as a %s", token, kind)
		}
	})
}
