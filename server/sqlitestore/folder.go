package sqlitestore

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	dbName   = "kith.db"
	lockName = "kith.lock"
)

// prepareFolder makes the data folder and the store's file, readable by their
// owner alone. SQLite gives its other files the mode of the first.
func prepareFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the data folder: %w", err)
	}
	if err := tighten(dir); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, dbName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make the store's file: %w", err)
	}
	defer f.Close()
	if err := f.Chmod(0o600); err != nil {
		return fmt.Errorf("cannot close the store's file to others: %w", err)
	}
	return syncFolder(dir)
}

// tighten closes a folder to others if it is Kith's own: new, or with a store in
// it. A folder that somebody keeps other things in is left as it is; the files in
// it are closed to others anyway.
func tighten(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("cannot read the data folder: %w", err)
	}
	own := len(entries) == 0
	for _, e := range entries {
		own = own || e.Name() == dbName
	}
	if !own {
		return nil
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("cannot close the data folder to others: %w", err)
	}
	return nil
}

// syncFolder makes names in dir durable: a synced file whose name is not is lost.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
