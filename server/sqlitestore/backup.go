package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes a copy of the store to the new file toFile (mode 0600), as it
// stands at one moment, while the store goes on working. When it returns nil the
// copy is synced. A copy that failed half-way is removed; one that a crash left is
// named toFile with ".part" behind it.
//
// A backup keeps what is erased later. Give backups an end of their own. While
// one runs, scrubs wait for it.
func (s *Store) Backup(ctx context.Context, toFile string) error {
	if _, err := os.Lstat(toFile); err == nil {
		return fmt.Errorf("the backup file is already there: %w", os.ErrExist)
	}
	part := toFile + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot remove a half-written backup: %w", err)
	}
	if err := s.writeBackup(ctx, part, toFile); err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	return syncFolder(filepath.Dir(toFile))
}

func (s *Store) writeBackup(ctx context.Context, part, toFile string) error {
	// Made here for its mode: VACUUM INTO takes an empty file as it is.
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make the backup file: %w", err)
	}
	defer f.Close()
	if _, err := s.side.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return fmt.Errorf("writing the backup: %w", asStoreError(err))
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("syncing the backup: %w", err)
	}
	// Link, unlike rename, refuses to replace a file that came in between.
	if err := os.Link(part, toFile); err != nil {
		return fmt.Errorf("naming the backup: %w", err)
	}
	return os.Remove(part)
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
