package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
)

// sweepStep is how many expired values go in one transaction.
const sweepStep = 500

type place struct{ bucket, key string }

// standing is what stands under a key now. slot is 0 if there is nothing, not
// even something expired.
type standing struct {
	version eventlog.Version // Absent if there is nothing, or it has expired
	slot    int64
}

func (b *batch) standing(ctx context.Context, p place) (standing, error) {
	var s standing
	var expires int64
	err := b.loadValue.QueryRowContext(ctx, p.bucket, p.key).Scan(&s.version, &expires, &s.slot)
	if errors.Is(err, sql.ErrNoRows) {
		return standing{}, nil
	}
	if expires != 0 && expires <= b.store.clock().UnixMilli() {
		s.version = eventlog.Absent
	}
	return s, err
}

// nextVersion gives a version that was never given before: finish saves the
// counter in the same transaction.
func (b *batch) nextVersion(ctx context.Context) (eventlog.Version, error) {
	if b.version == 0 {
		if err := b.loadVersion.QueryRowContext(ctx).Scan(&b.version); err != nil {
			return 0, err
		}
	}
	b.version++
	return eventlog.Version(b.version), nil
}

type putOp struct {
	place
	data    []byte
	expires int64 // milliseconds, 0: never
	cond    eventlog.Version
	version eventlog.Version // the answer
}

func (p *putOp) size() int { return len(p.data) }

func (p *putOp) apply(ctx context.Context, b *batch) error {
	now, err := b.standing(ctx, p.place)
	if err != nil {
		return err
	}
	if p.cond != eventlog.Any && p.cond != now.version {
		return refusal{eventlog.ErrConflict}
	}
	if p.version, err = b.nextVersion(ctx); err != nil {
		return err
	}
	slot, err := b.fill(ctx, now.slot, p.data)
	if err != nil {
		return err
	}
	stmt := b.newValue
	if now.slot != 0 {
		stmt = b.moveValue
	}
	return b.exec(ctx, stmt, int64(p.version), p.expires, len(p.data), slot, p.bucket, p.key)
}

type deleteOp struct {
	place
	cond eventlog.Version
}

func (d *deleteOp) size() int { return 0 }

func (d *deleteOp) apply(ctx context.Context, b *batch) error {
	now, err := b.standing(ctx, d.place)
	if err != nil {
		return err
	}
	if d.cond != eventlog.Any && (d.cond == eventlog.Absent || d.cond != now.version) {
		return refusal{eventlog.ErrConflict}
	}
	if now.slot == 0 {
		return nil
	}
	return b.removeValue(ctx, d.place, now.slot)
}

func (b *batch) removeValue(ctx context.Context, p place, slot int64) error {
	if err := b.clear(ctx, slot); err != nil {
		return err
	}
	return b.exec(ctx, b.dropValue, p.bucket, p.key)
}

type sweepOp struct {
	now   int64 // milliseconds
	count int   // the answer
}

func (s *sweepOp) size() int { return 0 }

func (s *sweepOp) apply(ctx context.Context, b *batch) error {
	type found struct {
		place
		slot int64
	}
	var list []found
	rows, err := b.expired.QueryContext(ctx, s.now, sweepStep)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f found
		if err := rows.Scan(&f.bucket, &f.key, &f.slot); err != nil {
			return err
		}
		list = append(list, f)
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for _, f := range list {
		if err := b.removeValue(ctx, f.place, f.slot); err != nil {
			return err
		}
	}
	s.count = len(list)
	return rows.Err()
}
