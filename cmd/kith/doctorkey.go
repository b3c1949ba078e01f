package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// lookKey looks at the key file, and whether it is the one of the data.
func lookKey(ctx context.Context, c server.Config, running bool) finding {
	keys, err := keyfile.Load(c.Key)
	switch {
	case errors.Is(err, keyfile.ErrMissing):
		return noKey(c, err)
	case errors.Is(err, keyfile.ErrOpen):
		return finding{"key", c.Key + " is open to others", "chmod 600 " + c.Key}
	case err != nil:
		return finding{"key", err.Error(), "choose the right file with -key"}
	}
	// A server that runs has held its key against the data itself, and what is on Redis
	// is looked at there.
	if !running && c.Redis == "" && hasData(c.Data) {
		return fitsData(ctx, c, keys)
	}
	return finding{"key", c.Key + " is there and closed to others", ""}
}

func noKey(c server.Config, missing error) finding {
	switch {
	case hasData(c.Data):
		return finding{"key", missing.Error(), "name the key's file with -key"}
	case c.KeyMustExist:
		return finding{"key", "there is none at " + c.Key, "kith key new -key " + c.Key}
	}
	return finding{"key", c.Key + " will be made at the first start; then keep a copy elsewhere", ""}
}

func fitsData(ctx context.Context, c server.Config, keys *eventlog.Keyring) finding {
	proofs, err := sqlitestore.Peek(ctx, c.Data, keyfile.Bucket)
	if err != nil {
		return finding{"key", "the data in " + c.Data + " cannot be read: " + err.Error(), "put a backup into a new folder with kith restore, or choose another folder with -data"}
	}
	err = keyfile.Belongs(proofs, keys)
	switch {
	case errors.Is(err, keyfile.ErrRotating):
		return finding{"key", err.Error(), "kith key rotate -data " + c.Data + " -key " + c.Key}
	case err != nil:
		return finding{"key", c.Key + " belongs to other data than " + c.Data, "name the file of the right key with -key, or put your copy of it in place"}
	}
	return finding{"key", c.Key + " is there, closed to others, and fits the data", ""}
}

// hasData says whether a folder has a programme in it, or was made for one.
func hasData(data string) bool {
	_, err := os.Stat(filepath.Join(data, "kith.db"))
	return err == nil
}
