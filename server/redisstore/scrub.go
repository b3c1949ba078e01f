package redisstore

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// scrubEvery is how often a node looks whether something was erased since the
	// files were last written anew; ScrubWithin how long erased bytes may stay in the
	// files of the primary, unless its disk is in the way.
	scrubEvery  = 20 * time.Second
	ScrubWithin = 2 * time.Minute
)

// scrubber has Redis write its files anew after something was erased, so that not
// even sealed bytes stay. Any node does it; what was erased and not yet scrubbed is
// counted in Redis, so that a node that dies leaves it to the others. Replicas
// write their own files anew by their own settings.
type scrubber struct {
	store *Store
	end   context.CancelFunc
	work  sync.WaitGroup
}

func newScrubber(s *Store) *scrubber {
	ctx, end := context.WithCancel(context.Background())
	c := &scrubber{store: s, end: end}
	c.work.Go(func() { c.run(ctx) })
	return c
}

func (c *scrubber) close() {
	c.end()
	c.work.Wait()
}

func (c *scrubber) run(ctx context.Context) {
	tick := time.NewTicker(scrubEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := c.store.Scrub(ctx); err != nil && ctx.Err() == nil {
				c.store.logger.Warn("Redis did not write its files anew after an erasure; it is asked again", "reason", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Scrub has Redis write its files anew if something was erased since the last time,
// and returns when the files are written.
func (s *Store) Scrub(ctx context.Context) error {
	counts, err := s.redis().HMGet(ctx, s.keys.store(), "erasures", "scrubbed").Result()
	if err != nil {
		return asStoreError(ctx, err)
	}
	if counts[0] == nil || counts[0] == counts[1] {
		return nil
	}
	if err := s.rewriteFiles(ctx); err != nil {
		return err
	}
	return asStoreError(ctx, s.redis().HSet(ctx, s.keys.store(), "scrubbed", counts[0]).Err())
}

// errRewrite: Redis could not write its files anew.
var errRewrite = errors.New("redisstore: Redis could not write its file anew: look at its log")

// rewriteFiles begins a rewrite of each kind of file that Redis keeps, and waits
// for their ends. One that another node began may hold bytes erased since, so it is
// waited for first.
func (s *Store) rewriteFiles(ctx context.Context) error {
	before, err := s.settled(ctx)
	if err != nil {
		return err
	}
	set, err := s.settings(ctx)
	if err != nil {
		return err
	}
	for _, file := range []struct {
		kept  bool
		begin func(context.Context) *redis.StatusCmd
		done  string
	}{
		{before["aof_enabled"] == "1", s.redis().BgRewriteAOF, "aof_last_bgrewrite_status"},
		{set.Save != "" || before["rdb_saves"] != "0", s.redis().BgSave, "rdb_last_bgsave_status"},
	} {
		if !file.kept {
			continue
		}
		if err := file.begin(ctx).Err(); err != nil {
			return asStoreError(ctx, err)
		}
		after, err := s.settled(ctx)
		if err != nil {
			return err
		}
		if after[file.done] != "ok" {
			return errRewrite
		}
	}
	return nil
}

// settleEvery is how often Redis is asked whether it is done writing a file: it
// tells nobody by itself.
const settleEvery = 200 * time.Millisecond

// settled waits until no file is being written, and returns what Redis says of them.
func (s *Store) settled(ctx context.Context) (map[string]string, error) {
	for {
		text, err := s.redis().Info(ctx, "persistence").Result()
		if err != nil {
			return nil, asStoreError(ctx, err)
		}
		info := fields(text)
		if info["rdb_bgsave_in_progress"] == "0" && info["aof_rewrite_in_progress"] == "0" && info["aof_rewrite_scheduled"] != "1" {
			return info, nil
		}
		select {
		case <-time.After(settleEvery):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// fields reads an answer of INFO.
func fields(text string) map[string]string {
	out := make(map[string]string)
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			out[key] = value
		}
	}
	return out
}
