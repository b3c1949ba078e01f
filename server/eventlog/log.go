// Package eventlog is the contract between Kith and the places that keep its
// records. A stream is one ordered, hash-chained list of records; a store has
// only to know "append if the head is N" and "read after N".
//
// What every store promises, and logtest holds it to:
//
//   - Append is one transaction. Either every record of the call is stored and
//     every erasure in it done, or nothing is.
//   - Append returns nil only after what it stored has been synced: it is still
//     there after kill -9 or power loss.
//   - Two appends to one stream at the same position: exactly one succeeds, the
//     other gets ErrConflict.
//   - Sequence numbers of a stream start at 1 and have no gaps.
//   - A record's Meta, commitments and digest never change once stored. Its Body
//     can only go from present to absent, by an erasure.
//   - What was read stays readable: a Read that starts after a successful Append
//     sees it.
//
// What is not promised: any order between different streams; that Watch tells
// of every append, or only once, or in order.
package eventlog

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// Errors that every store returns (wrapped; test with errors.Is).
var (
	// ErrConflict: the stream's head is not the position the caller named, in
	// number or in digest. Nothing was written. Read what is missing, decide again.
	ErrConflict = errors.New("eventlog: the stream moved on")
	// ErrDropped: the stream's life has ended; only its tombstone is left.
	ErrDropped = errors.New("eventlog: the stream was dropped")
	// ErrUnavailable: the store could not be reached or could not sync in time.
	// The append may or may not have happened: read the head before deciding again.
	ErrUnavailable = errors.New("eventlog: the store does not answer")
	// ErrCorrupt: what is stored does not match its commitments or chain.
	ErrCorrupt = errors.New("eventlog: a stored record does not match its chain")
	// ErrTooLarge: a record exceeds MaxRecordBytes or a call MaxAppendRecords.
	ErrTooLarge = errors.New("eventlog: too large to append")
)

// Limits of one Append.
const (
	MaxAppendRecords = 1024
	// MaxRecordBytes bounds Meta and Body together, sealed, in bytes.
	MaxRecordBytes = 256 << 10
	// MaxStreamName bounds a stream's name, in bytes of [a-z0-9/_-].
	MaxStreamName = 128
	// MaxRead bounds the records of one Read; a longer range is cut to it.
	MaxRead = 4096
)

// Seq numbers the records of one stream, from 1. Zero is "before the first".
type Seq uint64

// Digest is the head of a stream's hash chain.
type Digest [sha256.Size]byte

// Position is a place in a stream and the proof of which history it is in: two
// histories that forked have the same Seq and different Digests.
// The zero Position is the start of every stream.
type Position struct {
	Seq    Seq
	Digest Digest
}

// Record is one entry of a stream.
//
// The Sealed decorator fills MetaCommit and BodyCommit on the way in and checks
// them on the way out; code above it sets only Meta, Body and Erases.
type Record struct {
	// Seq and Digest are set by the store. On Append they are ignored on the way in
	// and, when it succeeds, set in the caller's slice.
	Seq    Seq
	Digest Digest

	// Meta holds ids, kinds, numbers and reason codes. It is kept for the
	// stream's whole life. Never text or names that people wrote.
	Meta []byte
	// Body holds what people wrote. nil means there is none or it was erased;
	// HasBody tells which.
	Body []byte
	// HasBody says that the record was appended with a body. Append sets it from
	// Body (an empty body that is not nil is a body); what the caller put is ignored.
	HasBody bool

	// MetaCommit and BodyCommit are salted hashes of the plain bytes. BodyCommit
	// is zero where the record was appended without a body.
	MetaCommit Digest
	BodyCommit Digest

	// Erases names earlier records of the same stream whose bodies end with this
	// one. It is an instruction to the store, done in the same transaction; the
	// Sealed decorator keeps the list inside Meta, so that Verify can tell an
	// erased body from a lost one. Erasing twice is no error; naming a Seq that is
	// not earlier than this record, or 0, is ErrCorrupt, and nothing is stored.
	Erases []Seq
}

// Next is the position after r in a stream whose head is p. Every store computes
// digests with it and with nothing else.
func (p Position) Next(r Record) Position {
	const domain = "kith record 1\x00"
	var buf [len(domain) + 8 + 3*sha256.Size + 1]byte
	n := copy(buf[:], domain)
	binary.BigEndian.PutUint64(buf[n:], uint64(p.Seq+1))
	n += 8
	n += copy(buf[n:], p.Digest[:])
	n += copy(buf[n:], r.MetaCommit[:])
	n += copy(buf[n:], r.BodyCommit[:])
	if r.HasBody {
		buf[n] = 1
	}
	return Position{Seq: p.Seq + 1, Digest: sha256.Sum256(buf[:])}
}

// Log keeps streams of records. The package comment is its contract. All methods
// may be called from any goroutine.
type Log interface {
	// Append adds records after the position after, and does their erasures, in
	// one synced transaction. It returns the new head. Errors: ErrConflict,
	// ErrDropped, ErrTooLarge, ErrCorrupt, ErrUnavailable, or ctx's.
	// An empty list of records returns after unchanged if it is the head. The bytes
	// of the records are given away: the caller must not change them afterwards.
	Append(ctx context.Context, stream string, after Position, records []Record) (Position, error)

	// Head is the position of the last record; the zero Position for a stream
	// nobody wrote to. ErrDropped for a dropped one, with the last position.
	Head(ctx context.Context, stream string) (Position, error)

	// Read returns the records from..to, both included, in that order: descending
	// if from > to. Numbers beyond the ends are cut off; at most MaxRead come back,
	// counted from from. Nothing there: an empty list. ErrDropped for a dropped stream.
	Read(ctx context.Context, stream string, from, to Seq) ([]Record, error)

	// Changes lists the streams that moved since after, each once, with its head
	// of now, oldest change first, and the cursor to go on from. The zero Cursor
	// lists every stream, dropped ones too. At most limit entries (limit <= 0:
	// 1000). Nothing moved: an empty list and after itself. ErrCursor for a cursor
	// that this store never gave.
	Changes(ctx context.Context, after Cursor, limit int) ([]Change, Cursor, error)

	// Watch tells of appends of all streams until ctx ends, when the channel is
	// closed; a store that closes closes it too. News may be lost, late or twice:
	// it is a hint to read, never the only way to learn.
	Watch(ctx context.Context) (<-chan News, error)

	// Drop ends a stream's life. Its records go; a tombstone with the last
	// position stays, and appending to it is ErrDropped for ever. Dropping twice,
	// or a stream nobody wrote to, is no error.
	Drop(ctx context.Context, stream string) error
}

// Cursor is a place in a store's list of changes. It is opaque, belongs to one
// store, and the zero value is the beginning.
type Cursor string

// Change says that a stream has moved.
type Change struct {
	Stream  string
	Head    Position
	Dropped bool
}

// News is a Change heard of at once. Records may carry the new records, in
// order, ending at Head; nil means: read them. They are shared between watchers
// and must not be changed. A body that the same append erased is not in them.
type News struct {
	Change
	Records []Record
}
