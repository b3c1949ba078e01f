// Package sqlitestore keeps streams and values in one SQLite file, kith.db, in
// the data folder. It is Kith's default store and implements eventlog.Log and
// eventlog.Values; their comments are the contract. What it adds:
//
// Durable: WAL with synchronous=FULL. A commit has been synced when Append, Put,
// Delete or Drop returns nil.
//
// Group commit: one goroutine writes. It takes all waiting calls into one
// transaction. What can be refused (a conflict, a dropped stream) is decided
// before a call writes anything, so one call's refusal never touches another's;
// what is left to fail is the disk, and then the whole transaction goes and every
// call in it gets ErrUnavailable. The next call tries the disk again.
//
// Reads run beside the writer on their own connections, each on one snapshot.
//
// Gone means gone: what is erased, dropped, deleted, replaced or expired and
// swept is in neither kith.db nor its WAL after ScrubWithin at the latest.
// SQLite's secure_delete is not enough for that: when it splits or merges pages it
// can leave copies of rows in the unused part of a page. So rows that hold sealed
// bytes are never moved: they stand in tables that only grow at the end, are
// never deleted, and are overwritten in place with as many zeros. Room left by
// dropped streams is given back by the next Open, once it is worth it.
//
// One process at a time: the data folder is locked (ErrLocked).
package sqlitestore
