package eventlog

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// SealedValues wraps Values so that the store below sees neither data nor keys.
// A value is stored under HMAC-SHA256 of bucket and key in base64url; the key
// itself stands inside the sealed data. Bucket, stored name and expiry are
// associated data, so a value cannot be moved or outlive its time unnoticed.
//
// What the store still sees: bucket names, sizes, expiry, and how many values
// there are. What it can do unnoticed: bring back an older value of the same key
// and expiry. Records, not values, are for what that must not happen to.
//
// Errors beyond the Values' own: ErrCorrupt and ErrKey.
func SealedValues(v Values, keys *Keyring) Values { return &sealedValues{v, keys} }

type sealedValues struct {
	values Values
	keys   *Keyring
}

// storedName hides a value's key: the same for the same key, and nothing else
// can be told from it.
func (k *keyInUse) storedName(bucket, key string) string {
	h := hmac.New(sha256.New, k.name)
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(bucket))) // so that "a"+"bc" is not "ab"+"c"
	h.Write(n[:])
	h.Write([]byte(bucket))
	h.Write([]byte(key))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func valueAD(bucket, name string, expires time.Time) []byte {
	ad := make([]byte, 0, 64+len(bucket)+len(name))
	ad = append(ad, "kith sealed value 1\x00"...)
	ad = binary.BigEndian.AppendUint64(ad, uint64(ExpiryMillis(expires)))
	ad = binary.BigEndian.AppendUint64(ad, uint64(len(bucket)))
	ad = append(ad, bucket...)
	return append(ad, name...)
}

// sealValue returns key and data sealed for the place they will stand in.
func (r *Keyring) sealValue(bucket, name, key string, data []byte, expires time.Time) []byte {
	plain := make([]byte, 0, 2+len(key)+len(data))
	plain = binary.AppendUvarint(plain, uint64(len(key)))
	plain = append(plain, key...)
	plain = append(plain, data...)
	s := newSealer(r, 1)
	return s.seal(plain, valueAD(bucket, name, expires))
}

// openValue turns what the store gave into what was put.
func (r *Keyring) openValue(bucket string, v Value) (Value, error) {
	plain, err := r.open(nil, v.Data, valueAD(bucket, v.Key, v.Expires))
	if errors.Is(err, ErrKey) {
		return Value{}, fmt.Errorf("a value in bucket %s: %w", bucket, err)
	}
	if err != nil {
		return Value{}, fmt.Errorf("%w: a value in bucket %s: %w", ErrCorrupt, bucket, err)
	}
	n, rest, err := readUvarint(plain)
	if err != nil || n > uint64(len(rest)) {
		return Value{}, fmt.Errorf("%w: a value in bucket %s is cut off", ErrCorrupt, bucket)
	}
	v.Key, v.Data = string(rest[:n]), rest[n:]
	return v, nil
}

func (s *sealedValues) Get(ctx context.Context, bucket, key string) (Value, error) {
	if err := checkPlace(bucket, key); err != nil {
		return Value{}, err
	}
	v, err := s.values.Get(ctx, bucket, s.keys.current.storedName(bucket, key))
	if err != nil {
		return Value{}, err
	}
	return s.keys.openValue(bucket, v)
}

func (s *sealedValues) Put(ctx context.Context, bucket, key string, data []byte, expires time.Time, cond Version) (Version, error) {
	if err := checkPlace(bucket, key); err != nil {
		return 0, err
	}
	if len(data) > MaxValueBytes-MaxValueKey-SealedOverhead {
		return 0, ErrTooLarge
	}
	name := s.keys.current.storedName(bucket, key)
	return s.values.Put(ctx, bucket, name, s.keys.sealValue(bucket, name, key, data, expires), expires, cond)
}

func (s *sealedValues) Delete(ctx context.Context, bucket, key string, cond Version) error {
	if err := checkPlace(bucket, key); err != nil {
		return err
	}
	return s.values.Delete(ctx, bucket, s.keys.current.storedName(bucket, key), cond)
}

func (s *sealedValues) List(ctx context.Context, bucket string) ([]Value, error) {
	list, err := s.values.List(ctx, bucket)
	if err != nil {
		return nil, err
	}
	for i, v := range list {
		if list[i], err = s.keys.openValue(bucket, v); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *sealedValues) Sweep(ctx context.Context, now time.Time) (int, error) {
	return s.values.Sweep(ctx, now)
}

func checkPlace(bucket, key string) error {
	if err := CheckName(bucket); err != nil {
		return err
	}
	return CheckKey(key)
}
