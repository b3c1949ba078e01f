package eventlog

import (
	"context"
	"fmt"
)

// Sealed wraps a Log so that the store below sees no plain byte: metadata and
// bodies are sealed under the current key of keys, and commitments to them are
// filled in. On the way out everything is opened and checked against its
// commitments and its neighbours in the chain.
//
// Errors beyond the Log's own: ErrCorrupt, naming stream and number and nothing
// else, and ErrKey where the keyring lacks the key.
//
// Stream names, sizes, numbers and times of writing stay visible to the store.
func Sealed(log Log, keys *Keyring) Log { return &sealedLog{log, keys} }

type sealedLog struct {
	log  Log
	keys *Keyring
}

func (l *sealedLog) Append(ctx context.Context, stream string, after Position, records []Record) (Position, error) {
	// Checked before sealing too, so that a refusal costs nothing.
	if err := CheckAppend(stream, records); err != nil {
		return Position{}, err
	}
	s := newSealer(l.keys, 2*len(records))
	sealed := make([]Record, len(records))
	for i, r := range records {
		seq := after.Seq + 1 + Seq(i)
		for _, e := range r.Erases {
			if e == 0 || e >= seq {
				return Position{}, &CorruptError{Stream: stream, Seq: seq, Reason: "it erases a record that is not before it"}
			}
		}
		sealed[i] = s.sealRecord(r, stream, seq)
	}
	head, err := l.log.Append(ctx, stream, after, sealed)
	if err == nil {
		TellPlaces(records, sealed)
	}
	return head, err
}

func (l *sealedLog) Head(ctx context.Context, stream string) (Position, error) {
	return l.log.Head(ctx, stream)
}

func (l *sealedLog) Read(ctx context.Context, stream string, from, to Seq) ([]Record, error) {
	records, err := l.log.Read(ctx, stream, from, to)
	if err != nil {
		return nil, err
	}
	if err := checkNeighbours(stream, records, from > to); err != nil {
		return nil, err
	}
	return l.openAll(stream, records)
}

// openAll opens records in place: the store gave them to this call alone.
func (l *sealedLog) openAll(stream string, records []Record) ([]Record, error) {
	for i, r := range records {
		opened, err := l.keys.openRecord(r, stream)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", stream, err)
		}
		records[i] = opened
	}
	return records, nil
}

// checkNeighbours follows the chain through what was read. The first record of a
// range is only held to its commitments: Verify is for the whole.
func checkNeighbours(stream string, records []Record, descending bool) error {
	for i := 1; i < len(records); i++ {
		prev, r := records[i-1], records[i]
		if descending {
			prev, r = r, prev
		}
		if r.Seq != prev.Seq+1 {
			return &CorruptError{Stream: stream, Seq: prev.Seq + 1, Reason: "it is missing"}
		}
		if (Position{prev.Seq, prev.Digest}).Next(r) != (Position{r.Seq, r.Digest}) {
			return &CorruptError{Stream: stream, Seq: r.Seq, Reason: "it does not follow the record before it"}
		}
	}
	return nil
}

func (l *sealedLog) Changes(ctx context.Context, after Cursor, limit int) ([]Change, Cursor, error) {
	return l.log.Changes(ctx, after, limit)
}

func (l *sealedLog) Drop(ctx context.Context, stream string) error { return l.log.Drop(ctx, stream) }

// Watch opens the records that the news carry. What does not open is left out of
// the news: whoever reads the stream then gets the error.
func (l *sealedLog) Watch(ctx context.Context) (<-chan News, error) {
	in, err := l.log.Watch(ctx)
	if err != nil {
		return nil, err
	}
	out := make(chan News, cap(in))
	go func() {
		defer close(out)
		for n := range in {
			n.Records = l.openNews(n)
			select {
			case out <- n:
			default: // slow: it loses news rather than hold up what feeds us
			}
		}
	}()
	return out, nil
}

func (l *sealedLog) openNews(n News) []Record {
	if len(n.Records) == 0 {
		return nil
	}
	opened := make([]Record, len(n.Records)) // news are shared between watchers
	for i, r := range n.Records {
		o, err := l.keys.openRecord(r, n.Stream)
		if err != nil {
			return nil
		}
		opened[i] = o
	}
	return opened
}
