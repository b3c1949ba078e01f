package keyfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// writeNew writes a key file that must not be there yet.
func writeNew(path string, c contents) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make the key file: %w", err)
	}
	_, err = f.WriteString(c.text())
	// Nothing may be sealed under a key that a power loss could take away.
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = syncFolder(path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot write the key file: %w", err), os.Remove(path))
	}
	return nil
}

// replace puts other contents in place of a key file's: all of them or none, over
// a crash too.
func replace(path string, c contents) error {
	part := path + ".part"
	// One that a crash left holds a key that nothing was sealed under yet.
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot remove a half-written key file: %w", err)
	}
	if err := writeNew(part, c); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("cannot replace the key file: %w", err)
	}
	return syncFolder(path)
}

// syncFolder makes the name of the file at path durable.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
