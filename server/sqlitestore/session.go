package sqlitestore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// session is the writer's connection with its statements.
type session struct {
	conn *sql.Conn
	all  []*sql.Stmt

	beginTx, commitTx, rollbackTx *sql.Stmt

	loadHead, lastChange, newStream, saveHead *sql.Stmt
	addRecord, eraseBody, eraseStream         *sql.Stmt
	lengths, replaceMeta, replaceBody         *sql.Stmt

	loadVersion, saveVersion                         *sql.Stmt
	loadValue, newValue, moveValue, dropValue        *sql.Stmt
	expired                                          *sql.Stmt
	slotRoom, findSlot, newSlot, fillSlot, clearSlot *sql.Stmt
	changeNo                                         int64 // last given; 0: to be loaded
}

func openSession(pool *sql.DB) (*session, error) {
	ctx := context.Background()
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the store's file: %w", asStoreError(err))
	}
	s := &session{conn: conn}
	for text, stmt := range s.texts() {
		if *stmt, err = conn.PrepareContext(ctx, text); err != nil {
			return nil, errors.Join(fmt.Errorf("preparing to write: %w", asStoreError(err)), s.close())
		}
		s.all = append(s.all, *stmt)
	}
	return s, nil
}

// texts is what the writer says to SQLite, all of it.
func (s *session) texts() map[string]**sql.Stmt {
	return map[string]**sql.Stmt{
		`BEGIN IMMEDIATE`: &s.beginTx,
		`COMMIT`:          &s.commitTx,
		`ROLLBACK`:        &s.rollbackTx,

		`SELECT id, seq, digest, dropped FROM streams WHERE name = ?`:                       &s.loadHead,
		`SELECT coalesce(max(change_no), 0) FROM streams`:                                   &s.lastChange,
		`INSERT INTO streams (name, seq, digest, change_no) VALUES (?, 0, zeroblob(32), ?)`: &s.newStream,
		`UPDATE streams SET seq = ?, digest = ?, change_no = ?, dropped = ? WHERE id = ?`:   &s.saveHead,
		`INSERT INTO records (stream, seq, proof, meta, body) VALUES (?, ?, ?, ?, ?)`:       &s.addRecord,

		// As many zeros as there were bytes: the row stays where it is.
		`UPDATE records SET erased = 1, body = zeroblob(length(body))
			WHERE stream = ? AND seq = ? AND erased = 0 AND body IS NOT NULL`: &s.eraseBody,
		`UPDATE records SET erased = 1, meta = zeroblob(length(meta)), body = zeroblob(length(body))
			WHERE stream = ?`: &s.eraseStream,
		`SELECT length(meta), coalesce(length(body), -1) FROM records WHERE stream = ? AND seq = ?`: &s.lengths,
		`UPDATE records SET meta = ? WHERE stream = ? AND seq = ?`:                                  &s.replaceMeta,
		`UPDATE records SET body = ? WHERE stream = ? AND seq = ? AND erased = 0`:                   &s.replaceBody,

		`SELECT version FROM state`:    &s.loadVersion,
		`UPDATE state SET version = ?`: &s.saveVersion,
		`SELECT version, expires, slot FROM "values" WHERE bucket = ? AND key = ?`:                      &s.loadValue,
		`INSERT INTO "values" (version, expires, size, slot, bucket, key) VALUES (?, ?, ?, ?, ?, ?)`:    &s.newValue,
		`UPDATE "values" SET version = ?, expires = ?, size = ?, slot = ? WHERE bucket = ? AND key = ?`: &s.moveValue,
		`DELETE FROM "values" WHERE bucket = ? AND key = ?`:                                             &s.dropValue,
		`SELECT bucket, key, slot FROM "values" WHERE expires > 0 AND expires <= ? LIMIT ?`:             &s.expired,
		`SELECT room FROM slots WHERE id = ?`:                                                           &s.slotRoom,
		`SELECT id FROM slots WHERE free = 1 AND room = ? LIMIT 1`:                                      &s.findSlot,
		`INSERT INTO slots (room, data) VALUES (?, ?)`:                                                  &s.newSlot,
		`UPDATE slots SET free = 0, data = ? WHERE id = ?`:                                              &s.fillSlot,
		`UPDATE slots SET free = 1, data = zeroblob(room) WHERE id = ?`:                                 &s.clearSlot,
	}
}

func (s *session) exec(ctx context.Context, stmt *sql.Stmt, args ...any) error {
	_, err := stmt.ExecContext(ctx, args...)
	return err
}

// discard closes the session and keeps its connection out of the pool: the next
// session must not get the one that failed. The statements go first, because
// closing one of a connection that is gone ends the program.
func (s *session) discard() {
	_ = s.closeStatements()
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
}

func (s *session) close() error {
	return errors.Join(s.closeStatements(), s.conn.Close())
}

func (s *session) closeStatements() error {
	var errs []error
	for _, stmt := range s.all {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(errs...)
}
