package eventlog

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound: no value under that key, or it has expired.
var ErrNotFound = errors.New("eventlog: no such value")

// Limits of one value.
const (
	// MaxValueBytes bounds one value, sealed, in bytes. Snapshots are the large ones.
	MaxValueBytes = 64 << 20
	// MaxValueKey bounds a key, in bytes.
	MaxValueKey = 512
)

// Version counts the writes of a Values store. It is never used twice, so a
// value that was deleted and made again has another one.
type Version uint64

// Conditions for Put and Delete besides a Version that was read.
const (
	// Absent: only if there is no value (or it has expired).
	Absent Version = 0
	// Any: whatever is there.
	Any Version = 1<<64 - 1
)

// Value is what stands under a key.
type Value struct {
	Key     string
	Data    []byte
	Version Version
	// Expires is when the value ends; the zero time is never.
	Expires time.Time
}

// Values keeps what only its last value matters of: sessions, invitations, read
// markers, snapshots. Keys stand in buckets. A Put is synced before it returns.
//
// A bucket's name is visible in the store and must say nothing about anybody
// beyond an opaque id; it obeys CheckName. Keys are not visible: the SealedValues
// decorator hides them. A key has 1 to MaxValueKey bytes. Expiry is kept to the
// millisecond; a value ends when the store's clock reaches it.
type Values interface {
	// Get returns the value, or ErrNotFound.
	Get(ctx context.Context, bucket, key string) (Value, error)
	// Put stores data if the condition holds: Absent, Any, or the Version read
	// before. Otherwise ErrConflict, and nothing changes. It returns the new version.
	// Other errors: ErrTooLarge, ErrName, ErrUnavailable, or ctx's.
	Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond Version) (Version, error)
	// Delete removes the value if the condition holds (Any, or a Version). No value
	// under the key: nil for Any, else ErrConflict.
	Delete(ctx context.Context, bucket, key string, cond Version) error
	// List returns every unexpired value of the bucket, in no order.
	List(ctx context.Context, bucket string) ([]Value, error)
	// Sweep removes what expired before now and says how many values that was.
	Sweep(ctx context.Context, now time.Time) (int, error)
}

// ExpiryMillis is how every store keeps the end of a value: milliseconds since
// 1970, and 0 for never. Times before 1970 become 1.
func ExpiryMillis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(1, t.UnixMilli())
}

// ExpiryTime is the other way: the zero time for 0.
func ExpiryTime(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
