package redisstore

import (
	"context"
	_ "embed"

	"github.com/kith-chat/kith/server/eventlog"
)

var (
	//go:embed scripts/tombstone.lua
	tombstoneText string
	//go:embed scripts/erase.lua
	eraseText string

	tombstoneScript = newScript(tombstoneText)
	eraseScript     = newScript(eraseText)
)

// Import adds records of another store to a stream as they are: with their numbers,
// digests and commitments, and a body that was erased there stays erased. Append
// could not say that there was one, which the digest covers. Nobody is told; who
// follows finds it in Changes. Errors: those of Append, and ErrCorrupt if the
// records do not follow after.
func (s *Store) Import(ctx context.Context, stream string, after eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	if err := eventlog.CheckAppend(stream, records); err != nil {
		return eventlog.Position{}, err
	}
	head := after
	for i := range records {
		r := &records[i]
		if head = head.Next(*r); head != (eventlog.Position{Seq: r.Seq, Digest: r.Digest}) {
			return eventlog.Position{}, &eventlog.CorruptError{Stream: stream, Seq: head.Seq, Reason: "it does not follow the record before it"}
		}
	}
	out, err := s.write(ctx, appendScript, s.keys.streamKeys(stream), s.appendArgs(stream, after, head, records, "", []byte{})...)
	if err == nil {
		err = refused(out)
	}
	if err != nil {
		return eventlog.Position{}, err
	}
	return head, nil
}

// ImportDropped keeps the tombstone of a stream that was dropped in another store
// at head. What an earlier import brought of the stream goes. ErrConflict if the
// stream is further than that here, or was dropped elsewhere in it.
func (s *Store) ImportDropped(ctx context.Context, stream string, head eventlog.Position) error {
	if err := eventlog.CheckName(stream); err != nil {
		return err
	}
	mark := "d"
	if text := encodeHead(head); text != "" {
		mark += text[1:]
	}
	out, err := s.write(ctx, tombstoneScript, s.keys.streamKeys(stream), s.id, stream, mark, uint64(head.Seq))
	if err != nil {
		return err
	}
	return refused(out)
}

// ImportErased takes bodies away that were erased in another store after an earlier
// import had brought them here.
func (s *Store) ImportErased(ctx context.Context, stream string, seqs []eventlog.Seq) error {
	if err := eventlog.CheckName(stream); err != nil {
		return err
	}
	args := []any{s.id}
	for _, seq := range seqs {
		args = append(args, uint64(seq))
	}
	_, err := s.write(ctx, eraseScript, []string{s.keys.store(), s.keys.bodies(stream)}, args...)
	return err
}
