package redisstore

import (
	"context"
	"fmt"
)

// Safe refuses a Redis that may throw away what it was given, or keeps nothing on
// disk. Where the access list does not let it look, that is said.
func (s *Store) Safe(ctx context.Context) error {
	set, err := s.settings(ctx, "maxmemory-policy", "appendonly", "save")
	if err != nil {
		return err
	}
	switch {
	case set["maxmemory-policy"] != "noeviction":
		return unsafe("may throw away what people wrote when its memory is full: set maxmemory-policy noeviction")
	case set["appendonly"] != "yes" && set["save"] == "":
		return unsafe("keeps nothing on its disk: set appendonly yes and appendfsync always")
	}
	return nil
}

func unsafe(why string) error {
	return fmt.Errorf("this Redis %s, or give -insecure-redis if everything may be lost", why)
}

// settings reads settings of Redis by their names.
func (s *Store) settings(ctx context.Context, names ...string) (map[string]string, error) {
	out := make(map[string]string)
	for _, name := range names {
		got, err := s.client.ConfigGet(ctx, name).Result()
		if err != nil {
			return nil, fmt.Errorf("the settings of Redis cannot be read (its access list needs +config|get): %w", asStoreError(ctx, err))
		}
		for k, v := range got {
			out[k] = v
		}
	}
	return out, nil
}
