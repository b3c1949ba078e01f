package sqlitestore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
)

// schema/0001.sql brings an empty file to user_version 1, and so on. A
// released one is never edited.
//
//go:embed schema/*.sql
var schema embed.FS

// newest is the user_version that this version of Kith writes.
const newest = 1

// migrate brings the file to newest, one transaction a step, so that a crash in
// between leaves a version that the next start goes on from.
func migrate(ctx context.Context, c *sql.Conn) error {
	have, err := userVersion(ctx, c)
	if err != nil {
		return err
	}
	if have > newest {
		return fmt.Errorf("%w (its layout is %d, this version knows up to %d)", ErrNewer, have, newest)
	}
	for v := have + 1; v <= newest; v++ {
		text, err := schema.ReadFile(fmt.Sprintf("schema/%04d.sql", v))
		if err != nil {
			return fmt.Errorf("layout %d is missing from this program: %w", v, err)
		}
		script := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA user_version = %d;\nCOMMIT;", text, v)
		if _, err := c.ExecContext(ctx, script); err != nil {
			return fmt.Errorf("bringing the data folder to layout %d: %w", v, asStoreError(err))
		}
	}
	return nil
}

func userVersion(ctx context.Context, c *sql.Conn) (int, error) {
	var v int
	if err := c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v); err != nil {
		return 0, fmt.Errorf("reading the layout of the data folder: %w", asStoreError(err))
	}
	return v, nil
}
