// Package audit holds the record to account: whether it is whole and in order, and what
// it says for somebody who may ask. It reads any log by its contract and writes nothing.
//
//	verify.go   every stream against its chain, its times and an anchor
//	anchor.go   all heads in one text that the operator keeps elsewhere
//	export.go   who did what, when and for which reason; never a word of a text
//	notice.go   what has to stand at the top of an export
package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/kith-chat/kith/server/eventlog"
)

// Finding is the first bad record of a stream.
type Finding struct {
	Stream string
	Seq    eventlog.Seq
	Reason string
}

// Verify looks at every stream of log, and at those that the anchor knows (nil: there
// is none). It goes on after a bad stream and returns how many it looked at and what it
// found, by stream. progress, if not nil, is told how many are done. The error is that of
// reading.
func Verify(ctx context.Context, log eventlog.Log, anchor *Anchor, progress func(done int)) (streams int, found []Finding, err error) {
	heads, err := heads(ctx, log)
	if err != nil {
		return 0, nil, err
	}
	known := map[string]eventlog.Position{}
	if anchor != nil {
		known = anchor.Heads
	}
	names := slices.Collect(maps.Keys(heads))
	for name := range known {
		if _, there := heads[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		f, err := verifyStream(ctx, log, name, heads[name], known[name])
		if err != nil {
			return i, found, err
		}
		if f != nil {
			found = append(found, *f)
		}
		if progress != nil {
			progress(i + 1)
		}
	}
	return len(names), found, nil
}

// heads is where each stream ends now. A stream that moves while it is asked is there
// once, at its newest.
func heads(ctx context.Context, log eventlog.Log) (map[string]eventlog.Position, error) {
	heads := map[string]eventlog.Position{}
	var cursor eventlog.Cursor
	for {
		list, next, err := log.Changes(ctx, cursor, 0)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return heads, nil
		}
		for _, c := range list {
			heads[c.Stream] = c.Head
		}
		cursor = next
	}
}

// verifyStream finds the first bad record of one stream; nil: there is none.
func verifyStream(ctx context.Context, log eventlog.Log, stream string, positions ...eventlog.Position) (*Finding, error) {
	var anchors []eventlog.Position
	for _, p := range positions {
		if p.Seq > 0 {
			anchors = append(anchors, p)
		}
	}
	var first *Finding
	err := eventlog.Verify(ctx, log, stream, anchors...)
	if corrupt, ok := errors.AsType[*eventlog.CorruptError](err); ok {
		first = &Finding{stream, corrupt.Seq, corrupt.Reason}
	} else if err != nil {
		return nil, err
	}
	late, err := backDated(ctx, log, stream)
	if err == nil && late != nil && (first == nil || cmp.Less(late.Seq, first.Seq)) {
		first = late
	}
	if errors.Is(err, eventlog.ErrCorrupt) || errors.Is(err, eventlog.ErrDropped) {
		err = nil // the chain's own finding says where; a dropped stream has no records
	}
	return first, err
}

// backDated finds the first record whose time lies before that of one before it. The
// chain does not know times: who can write it anew could date it anew.
func backDated(ctx context.Context, log eventlog.Log, stream string) (*Finding, error) {
	var latest int64
	for from := eventlog.Seq(1); ; {
		records, err := log.Read(ctx, stream, from, from+eventlog.MaxRead-1)
		if err != nil || len(records) == 0 {
			return nil, err
		}
		for _, r := range records {
			at, ok := timeOf(r.Meta)
			switch {
			case !ok:
				return &Finding{stream, r.Seq, "it has no time"}, nil
			case at < latest:
				return &Finding{stream, r.Seq, "it is dated before the record before it"}, nil
			}
			latest = at
		}
		from = records[len(records)-1].Seq + 1
	}
}

// timeOf is when a record says it was made, in ms since 1970: every kind has it under
// the same name.
func timeOf(meta []byte) (int64, bool) {
	var m struct {
		At *int64 `json:"at"`
	}
	if json.Unmarshal(meta, &m) != nil || m.At == nil {
		return 0, false
	}
	return *m.At, true
}
