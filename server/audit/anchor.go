package audit

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Anchor is where every stream ended at some time. As a text it is one line for the
// version, one for the time in UTC, one for each stream in order ("head", name, number,
// digest in hex), and one with the SHA-256 of all lines before. That last line, written
// down elsewhere, is enough to know the whole text again.
type Anchor struct {
	Made  time.Time
	Heads map[string]eventlog.Position
}

const anchorVersion = "kith anchor 1"

// ErrAnchor: the text is no anchor of a version this program knows, or was changed.
var ErrAnchor = errors.New("audit: not an anchor as kith audit anchor prints it, or it was changed")

// TakeAnchor is where every stream of log ends now.
func TakeAnchor(ctx context.Context, log eventlog.Log, now time.Time) (*Anchor, error) {
	heads, err := heads(ctx, log)
	if err != nil {
		return nil, err
	}
	return &Anchor{Made: now.UTC().Truncate(time.Second), Heads: heads}, nil
}

// Text is the anchor as it is printed.
func (a *Anchor) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nmade %s\n", anchorVersion, a.Made.Format(time.RFC3339))
	for _, stream := range slices.Sorted(maps.Keys(a.Heads)) {
		p := a.Heads[stream]
		fmt.Fprintf(&b, "head %s %d %x\n", stream, p.Seq, p.Digest)
	}
	fmt.Fprintf(&b, "sum %x\n", sha256.Sum256([]byte(b.String())))
	return b.String()
}

// ParseAnchor reads what Text made. The error is ErrAnchor, or that of reading.
func ParseAnchor(from io.Reader) (*Anchor, error) {
	a := &Anchor{Heads: map[string]eventlog.Position{}}
	lines := bufio.NewScanner(from)
	for n := 0; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if err := a.parseLine(n, strings.Fields(line), line); err != nil {
			if errors.Is(err, errSum) {
				return a.checked(line)
			}
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return nil, ErrAnchor // it ends before its sum
}

var errSum = errors.New("audit: the sum is reached")

func (a *Anchor) parseLine(n int, words []string, line string) (err error) {
	switch {
	case n == 0 && line == anchorVersion:
		return nil
	case n == 1 && len(words) == 2 && words[0] == "made":
		if a.Made, err = time.Parse(time.RFC3339, words[1]); err != nil {
			return ErrAnchor
		}
		return nil
	case n > 1 && len(words) == 2 && words[0] == "sum":
		return errSum
	case n > 1 && len(words) == 4 && words[0] == "head":
		seq, err := strconv.ParseUint(words[2], 10, 64)
		digest, hexErr := hex.DecodeString(words[3])
		if err != nil || hexErr != nil || len(digest) != len(eventlog.Digest{}) {
			return ErrAnchor
		}
		a.Heads[words[1]] = eventlog.Position{Seq: eventlog.Seq(seq), Digest: eventlog.Digest(digest)}
		return nil
	}
	return ErrAnchor
}

// checked holds the last line against what was read.
func (a *Anchor) checked(sum string) (*Anchor, error) {
	if !strings.HasSuffix(a.Text(), "\n"+sum+"\n") {
		return nil, ErrAnchor
	}
	return a, nil
}
