package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/kith-chat/kith/server/eventlog"
)

// statements are the reading ones, prepared once for the pool.
type statements struct {
	head, readUp, readDown, changes, lastChange *sql.Stmt
	getValue, listValues, buckets               *sql.Stmt
}

// readText reads records of a stream that is not dropped. It is one statement, so
// it sees one snapshot: a drop is seen whole or not at all.
const readText = `SELECT r.seq, r.erased + 2 * (r.body IS NOT NULL), r.proof, r.meta, r.body
	FROM streams s JOIN records r ON r.stream = s.id
	WHERE s.name = ? AND s.dropped = 0 AND r.seq BETWEEN ? AND ? ORDER BY r.seq `

// listText lists a bucket's values that have not expired.
const listText = `SELECT v.key, v.version, v.expires, v.size, s.data FROM "values" v JOIN slots s ON s.id = v.slot
	WHERE v.bucket = ? AND (v.expires = 0 OR v.expires > ?)`

func (s *statements) prepare(ctx context.Context, db *sql.DB) error {
	for text, stmt := range map[string]**sql.Stmt{
		`SELECT seq, digest, dropped FROM streams WHERE name = ?`: &s.head,

		readText + `LIMIT ?`:      &s.readUp,
		readText + `DESC LIMIT ?`: &s.readDown,

		`SELECT name, seq, digest, change_no, dropped FROM streams WHERE change_no > ?
			ORDER BY change_no LIMIT ?`: &s.changes,
		`SELECT coalesce(max(change_no), 0) FROM streams`: &s.lastChange,

		`SELECT v.version, v.expires, v.size, s.data FROM "values" v JOIN slots s ON s.id = v.slot
			WHERE v.bucket = ? AND v.key = ? AND (v.expires = 0 OR v.expires > ?)`: &s.getValue,
		listText: &s.listValues,
		`SELECT DISTINCT bucket FROM "values" ORDER BY bucket`: &s.buckets,
	} {
		var err error
		if *stmt, err = db.PrepareContext(ctx, text); err != nil {
			return fmt.Errorf("preparing to read: %w", asStoreError(err))
		}
	}
	return nil
}

// Head implements eventlog.Log.
func (s *Store) Head(ctx context.Context, stream string) (eventlog.Position, error) {
	if err := eventlog.CheckName(stream); err != nil {
		return eventlog.Position{}, err
	}
	c := eventlog.Change{Stream: stream}
	err := scanHead(s.stmts.head.QueryRowContext(ctx, stream), &c)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return eventlog.Position{}, nil
	case err != nil:
		return eventlog.Position{}, s.readError(err)
	case c.Dropped:
		return c.Head, eventlog.ErrDropped
	}
	return c.Head, nil
}

func scanHead(row *sql.Row, c *eventlog.Change) error {
	var seq int64
	var digest []byte
	if err := row.Scan(&seq, &digest, &c.Dropped); err != nil {
		return err
	}
	c.Head.Seq = eventlog.Seq(seq)
	copy(c.Head.Digest[:], digest)
	return nil
}

// Read implements eventlog.Log.
func (s *Store) Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	if err := eventlog.CheckName(stream); err != nil {
		return nil, err
	}
	stmt, low, high := s.stmts.readUp, from, to
	if from > to {
		stmt, low, high = s.stmts.readDown, to, from
	}
	rows, err := stmt.QueryContext(ctx, stream, column(low), column(high), eventlog.MaxRead)
	if err != nil {
		return nil, s.readError(err)
	}
	defer rows.Close()
	records := make([]eventlog.Record, 0, min(uint64(high-low), 255)+1)
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, s.readError(err)
		}
		records = append(records, r)
	}
	if err := rows.Err(); err != nil {
		return nil, s.readError(err)
	}
	if len(records) == 0 { // nothing there, or dropped?
		_, err := s.Head(ctx, stream)
		return nil, err
	}
	return records, nil
}

// column bounds a number to what SQLite holds. Streams do not get that long.
func column(s eventlog.Seq) int64 { return int64(min(s, math.MaxInt64)) }

// scanRecord reads a row of readText.
func scanRecord(rows *sql.Rows) (r eventlog.Record, err error) {
	const erased, hasBody = 1, 2
	var seq, flags int64
	var proof sql.RawBytes
	if err = rows.Scan(&seq, &flags, &proof, &r.Meta, &r.Body); err != nil {
		return r, err
	}
	r.Seq = eventlog.Seq(seq)
	r.HasBody = flags&hasBody != 0
	switch {
	case flags&erased != 0:
		r.Body = nil
	case r.HasBody && r.Body == nil: // the driver does not tell empty from NULL
		r.Body = []byte{}
	}
	return r, setProof(&r, proof)
}

// defaultChanges is how many entries Changes gives where the caller names none.
const defaultChanges = 1000

// Changes implements eventlog.Log. Its cursors are the numbers of changes.
func (s *Store) Changes(ctx context.Context, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor, error) {
	if limit <= 0 {
		limit = defaultChanges
	}
	no, err := parseCursor(after)
	if err != nil {
		return nil, after, err
	}
	rows, err := s.stmts.changes.QueryContext(ctx, no, limit)
	if err != nil {
		return nil, after, s.readError(err)
	}
	defer rows.Close()
	var list []eventlog.Change
	last := no
	for rows.Next() {
		var c eventlog.Change
		var seq int64
		var digest sql.RawBytes
		if err := rows.Scan(&c.Stream, &seq, &digest, &last, &c.Dropped); err != nil {
			return nil, after, s.readError(err)
		}
		c.Head.Seq = eventlog.Seq(seq)
		copy(c.Head.Digest[:], digest)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, after, s.readError(err)
	}
	if len(list) == 0 {
		return nil, after, s.checkCursor(ctx, no)
	}
	return list, eventlog.Cursor(strconv.FormatInt(last, 10)), nil
}

func parseCursor(c eventlog.Cursor) (int64, error) {
	if c == "" {
		return 0, nil
	}
	no, err := strconv.ParseInt(string(c), 10, 64)
	if err != nil || no < 0 {
		return 0, eventlog.ErrCursor
	}
	return no, nil
}

// checkCursor refuses a cursor that is ahead of the store: after a restored
// backup its owner would otherwise wait in silence for what has come already.
func (s *Store) checkCursor(ctx context.Context, no int64) error {
	var last int64
	if err := s.stmts.lastChange.QueryRowContext(ctx).Scan(&last); err != nil {
		return s.readError(err)
	}
	if no > last {
		return eventlog.ErrCursor
	}
	return nil
}

// readError tells a reader that raced with Close what happened.
func (s *Store) readError(err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-s.writer.quit:
		return errClosed
	default:
		return asStoreError(err)
	}
}
