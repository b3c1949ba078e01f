package move

import (
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/eventlog"
)

// step is how many records are read at once, and stepBytes how many bytes go to the
// target in one call: what a store does with them should take no time.
const (
	step      = 256
	stepBytes = 2 << 20
)

func differs(stream string, seq eventlog.Seq, why string) error {
	return fmt.Errorf("%w: record %d of %s %s", ErrDiffers, seq, stream, why)
}

// checkBeginning refuses a stream of the target that is not how the source's begins.
// The digest covers everything before it, so one record tells.
func (m *Move) checkBeginning(ctx context.Context, c eventlog.Change) error {
	there := m.there[c.Stream]
	switch {
	case there.Dropped && (!c.Dropped || there.Head != c.Head):
		return fmt.Errorf("%w: the stream %s was dropped in the target", ErrDiffers, c.Stream)
	case there.Head.Seq > c.Head.Seq:
		return differs(c.Stream, c.Head.Seq+1, "is in the target alone: it went on there")
	case c.Dropped || there.Head.Seq == 0:
		return nil
	}
	records, err := m.From.Read(ctx, c.Stream, there.Head.Seq, there.Head.Seq)
	if err != nil {
		return err
	}
	if len(records) != 1 || records[0].Digest != there.Head.Digest {
		return differs(c.Stream, there.Head.Seq, "or one before it is another one in the target")
	}
	return nil
}

func (m *Move) copyStreams(ctx context.Context) error {
	for _, c := range m.streams {
		var err error
		if c.Dropped {
			err = m.To.ImportDropped(ctx, c.Stream, c.Head)
		} else {
			err = m.copyStream(ctx, c)
		}
		if err != nil {
			return fmt.Errorf("copying %s: %w", c.Stream, err)
		}
		m.done.Streams++
		m.tell()
	}
	return nil
}

func (m *Move) copyStream(ctx context.Context, c eventlog.Change) error {
	head := m.there[c.Stream].Head
	if err := m.eraseSince(ctx, c.Stream, head.Seq); err != nil {
		return err
	}
	m.done.Records += int(head.Seq)
	for head.Seq < c.Head.Seq {
		records, err := m.From.Read(ctx, c.Stream, head.Seq+1, head.Seq+step)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return &eventlog.CorruptError{Stream: c.Stream, Seq: head.Seq + 1, Reason: "it is missing"}
		}
		for len(records) > 0 {
			n := fitting(records)
			if head, err = m.To.Import(ctx, c.Stream, head, records[:n]); err != nil {
				return err
			}
			records = records[n:]
			m.copied += n
			m.done.Records += n
			m.tell()
		}
	}
	return nil
}

// fitting is how many of the records go in one call: at least one.
func fitting(records []eventlog.Record) int {
	size := 0
	for i, r := range records {
		if size += len(r.Meta) + len(r.Body); size > stepBytes && i > 0 {
			return i
		}
	}
	return len(records)
}

// eraseSince takes bodies away that the source erased after an earlier run had
// copied them: a server may have run on the source in between.
func (m *Move) eraseSince(ctx context.Context, stream string, upTo eventlog.Seq) error {
	return m.both(ctx, stream, upTo, func(ours, theirs []eventlog.Record) error {
		var gone []eventlog.Seq
		for i, r := range theirs {
			if r.Body != nil && ours[i].Body == nil {
				gone = append(gone, r.Seq)
			}
		}
		if len(gone) == 0 {
			return nil
		}
		return m.To.ImportErased(ctx, stream, gone)
	})
}

// both reads a stream's beginning on both sides, some records at a time.
func (m *Move) both(ctx context.Context, stream string, upTo eventlog.Seq, look func(ours, theirs []eventlog.Record) error) error {
	for from := eventlog.Seq(1); from <= upTo; from += step {
		to := min(from+step-1, upTo)
		ours, err := m.From.Read(ctx, stream, from, to)
		if err != nil {
			return err
		}
		theirs, err := m.To.Read(ctx, stream, from, to)
		if err != nil {
			return err
		}
		want := int(to - from + 1)
		if len(ours) != want {
			return &eventlog.CorruptError{Stream: stream, Seq: from + eventlog.Seq(len(ours)), Reason: "it is missing"}
		}
		if len(theirs) != want {
			return differs(stream, from+eventlog.Seq(len(theirs)), "is missing in the target")
		}
		if err := look(ours, theirs); err != nil {
			return err
		}
	}
	return nil
}
