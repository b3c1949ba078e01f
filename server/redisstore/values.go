package redisstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// sweepStep is how many expired values one script takes away.
const sweepStep = 500

// Values returns the store's values. They are closed with the store.
func (s *Store) Values() eventlog.Values { return (*values)(s) }

type values Store

func (v *values) store() *Store { return (*Store)(v) }

func (v *values) now() int64 { return v.clock().UnixMilli() }

// Get implements eventlog.Values.
func (v *values) Get(ctx context.Context, bucket, key string) (eventlog.Value, error) {
	if err := checkPlace(bucket, key); err != nil {
		return eventlog.Value{}, err
	}
	text, err := v.gather.value(ctx, bucket, key)
	if isNil(err) {
		return eventlog.Value{}, eventlog.ErrNotFound
	}
	if err != nil {
		return eventlog.Value{}, err
	}
	val, err := decodeValue(key, text)
	if err == nil && v.expired(val) {
		return eventlog.Value{}, eventlog.ErrNotFound
	}
	return val, err
}

func (v *values) expired(val eventlog.Value) bool {
	return !val.Expires.IsZero() && val.Expires.UnixMilli() <= v.now()
}

// decodeValue reads "VERSION:EXPIRES:DATA".
func decodeValue(key, text string) (eventlog.Value, error) {
	version, rest, ok1 := strings.Cut(text, ":")
	expires, data, ok2 := strings.Cut(rest, ":")
	number, err1 := strconv.ParseUint(version, 10, 64)
	ends, err2 := strconv.ParseInt(expires, 10, 64)
	if !ok1 || !ok2 || err1 != nil || err2 != nil {
		return eventlog.Value{}, eventlog.ErrCorrupt
	}
	return eventlog.Value{
		Key: key, Data: []byte(data), Version: eventlog.Version(number), Expires: eventlog.ExpiryTime(ends),
	}, nil
}

// Put implements eventlog.Values.
func (v *values) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond eventlog.Version) (eventlog.Version, error) {
	if err := checkPlace(bucket, key); err != nil {
		return 0, err
	}
	if len(data) > eventlog.MaxValueBytes {
		return 0, eventlog.ErrTooLarge
	}
	out, err := v.store().write(ctx, putScript, v.keys.valueKeys(bucket),
		v.id, key, condition(cond), v.now(), eventlog.ExpiryMillis(expires), data, bucket+" "+key)
	if isNil(err) {
		return 0, eventlog.ErrConflict
	}
	if err != nil {
		return 0, err
	}
	version, _ := out.(int64)
	return eventlog.Version(version), nil
}

func condition(v eventlog.Version) string {
	switch v {
	case eventlog.Any:
		return "any"
	case eventlog.Absent:
		return "absent"
	}
	return strconv.FormatUint(uint64(v), 10)
}

// Delete implements eventlog.Values.
func (v *values) Delete(ctx context.Context, bucket, key string, cond eventlog.Version) error {
	if err := checkPlace(bucket, key); err != nil {
		return err
	}
	out, err := v.store().write(ctx, deleteScript, v.keys.valueKeys(bucket), v.id, key, condition(cond), v.now(), bucket+" "+key)
	if err == nil && out != int64(1) {
		err = eventlog.ErrConflict
	}
	return err
}

// List implements eventlog.Values. It reads the bucket in steps, so it sees a value
// that is put or taken away meanwhile in one state or the other.
func (v *values) List(ctx context.Context, bucket string) ([]eventlog.Value, error) {
	if err := eventlog.CheckName(bucket); err != nil {
		return nil, err
	}
	all, err := v.store().listAll(ctx, bucket)
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, val := range all {
		if !v.expired(val) {
			kept = append(kept, val)
		}
	}
	return kept, nil
}

// listStep is about how many values one call of a listing reads.
const listStep = 500

// listAll is every value of a bucket, expired or not.
func (s *Store) listAll(ctx context.Context, bucket string) ([]eventlog.Value, error) {
	var list []eventlog.Value
	seen := make(map[string]bool) // a scan can come by twice
	var at uint64
	for {
		pairs, next, err := s.redis().HScan(ctx, s.keys.data(bucket), at, "", listStep).Result()
		if err != nil {
			return nil, asStoreError(ctx, err)
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if seen[pairs[i]] {
				continue
			}
			seen[pairs[i]] = true
			val, err := decodeValue(pairs[i], pairs[i+1])
			if err != nil {
				return nil, err
			}
			list = append(list, val)
		}
		if at = next; at == 0 {
			return list, nil
		}
	}
}

// Sweep implements eventlog.Values. It goes in steps, so that no script is long.
func (v *values) Sweep(ctx context.Context, now time.Time) (int, error) {
	total := 0
	for {
		out, err := v.store().write(ctx, sweepScript, []string{v.keys.store(), v.keys.expiring()},
			v.id, now.UnixMilli(), sweepStep, v.keys.versions(""), v.keys.data(""))
		if err != nil {
			return total, err
		}
		n, _ := out.(int64)
		total += int(n)
		if n < sweepStep {
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
