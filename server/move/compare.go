package move

import (
	"bytes"
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/eventlog"
)

// compareStreams holds every record of the target against the source's.
func (m *Move) compareStreams(ctx context.Context) error {
	m.done.Comparing, m.done.Streams, m.done.Records = true, 0, 0
	all, err := list(ctx, m.To)
	if err != nil {
		return err
	}
	there := make(map[string]eventlog.Change, len(all))
	for _, c := range all {
		there[c.Stream] = c
	}
	for _, c := range m.streams {
		if there[c.Stream] != c {
			return fmt.Errorf("%w: the stream %s does not end in the same place", ErrDiffers, c.Stream)
		}
		if !c.Dropped {
			if err := m.compareStream(ctx, c); err != nil {
				return err
			}
		}
		m.done.Streams++
		m.tell()
	}
	return nil
}

func (m *Move) compareStream(ctx context.Context, c eventlog.Change) error {
	var at eventlog.Position
	err := m.both(ctx, c.Stream, c.Head.Seq, func(ours, theirs []eventlog.Record) error {
		for i, r := range theirs {
			at = at.Next(r)
			if why := unlike(ours[i], r); why != "" {
				return differs(c.Stream, r.Seq, why)
			}
			if at != (eventlog.Position{Seq: r.Seq, Digest: r.Digest}) {
				return differs(c.Stream, r.Seq, "does not follow the one before it")
			}
		}
		m.done.Records += len(theirs)
		m.tell()
		return nil
	})
	if err == nil && at != c.Head {
		err = differs(c.Stream, at.Seq, "is not where the stream ends")
	}
	return err
}

// unlike says in what a record is not the other. Bytes are compared sealed.
func unlike(ours, theirs eventlog.Record) string {
	switch {
	case ours.Seq != theirs.Seq || ours.Digest != theirs.Digest:
		return "is another one in the target"
	case ours.MetaCommit != theirs.MetaCommit || ours.BodyCommit != theirs.BodyCommit:
		return "has other commitments in the target"
	case !bytes.Equal(ours.Meta, theirs.Meta):
		return "has other metadata in the target"
	case ours.HasBody != theirs.HasBody || (ours.Body == nil) != (theirs.Body == nil):
		return "has its body on one side alone"
	case !bytes.Equal(ours.Body, theirs.Body):
		return "has another body in the target"
	}
	return ""
}
