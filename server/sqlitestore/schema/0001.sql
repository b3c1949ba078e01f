-- One row for each stream, for ever: a dropped stream's row is its tombstone.
CREATE TABLE streams (
	id        INTEGER PRIMARY KEY,
	name      TEXT    NOT NULL UNIQUE,
	seq       INTEGER NOT NULL,
	digest    BLOB    NOT NULL,
	change_no INTEGER NOT NULL,
	dropped   INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX streams_by_change ON streams (change_no);

-- A table with a rowid, on purpose: rows are only ever added at the end and only
-- ever overwritten with as many bytes, so SQLite never moves one. A WITHOUT ROWID
-- table splits and merges pages, and secure_delete leaves copies behind when it
-- does. The package comment has the rule; residue_test.go holds it.
CREATE TABLE records (
	id     INTEGER PRIMARY KEY,
	stream INTEGER NOT NULL REFERENCES streams (id),
	seq    INTEGER NOT NULL,
	erased INTEGER NOT NULL DEFAULT 0, -- 0 and 1 take the same room
	proof  BLOB    NOT NULL,           -- digest, MetaCommit, BodyCommit: 96 bytes
	meta   BLOB    NOT NULL,
	body   BLOB,                       -- NULL: appended without one
	UNIQUE (stream, seq)
);

-- What a value is called and where its bytes are. Nothing here is secret.
CREATE TABLE "values" (
	bucket  TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	version INTEGER NOT NULL,
	expires INTEGER NOT NULL, -- milliseconds since 1970; 0: never
	size    INTEGER NOT NULL, -- of the data in the slot
	slot    INTEGER NOT NULL REFERENCES slots (id),
	PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE INDEX values_by_expiry ON "values" (expires) WHERE expires > 0;

-- Where values' bytes stand. The rule of records again: a slot is never deleted
-- and never changes its size; what a value leaves is overwritten and used again.
CREATE TABLE slots (
	id   INTEGER PRIMARY KEY,
	free INTEGER NOT NULL DEFAULT 0,
	room INTEGER NOT NULL, -- bytes of data
	data BLOB    NOT NULL
);
CREATE INDEX slots_free ON slots (room) WHERE free = 1;

-- The last version that a value got: a version is never used twice. And whether
-- room was being given back, which is done again if it did not come to its end.
CREATE TABLE state (version INTEGER NOT NULL, compacting INTEGER NOT NULL);
INSERT INTO state VALUES (0, 0);
