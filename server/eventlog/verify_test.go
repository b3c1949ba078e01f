package eventlog_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
)

// flip is an expression for a column with one byte of it changed.
func flip(column string, at int) string {
	return fmt.Sprintf("CAST(substr(%[1]s, 1, %[2]d) || CASE substr(%[1]s, %[3]d, 1) WHEN x'00' THEN x'01' ELSE x'00' END"+
		" || substr(%[1]s, %[4]d) AS BLOB)", column, at, at+1, at+2)
}

// TestVerifyNames tampers with a stream of seven records in each way there is and
// demands that the verifier names the record.
func TestVerifyNames(t *testing.T) {
	const of = " WHERE stream = (SELECT id FROM streams WHERE name = 'room/a') AND seq = "
	for _, tt := range []struct {
		name   string
		tamper []string
		want   eventlog.Seq // 0: nothing wrong
		chain  eventlog.Seq // what VerifyChain finds, without the key
	}{
		{name: "nothing"},
		{"metadata flipped", []string{"UPDATE records SET meta = " + flip("meta", 70) + of + "3"}, 3, 0},
		{"body flipped", []string{"UPDATE records SET body = " + flip("body", 70) + of + "4"}, 4, 0},
		{"metadata of another record", []string{"UPDATE records SET meta = (SELECT meta FROM records" + of + "3)" + of + "4"}, 4, 0},
		{"body of another stream", []string{"UPDATE records SET body = (SELECT r.body FROM records r JOIN streams s ON s.id = r.stream WHERE s.name = 'room/b' AND r.seq = 3)" + of + "3"}, 3, 0},
		{"body in place of metadata", []string{"UPDATE records SET meta = body" + of + "3"}, 3, 0},
		{"digest flipped", []string{"UPDATE records SET proof = " + flip("proof", 5) + of + "5"}, 5, 5},
		{"commitment flipped", []string{"UPDATE records SET proof = " + flip("proof", 40) + of + "5"}, 5, 5},
		{"body commitment flipped", []string{"UPDATE records SET proof = " + flip("proof", 80) + of + "5"}, 5, 5},
		{"one deleted", []string{"DELETE FROM records" + of + "3"}, 3, 3},
		{"the last deleted", []string{"DELETE FROM records" + of + "7"}, 7, 7},
		{"two exchanged", []string{
			"UPDATE records SET seq = 99" + of + "3", "UPDATE records SET seq = 3" + of + "4", "UPDATE records SET seq = 4" + of + "99",
		}, 3, 3},
		{"cut off, head and all", []string{
			"DELETE FROM records" + of + "7",
			"UPDATE streams SET seq = 6, digest = (SELECT substr(proof, 1, 32) FROM records" + of + "6) WHERE name = 'room/a'",
		}, 7, 7},
		{"head moved", []string{"UPDATE streams SET digest = zeroblob(32) WHERE name = 'room/a'"}, 7, 7},
		{"body gone without a record of it", []string{"UPDATE records SET erased = 1, body = zeroblob(length(body))" + of + "4"}, 4, 0},
		{"body gone and never there", []string{"UPDATE records SET body = NULL" + of + "4"}, 4, 4},
		{"another body in place of an erased one", []string{"UPDATE records SET erased = 0, body = (SELECT body FROM records" + of + "4)" + of + "2"}, 2, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFolder(t)
			known := verifiable(t, f.log())
			if len(tt.tamper) > 0 {
				f.tamper(t, tt.tamper...)
			}
			wantBad(t, "Verify", eventlog.Verify(t.Context(), f.log(), "room/a", known), tt.want)
			wantBad(t, "VerifyChain", eventlog.VerifyChain(t.Context(), f.store, "room/a", known), tt.chain)
			if err := eventlog.Verify(t.Context(), f.log(), "room/b"); err != nil {
				t.Errorf("the other stream: %v", err)
			}
		})
	}
}

// verifiable writes seven records, the second erased, to two streams.
func verifiable(t *testing.T, log eventlog.Log) eventlog.Position {
	var known eventlog.Position
	for _, stream := range []string{"room/b", "room/a"} {
		known = eventlog.Position{}
		for i := range 7 {
			r := eventlog.Record{Meta: []byte("meta"), Body: []byte("said")}
			if i == 5 {
				r = eventlog.Record{Meta: []byte("erases"), Erases: []eventlog.Seq{2}}
			}
			known = mustAppend(t, log, stream, known, r)
		}
	}
	return known
}

func wantBad(t *testing.T, what string, err error, want eventlog.Seq) {
	t.Helper()
	if want == 0 {
		if err != nil {
			t.Errorf("%s: %v, want nothing wrong", what, err)
		}
		return
	}
	bad, ok := errors.AsType[*eventlog.CorruptError](err)
	if !ok || !errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("%s: %v, want ErrCorrupt", what, err)
		return
	}
	if bad.Seq != want || bad.Stream != "room/a" {
		t.Errorf("%s names record %d of %s (%v), want %d of room/a", what, bad.Seq, bad.Stream, err, want)
	}
}

// TestVerifyPutBack: somebody kept the sealed bytes of a body from before its
// erasure (in a backup, say) and puts them back. They open, and the chain holds.
func TestVerifyPutBack(t *testing.T) {
	f := newFolder(t)
	said := eventlog.Record{Body: []byte("said")}
	head := mustAppend(t, f.log(), "room/a", eventlog.Position{}, said, said)
	kept, err := f.store.Read(t.Context(), "room/a", 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, f.log(), "room/a", head, eventlog.Record{Erases: []eventlog.Seq{2}})
	wantBad(t, "before", eventlog.Verify(t.Context(), f.log(), "room/a"), 0)
	f.tamper(t, fmt.Sprintf("UPDATE records SET erased = 0, body = x'%x' WHERE seq = 2", kept[0].Body))
	wantBad(t, "after", eventlog.Verify(t.Context(), f.log(), "room/a"), 2)
}

// TestVerifyAnchors: positions known from elsewhere have to lie on the chain.
func TestVerifyAnchors(t *testing.T) {
	f := newFolder(t)
	head := verifiable(t, f.log())
	records, err := f.log().Read(t.Context(), "room/a", 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	third := eventlog.Position{Seq: 3, Digest: records[0].Digest}
	wantBad(t, "anchors on the chain", eventlog.Verify(t.Context(), f.log(), "room/a", third, head, eventlog.Position{}), 0)
	wantBad(t, "of another history", eventlog.Verify(t.Context(), f.log(), "room/a", eventlog.Position{Seq: 3, Digest: head.Digest}), 3)
	wantBad(t, "beyond the end", eventlog.Verify(t.Context(), f.log(), "room/a", third, eventlog.Position{Seq: 9}), 8)
	if err := f.log().Drop(t.Context(), "room/a"); err != nil {
		t.Fatal(err)
	}
	wantBad(t, "dropped", eventlog.Verify(t.Context(), f.log(), "room/a", third, head), 0)
	wantBad(t, "dropped, another history", eventlog.Verify(t.Context(), f.log(), "room/a", eventlog.Position{Seq: 7}), 7)
}

// TestVerifyAll counts streams, tells progress and names every bad one.
func TestVerifyAll(t *testing.T) {
	f := newFolder(t)
	for i := range 5 {
		mustAppend(t, f.log(), fmt.Sprintf("room/%d", i), eventlog.Position{}, eventlog.Record{Body: []byte("said")})
	}
	f.tamper(t, `UPDATE records SET meta = `+flip("meta", 70)+` WHERE stream IN (SELECT id FROM streams WHERE name IN ('room/1', 'room/3'))`)
	var told []string
	n, err := eventlog.VerifyAll(t.Context(), f.log(), func(stream string) { told = append(told, stream) })
	if n != 5 || len(told) != 5 {
		t.Errorf("verified %d streams, told of %d, want 5", n, len(told))
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 2 {
		t.Fatalf("got %v, want two bad streams", err)
	}
}

// TestVerifyKey: without the key nothing is verified and nothing is called bad.
func TestVerifyKey(t *testing.T) {
	f := newFolder(t)
	verifiable(t, f.log())
	other := eventlog.Sealed(f.store, eventlog.NewKeyring(eventlog.NewKey()))
	err := eventlog.Verify(t.Context(), other, "room/a")
	if !errors.Is(err, eventlog.ErrKey) || errors.Is(err, eventlog.ErrCorrupt) {
		t.Errorf("with another key: %v, want ErrKey alone", err)
	}
	if err := eventlog.VerifyChain(t.Context(), f.store, "room/a"); err != nil {
		t.Errorf("the chain alone: %v", err)
	}
}
