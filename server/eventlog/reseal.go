package eventlog

import (
	"context"
	"fmt"
)

// Resealer is what a store offers so that everything in it can be sealed under
// another key. Only bytes change: numbers, digests and commitments stay. Nobody
// else may use the store meanwhile.
type Resealer interface {
	// ReplaceSealed puts the Meta and Body of records, found by Seq, in place of
	// what stands there, in one synced transaction. A nil Body leaves the body as
	// it is; an erased one stays erased. Bytes of another length than those that
	// stand there are ErrCorrupt, and nothing is changed.
	ReplaceSealed(ctx context.Context, stream string, records []Record) error
	// Buckets lists the buckets that have values, expired ones too.
	Buckets(ctx context.Context) ([]string, error)
	// ListAll is Values.List with the expired values.
	ListAll(ctx context.Context, bucket string) ([]Value, error)
}

// Resealable is a bare store with all that Reseal needs.
type Resealable interface {
	Log
	Resealer
	Values() Values
}

// resealStep is how many records go in one transaction. Records are up to
// MaxRecordBytes, so a step is at most 64 MiB.
const resealStep = 256

// Reseal seals everything in store that is sealed under an older key of keys
// under the current one. Values get the names that belong to the current key. It
// can be stopped at any moment and run again. skip names a bucket that is not
// sealed. progress, if not nil, is told how many records and values are done.
//
// Errors: ErrKey if something is sealed under a key that keys lacks; ErrCorrupt;
// those of the store.
func Reseal(ctx context.Context, store Resealable, keys *Keyring, skip string, progress func(done int)) error {
	r := resealing{store: store, keys: keys, progress: progress}
	if err := r.streams(ctx); err != nil {
		return err
	}
	buckets, err := store.Buckets(ctx)
	if err != nil {
		return err
	}
	for _, b := range buckets {
		if b == skip {
			continue
		}
		if err := r.bucket(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

type resealing struct {
	store    Resealable
	keys     *Keyring
	progress func(int)
	done     int
}

func (r *resealing) advance(n int) {
	r.done += n
	if r.progress != nil {
		r.progress(r.done)
	}
}

func (r *resealing) streams(ctx context.Context) error {
	var cursor Cursor
	for {
		list, next, err := r.store.Changes(ctx, cursor, 0)
		if err != nil || len(list) == 0 {
			return err
		}
		cursor = next
		for _, c := range list {
			if c.Dropped {
				continue
			}
			if err := r.stream(ctx, c.Stream); err != nil {
				return err
			}
		}
	}
}

func (r *resealing) stream(ctx context.Context, stream string) error {
	for from := Seq(1); ; {
		records, err := r.store.Read(ctx, stream, from, from+resealStep-1)
		if err != nil || len(records) == 0 {
			return err
		}
		from = records[len(records)-1].Seq + 1
		changed, err := r.records(stream, records)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			if err := r.store.ReplaceSealed(ctx, stream, changed); err != nil {
				return fmt.Errorf("resealing %s: %w", stream, err)
			}
		}
		r.advance(len(records))
	}
}

// records returns those that need other bytes.
func (r *resealing) records(stream string, records []Record) ([]Record, error) {
	var changed []Record
	for _, rec := range records {
		if r.keys.sealedUnderCurrent(rec.Meta) { // and the body with it: one transaction
			continue
		}
		var err error
		if rec.Meta, err = r.part(rec.Meta, stream, rec.Seq, partMeta, rec.MetaCommit); err != nil {
			return nil, err
		}
		if rec.Body != nil {
			if rec.Body, err = r.part(rec.Body, stream, rec.Seq, partBody, rec.BodyCommit); err != nil {
				return nil, err
			}
		}
		changed = append(changed, rec)
	}
	return changed, nil
}

// part seals a part anew, with the salt it has: the commitment stays true.
func (r *resealing) part(sealed []byte, stream string, seq Seq, p part, want Digest) ([]byte, error) {
	salted, err := r.keys.openSalted(sealed, stream, seq, p, want)
	if err != nil {
		return nil, err
	}
	s := newSealer(r.keys, 1)
	return s.seal(salted[len(p.domain()):], recordAD(nil, stream, seq, p)), nil
}

func (r *resealing) bucket(ctx context.Context, bucket string) error {
	list, err := r.store.ListAll(ctx, bucket)
	if err != nil {
		return err
	}
	for _, v := range list {
		if !r.keys.sealedUnderCurrent(v.Data) {
			if err := r.value(ctx, bucket, v); err != nil {
				return err
			}
		}
		r.advance(1)
	}
	return nil
}

// value puts the value under its new name first and takes the old one away then:
// stopped in between, both are there, and the next run does it again.
func (r *resealing) value(ctx context.Context, bucket string, v Value) error {
	opened, err := r.keys.openValue(bucket, v)
	if err != nil {
		return err
	}
	name := r.keys.current.storedName(bucket, opened.Key)
	data := r.keys.sealValue(bucket, name, opened.Key, opened.Data, v.Expires)
	if _, err := r.store.Values().Put(ctx, bucket, name, data, v.Expires, Any); err != nil {
		return fmt.Errorf("resealing a value in bucket %s: %w", bucket, err)
	}
	// Any, because a version of what has expired is refused.
	if err := r.store.Values().Delete(ctx, bucket, v.Key, Any); err != nil {
		return fmt.Errorf("resealing a value in bucket %s: %w", bucket, err)
	}
	return nil
}
