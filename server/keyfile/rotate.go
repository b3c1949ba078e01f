package keyfile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// Store is what can be rotated: a bare store that can take other bytes for what
// it has, and forget the old ones.
type Store interface {
	eventlog.Resealable
	// Scrub removes what was overwritten from all files.
	Scrub(ctx context.Context) error
}

// Rotate makes a new key, seals everything in the bare store under it, and takes
// the old key out of the file at path. Nothing else may use the store meanwhile;
// what Keyring.Derive gives changes with the key, so what depends on it (tokens
// that people hold) ends. progress, if not nil, is told how many records and
// values are done.
//
// It can be killed at any moment: until the end the file has both keys, Open
// refuses with ErrRotating, and Rotate goes on where it stopped. Backups made
// before can be read with the old key only, so keep a copy of the old file for
// as long as you keep them.
//
// Errors: ErrWrongKey before anything is changed, those of Load and of the store.
func Rotate(ctx context.Context, store Store, path string, progress func(done int)) error {
	return rotate(ctx, store, path, progress, func(string) error { return nil })
}

// rotation is one run. Each step may have been done by a run before.
type rotation struct {
	store    Store
	path     string
	progress func(int)
	keys     contents
	ring     *eventlog.Keyring
}

// rotate calls after when a step is done; tests stop it there.
func rotate(ctx context.Context, store Store, path string, progress func(int), after func(step string) error) error {
	r := &rotation{store: store, path: path, progress: progress}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"checked", r.check},
		{"new key made", r.newKey},
		{"rotation noted", r.note},
		{"sealed anew", r.reseal},
		{"scrubbed", r.scrub},
		{"old proof removed", r.forgetProofs},
		{"old key removed", r.forgetKeys},
	} {
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("changing the key: %w", err)
		}
		if err := after(step.name); err != nil {
			return err
		}
	}
	return nil
}

func (r *rotation) check(ctx context.Context) error {
	var err error
	if r.keys, err = load(r.path); err != nil {
		return err
	}
	r.ring = r.keys.keyring()
	list, err := r.store.Values().List(ctx, Bucket)
	if err != nil {
		return err
	}
	known := proofs(list)
	if mark, begun := known[rotationMark]; begun && string(mark) != markOf(r.ring) {
		return checkRotation(known, r.ring)
	}
	return isOurs(known, r.ring)
}

// newKey is the point from which a rotation is under way: the file says so.
func (r *rotation) newKey(context.Context) error {
	if Rotating(r.ring) {
		return nil // by a run before
	}
	next := contents{current: eventlog.NewKey(), older: []eventlog.Key{r.keys.current}}
	if err := replace(r.path, next); err != nil {
		return err
	}
	r.keys, r.ring = next, next.keyring()
	return nil
}

func (r *rotation) note(ctx context.Context) error {
	_, err := r.store.Values().Put(ctx, Bucket, rotationMark, []byte(markOf(r.ring)), time.Time{}, eventlog.Any)
	if err != nil {
		return err
	}
	return keepProof(ctx, r.store.Values(), r.ring, r.ring.Current())
}

func (r *rotation) reseal(ctx context.Context) error {
	return eventlog.Reseal(ctx, r.store, r.ring, Bucket, r.progress)
}

func (r *rotation) scrub(ctx context.Context) error { return r.store.Scrub(ctx) }

func (r *rotation) forgetProofs(ctx context.Context) error {
	var errs []error
	for _, id := range r.ring.Older() {
		errs = append(errs, r.store.Values().Delete(ctx, Bucket, id.String(), eventlog.Any))
	}
	return errors.Join(append(errs, r.store.Values().Delete(ctx, Bucket, rotationMark, eventlog.Any))...)
}

func (r *rotation) forgetKeys(context.Context) error {
	return replace(r.path, contents{current: r.keys.current})
}
