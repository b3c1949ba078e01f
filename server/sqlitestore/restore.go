package sqlitestore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Restore makes a data folder of a file that Backup wrote. The folder must be new
// or empty. It copies, it verifies nothing: open the store and verify its streams.
func Restore(fromFile, dir string) error {
	from, err := os.Open(fromFile)
	if err != nil {
		return fmt.Errorf("the backup cannot be read: %w", err)
	}
	defer from.Close()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w", err)
	}
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return fmt.Errorf("%s is not empty: name a new folder, so that nothing is written over", dir)
	}
	// Under another name until it is whole: half a copy must not pass for a store.
	part := filepath.Join(dir, dbName+".part")
	to, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("the data folder cannot be written: %w", err)
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
		return errors.Join(fmt.Errorf("the backup could not be copied: %w", err), os.Remove(part))
	}
	if err := os.Rename(part, filepath.Join(dir, dbName)); err != nil {
		return fmt.Errorf("the data folder cannot be written: %w", err)
	}
	return syncFolder(dir)
}
