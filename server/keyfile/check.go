package keyfile

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

const (
	// Bucket is the one bucket of a store that is not sealed. Under a key's id
	// stands its proof; under rotationMark, while a rotation is under way, the ids of
	// the old and the new key.
	Bucket       = "key"
	rotationMark = "rotation"
	// claimMark stands there while somebody puts the first proof into an empty store:
	// of two nodes with two keys only one may. claimFor is after how long a claim
	// whose node died may be made again.
	claimMark = "claim"
	claimFor  = 10 * time.Second
)

// Open is what a server does with its key file before anything else: it loads it,
// or makes it for a new store, and checks that it belongs to the store. log and
// values are the bare ones. Errors: those of LoadOrCreate and Check.
func Open(ctx context.Context, path string, log eventlog.Log, values eventlog.Values) (*eventlog.Keyring, error) {
	empty, err := Empty(ctx, log, values)
	if err != nil {
		return nil, err
	}
	keys, err := LoadOrCreate(path, empty)
	if err != nil {
		return nil, err
	}
	return keys, Check(ctx, values, keys, empty)
}

// Empty tells whether a bare store has never been used with a key.
func Empty(ctx context.Context, log eventlog.Log, values eventlog.Values) (bool, error) {
	streams, _, err := log.Changes(ctx, "", 1)
	if err != nil {
		return false, err
	}
	proofs, err := values.List(ctx, Bucket)
	return len(streams) == 0 && len(proofs) == 0, err
}

// Check holds keys against the proof in the bare store's values, and puts a proof
// into a store that is empty. Errors: ErrWrongKey, ErrRotating, those of values.
func Check(ctx context.Context, values eventlog.Values, keys *eventlog.Keyring, storeIsEmpty bool) error {
	list, err := values.List(ctx, Bucket)
	if err != nil {
		return err
	}
	if len(list) == 0 || len(list) == 1 && list[0].Key == claimMark {
		return checkNew(ctx, values, keys, storeIsEmpty)
	}
	return Belongs(list, keys)
}

// Belongs is Check for those who must change nothing: it holds keys against the values
// of Bucket as somebody read them. A store without a proof is new and fits any key.
func Belongs(list []eventlog.Value, keys *eventlog.Keyring) error {
	known := proofs(list)
	delete(known, claimMark)
	if len(known) == 0 {
		return nil
	}
	if err := checkRotation(known, keys); err != nil {
		return err
	}
	return checkProof(known, keys, keys.Current())
}

func checkNew(ctx context.Context, values eventlog.Values, keys *eventlog.Keyring, storeIsEmpty bool) error {
	if !storeIsEmpty {
		return fmt.Errorf("%w: there are records, and no proof of the key that they are sealed under. "+
			"The data are not whole: go back to a backup", ErrWrongKey)
	}
	return claim(ctx, values, keys)
}

// claim puts the first proof into an empty store. Whoever comes second finds the
// claim, or the proof.
func claim(ctx context.Context, values eventlog.Values, keys *eventlog.Keyring) error {
	ours := []byte(keys.Current().String())
	_, err := values.Put(ctx, Bucket, claimMark, ours, time.Now().Add(claimFor), eventlog.Absent)
	if errors.Is(err, eventlog.ErrConflict) {
		if v, err := values.Get(ctx, Bucket, claimMark); err == nil && string(v.Data) == string(ours) {
			return keepProof(ctx, values, keys, keys.Current()) // another server with the same key
		}
		return fmt.Errorf("%w: another server is putting its key to these new data at this moment. "+
			"Give every server the same key file, and start this one again", ErrWrongKey)
	}
	if err != nil {
		return fmt.Errorf("claiming the new data for the key: %w", err)
	}
	list, err := values.List(ctx, Bucket)
	if err != nil {
		return err
	}
	known := proofs(list)
	delete(known, claimMark)
	if len(known) > 0 { // somebody was faster, from the first look to the last
		err = checkProof(known, keys, keys.Current())
	} else {
		err = keepProof(ctx, values, keys, keys.Current())
	}
	return errors.Join(err, values.Delete(ctx, Bucket, claimMark, eventlog.Any))
}

func keepProof(ctx context.Context, values eventlog.Values, keys *eventlog.Keyring, id eventlog.KeyID) error {
	_, err := values.Put(ctx, Bucket, id.String(), keys.Proof(id), time.Time{}, eventlog.Any)
	if err != nil {
		return fmt.Errorf("keeping the proof of the key: %w", err)
	}
	return nil
}

// proofs are the values of Bucket by their keys.
func proofs(list []eventlog.Value) map[string][]byte {
	known := map[string][]byte{}
	for _, v := range list {
		known[v.Key] = v.Data
	}
	return known
}

// Rotating tells whether keys come from a file that a rotation was interrupted in.
func Rotating(keys *eventlog.Keyring) bool { return len(keys.Older()) > 0 }

// checkRotation refuses a store between two keys: the server would read one half
// of it, and the names of values belong to one key alone.
func checkRotation(known map[string][]byte, keys *eventlog.Keyring) error {
	mark, begun := known[rotationMark]
	if begun && string(mark) != markOf(keys) {
		return fmt.Errorf("%w, and the key file has not the two keys that belong to it. "+
			"Put the key file of that change back and run the change again", ErrRotating)
	}
	if begun || Rotating(keys) {
		return fmt.Errorf("%w. Run the change of the key again: it goes on where it stopped", ErrRotating)
	}
	return nil
}

// markOf is what a rotation of these keys writes down: nothing secret.
func markOf(keys *eventlog.Keyring) string {
	mark := keys.Current().String()
	for _, id := range keys.Older() {
		mark += " " + id.String()
	}
	return mark
}

func checkProof(known map[string][]byte, keys *eventlog.Keyring, id eventlog.KeyID) error {
	proof, ok := known[id.String()]
	if !ok {
		return fmt.Errorf("%w: it holds the key %s, and the data are sealed under another. "+
			"They cannot be read without that key: put its file, or your copy of it, in place", ErrWrongKey, id)
	}
	if !hmac.Equal(proof, keys.Proof(id)) {
		return fmt.Errorf("%w: the proof of the key %s in the store is not its own", ErrWrongKey, id)
	}
	return nil
}

// isOurs tells whether any key of the ring has a proof in the store.
func isOurs(known map[string][]byte, keys *eventlog.Keyring) error {
	var errs []error
	for _, id := range append(keys.Older(), keys.Current()) {
		err := checkProof(known, keys, id)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
