package sqlitestore_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// The test binary runs itself again as a child that these tell what to do.
const (
	childDoes = "KITH_TEST_CHILD"
	childDir  = "KITH_TEST_DIR"
)

// runChild is the child's main. It ends the process.
func runChild(what, dir string) {
	s, err := sqlitestore.Open(dir, sqlitestore.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(0)
	}
	fmt.Println("opened")
	if what == "append" {
		appendForEver(s)
	}
	os.Exit(0)
}

const crashWriters = 4

// appendForEver prints each position once it is acknowledged: stream, number,
// digest. Every append has two records; the second erases the body before the
// first, so that a half append shows.
func appendForEver(s *sqlitestore.Store) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range crashWriters {
		wg.Go(func() {
			ctx, stream := context.Background(), fmt.Sprintf("room/%d", w)
			head, err := s.Head(ctx, stream)
			for err == nil {
				list := []eventlog.Record{crashRecord(head.Seq + 1), crashRecord(head.Seq + 2)}
				if head.Seq > 0 {
					list[1].Erases = []eventlog.Seq{head.Seq - 1}
				}
				if head, err = s.Append(ctx, stream, head, list); err == nil {
					mu.Lock()
					fmt.Printf("%s %d %x\n", stream, head.Seq, head.Digest)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
}

func crashRecord(seq eventlog.Seq) eventlog.Record {
	r := eventlog.Record{Meta: fmt.Appendf(nil, "meta %d", seq), Body: fmt.Appendf(nil, "body %d", seq)}
	r.MetaCommit[0], r.BodyCommit[0] = byte(seq), byte(seq>>8)
	return r
}

// TestKill kills a writing process at random moments and demands that everything
// it acknowledged is there.
func TestKill(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	acknowledged := map[string]eventlog.Position{}
	for range 15 {
		killAfter(t, dir, 1+rng.IntN(60), acknowledged)
		s := mustOpen(t, dir, sqlitestore.Options{})
		for w := range crashWriters {
			stream := fmt.Sprintf("room/%d", w)
			checkCrashed(t, s, stream, acknowledged[stream])
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter lets a child append, kills it when it has printed lines lines, and
// notes what it said up to its end.
func killAfter(t *testing.T, dir string, lines int, acknowledged map[string]eventlog.Position) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childDoes+"=append", childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	for n := 0; ; n++ {
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		line, err := r.ReadString('\n')
		if err == io.EOF { // what is cut off was not said
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		var stream, digest string
		var p eventlog.Position
		if _, err := fmt.Sscan(line, &stream, &p.Seq, &digest); err != nil {
			if n == 0 && strings.HasPrefix(line, "opened") {
				continue
			}
			t.Fatalf("the child said %q", line)
		}
		if _, err := hex.Decode(p.Digest[:], []byte(digest)); err != nil {
			t.Fatal(err)
		}
		acknowledged[stream] = p
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
}

// checkCrashed holds a stream to what was acknowledged of it, and looks for half
// an append.
func checkCrashed(t *testing.T, s *sqlitestore.Store, stream string, known eventlog.Position) {
	t.Helper()
	if err := eventlog.VerifyChain(t.Context(), s, stream, known); err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	if head.Seq%2 != 0 {
		t.Fatalf("%s ends in half an append, at %d", stream, head.Seq)
	}
	for from := eventlog.Seq(1); from <= head.Seq; from += eventlog.MaxRead {
		list, err := s.Read(t.Context(), stream, from, head.Seq)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			// The append at n+1 erased record n-1, for every even n up to the head.
			erased := r.Seq%2 == 1 && r.Seq+2 <= head.Seq
			if (r.Body == nil) != erased {
				t.Fatalf("%s of %d: the body of record %d is missing: %v, want %v", stream, head.Seq, r.Seq, r.Body == nil, erased)
			}
			if want := crashRecord(r.Seq); string(r.Meta) != string(want.Meta) || r.Body != nil && string(r.Body) != string(want.Body) {
				t.Fatalf("%s: record %d is another one", stream, r.Seq)
			}
		}
	}
}
