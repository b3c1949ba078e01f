package redisstore

import (
	"context"
	"fmt"
	"strconv"
)

// Settings are those of Redis that decide what it may lose.
type Settings struct {
	Policy      string // maxmemory-policy
	MaxMemory   int64  // in bytes; 0: none
	AOF         bool   // appendonly
	Fsync       string // appendfsync
	Save        string // when it writes a snapshot; "": never
	MinReplicas int    // without how many replicas it refuses to write; 0: it does not look
}

// Evicts: it may throw away what people wrote when its memory is full.
func (s Settings) Evicts() bool { return s.Policy != "noeviction" }

// KeepsNothing: nothing is on its disk.
func (s Settings) KeepsNothing() bool { return !s.AOF && s.Save == "" }

// Safe refuses a Redis that may throw away what it was given, or keeps nothing on
// disk. Where the access list does not let it look, that is said.
func (s *Store) Safe(ctx context.Context) error {
	set, err := s.settings(ctx)
	switch {
	case err != nil:
		return err
	case set.Evicts():
		return unsafe("may throw away what people wrote when its memory is full: set maxmemory-policy noeviction")
	case set.KeepsNothing():
		return unsafe("keeps nothing on its disk: set appendonly yes and appendfsync always")
	}
	return nil
}

func unsafe(why string) error {
	return fmt.Errorf("this Redis %s, or give -insecure-redis if everything may be lost", why)
}

// settings reads the settings, each by its name: before Redis 7 one question took
// one name.
func (s *Store) settings(ctx context.Context) (Settings, error) {
	all := make(map[string]string)
	for _, name := range []string{
		"maxmemory-policy", "maxmemory", "appendonly", "appendfsync", "save", "min-replicas-to-write", "min-replicas-max-lag",
	} {
		got, err := s.redis().ConfigGet(ctx, name).Result()
		if err != nil {
			return Settings{}, fmt.Errorf("the settings of Redis cannot be read (its access list needs +config|get): %w", asStoreError(ctx, err))
		}
		for k, v := range got {
			all[k] = v
		}
	}
	set := Settings{
		Policy: all["maxmemory-policy"], AOF: all["appendonly"] == "yes", Fsync: all["appendfsync"], Save: all["save"],
	}
	set.MaxMemory, _ = strconv.ParseInt(all["maxmemory"], 10, 64)
	if all["min-replicas-max-lag"] != "0" { // with 0 Redis does not look
		set.MinReplicas, _ = strconv.Atoi(all["min-replicas-to-write"])
	}
	return set, nil
}
