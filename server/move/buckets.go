package move

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// moveBuckets copies the values and compares them. It remembers in the target which
// buckets it began: one that an earlier run copied and the source has emptied since
// must be emptied too, or a session that was ended would live on.
func (m *Move) moveBuckets(ctx context.Context) error {
	names, err := m.From.Buckets(ctx)
	if err != nil {
		return err
	}
	marks, err := m.To.Values().List(ctx, Mark)
	if err != nil {
		return err
	}
	for _, v := range marks {
		if v.Key != begun && !slices.Contains(names, v.Key) {
			names = append(names, v.Key)
		}
	}
	for _, name := range names {
		if name == m.Last || slices.Contains(m.Skip, name) {
			continue
		}
		if err := m.mark(ctx, name); err != nil {
			return err
		}
		if err := m.bucket(ctx, name); err != nil {
			return fmt.Errorf("copying the bucket %s: %w", name, err)
		}
	}
	return nil
}

// bucket makes a bucket of the target like the source's.
func (m *Move) bucket(ctx context.Context, name string) error {
	ours, theirs, err := m.lists(ctx, name)
	if err != nil {
		return err
	}
	for key, v := range ours {
		if sameValue(v, theirs[key]) {
			continue
		}
		if _, err := m.To.Values().Put(ctx, name, key, v.Data, v.Expires, eventlog.Any); err != nil {
			return err
		}
	}
	for key := range theirs {
		if _, kept := ours[key]; kept {
			continue
		}
		if err := m.To.Values().Delete(ctx, name, key, eventlog.Any); err != nil {
			return err
		}
	}
	return m.compareBucket(ctx, name)
}

func (m *Move) compareBucket(ctx context.Context, name string) error {
	ours, theirs, err := m.lists(ctx, name)
	if err != nil {
		return err
	}
	for key, v := range ours {
		ended := !v.Expires.IsZero() && !v.Expires.After(time.Now()) // between the two lists
		if !ended && !sameValue(v, theirs[key]) {
			return fmt.Errorf("%w: a value in the bucket %s is not the same", ErrDiffers, name)
		}
	}
	for key := range theirs {
		if _, there := ours[key]; !there {
			return fmt.Errorf("%w: a value in the bucket %s is in the target alone", ErrDiffers, name)
		}
	}
	return nil
}

// lists are a bucket's values on both sides, without what has expired.
func (m *Move) lists(ctx context.Context, name string) (ours, theirs map[string]eventlog.Value, err error) {
	list, err := m.From.Values().List(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	ours = byKey(list)
	list, err = m.To.Values().List(ctx, name)
	return ours, byKey(list), err
}

func byKey(list []eventlog.Value) map[string]eventlog.Value {
	out := make(map[string]eventlog.Value, len(list))
	for _, v := range list {
		out[v.Key] = v
	}
	return out
}

// sameValue leaves versions out: each store counts its own.
func sameValue(a, b eventlog.Value) bool {
	return a.Key == b.Key && bytes.Equal(a.Data, b.Data) && a.Expires.Equal(b.Expires)
}
