package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
)

// compact gives back the room of dropped streams if they have a quarter of the
// records or more. It runs before the store is open to anybody, and takes about
// a second for each 100 MB.
//
// Deleting rows moves others, and leaves copies of them where no later erasure
// would reach. Rewriting the whole file takes those away, so the two belong
// together: a crash between them is made good by the next Open.
func compact(ctx context.Context, c *sql.Conn) error {
	due, err := compactDue(ctx, c)
	if err != nil || !due {
		return err
	}
	for _, text := range []string{
		`BEGIN IMMEDIATE;
			UPDATE state SET compacting = 1;
			DELETE FROM records WHERE stream IN (SELECT id FROM streams WHERE dropped = 1);
		COMMIT`,
		`VACUUM`,
		`UPDATE state SET compacting = 0`,
	} {
		if _, err := c.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("giving back the room of dropped streams: %w", asStoreError(err))
		}
	}
	return nil
}

func compactDue(ctx context.Context, c *sql.Conn) (bool, error) {
	var begun bool
	var dead, all int64
	err := c.QueryRowContext(ctx, `SELECT compacting,
		(SELECT coalesce(sum(seq), 0) FROM streams s WHERE dropped = 1
			AND EXISTS (SELECT 1 FROM records WHERE stream = s.id)),
		(SELECT count(*) FROM records) FROM state`).Scan(&begun, &dead, &all)
	if err != nil {
		return false, fmt.Errorf("looking for room to give back: %w", asStoreError(err))
	}
	return begun || dead > 0 && dead*4 >= all, nil
}
