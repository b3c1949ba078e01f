package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Values returns the store's values. They are closed with the store.
func (s *Store) Values() eventlog.Values { return (*values)(s) }

type values Store

// Get implements eventlog.Values.
func (v *values) Get(ctx context.Context, bucket, key string) (eventlog.Value, error) {
	if err := checkPlace(bucket, key); err != nil {
		return eventlog.Value{}, err
	}
	val := eventlog.Value{Key: key}
	var size int
	var expires int64
	err := v.stmts.getValue.QueryRowContext(ctx, bucket, key, v.clock().UnixMilli()).
		Scan(&val.Version, &expires, &size, &val.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return eventlog.Value{}, eventlog.ErrNotFound
	}
	if err != nil {
		return eventlog.Value{}, (*Store)(v).readError(err)
	}
	return val, fit(&val, size, expires)
}

// fit cuts the slot's data to the value in it.
func fit(val *eventlog.Value, size int, expires int64) error {
	if size > len(val.Data) {
		return eventlog.ErrCorrupt
	}
	val.Data = val.Data[:size:size]
	val.Expires = eventlog.ExpiryTime(expires)
	return nil
}

// List implements eventlog.Values.
func (v *values) List(ctx context.Context, bucket string) ([]eventlog.Value, error) {
	if err := eventlog.CheckName(bucket); err != nil {
		return nil, err
	}
	return (*Store)(v).list(ctx, bucket, v.clock().UnixMilli())
}

// list returns what has not expired at now, in milliseconds.
func (s *Store) list(ctx context.Context, bucket string, now int64) ([]eventlog.Value, error) {
	rows, err := s.stmts.listValues.QueryContext(ctx, bucket, now)
	if err != nil {
		return nil, s.readError(err)
	}
	list, err := scanValues(rows)
	return list, s.readError(err)
}

// scanValues reads what listText found and closes it.
func scanValues(rows *sql.Rows) ([]eventlog.Value, error) {
	defer rows.Close()
	var list []eventlog.Value
	for rows.Next() {
		var val eventlog.Value
		var size int
		var expires int64
		if err := rows.Scan(&val.Key, &val.Version, &expires, &size, &val.Data); err != nil {
			return nil, err
		}
		if err := fit(&val, size, expires); err != nil {
			return nil, err
		}
		list = append(list, val)
	}
	return list, rows.Err()
}

// Put implements eventlog.Values.
func (v *values) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond eventlog.Version) (eventlog.Version, error) {
	if err := checkPlace(bucket, key); err != nil {
		return 0, err
	}
	if len(data) > eventlog.MaxValueBytes {
		return 0, eventlog.ErrTooLarge
	}
	p := &putOp{place: place{bucket, key}, data: data, expires: eventlog.ExpiryMillis(expires), cond: cond}
	if err := v.writer.do(ctx, p); err != nil {
		return 0, err
	}
	return p.version, nil
}

// Delete implements eventlog.Values.
func (v *values) Delete(ctx context.Context, bucket, key string, cond eventlog.Version) error {
	if err := checkPlace(bucket, key); err != nil {
		return err
	}
	return v.writer.do(ctx, &deleteOp{place{bucket, key}, cond})
}

// Sweep implements eventlog.Values. It goes in steps, so that a large sweep does
// not hold up the appends between them.
func (v *values) Sweep(ctx context.Context, now time.Time) (int, error) {
	total := 0
	for {
		o := &sweepOp{now: now.UnixMilli()}
		if err := v.writer.do(ctx, o); err != nil {
			return total, err
		}
		total += o.count
		if o.count < sweepStep {
			return total, nil
		}
	}
}

func checkPlace(bucket, key string) error {
	if err := eventlog.CheckName(bucket); err != nil {
		return err
	}
	return eventlog.CheckKey(key)
}
