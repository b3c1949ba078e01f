package redisstore

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

var (
	//go:embed scripts/append.lua
	appendText string
	//go:embed scripts/drop.lua
	dropText string
	//go:embed scripts/changes.lua
	changesText string
	//go:embed scripts/put.lua
	putText string
	//go:embed scripts/delete.lua
	deleteText string
	//go:embed scripts/sweep.lua
	sweepText string
	//go:embed scripts/many.lua
	manyText string

	appendScript  = newScript(appendText)
	dropScript    = newScript(dropText)
	changesScript = newScript(changesText)
	putScript     = newScript(putText)
	deleteScript  = newScript(deleteText)
	sweepScript   = newScript(sweepText)
	manyScript    = newScript(manyText)
)

// script is one of the programs above and the name that Redis gives it.
type script struct {
	*redis.Script
	text string
}

func newScript(text string) script { return script{redis.NewScript(text), text} }

// wait asks, on the connection of a pipeline, how many replicas have what was
// written before it. It answers when enough have it, or after timeout.
func wait(ctx context.Context, p redis.Pipeliner, replicas int, timeout time.Duration) *redis.Cmd {
	return p.Do(ctx, "wait", replicas, timeout.Milliseconds())
}

func enough(have *redis.Cmd, replicas int) bool {
	n, err := have.Int()
	return err == nil && n >= replicas
}

// errThin: too few replicas have what was written.
var errThin = fmt.Errorf("%w: too few replicas of Redis answer", eventlog.ErrUnavailable)

// write runs a script that writes. Where replicas are asked for, it returns only
// when they have everything up to and with this call, or with errThin: then it may
// stay or be lost. redis.Nil is returned as it is: scripts answer nothing with it.
func (s *Store) write(ctx context.Context, script script, keys []string, args ...any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // nothing was sent
	}
	if s.replicas == 0 {
		return answer(ctx, script.Run(ctx, s.redis(), keys, args...))
	}
	if s.probe != nil && s.probe.thin.Load() {
		return nil, errThin // and nothing was written
	}
	out, err := s.writeAndWait(ctx, script.Hash(), keys, args, redis.Pipeliner.EvalSha)
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		s.retries.Add(1)
		out, err = s.writeAndWait(ctx, script.text, keys, args, redis.Pipeliner.Eval)
	}
	if errors.Is(err, errThin) {
		return nil, err
	}
	return out, err
}

type eval func(p redis.Pipeliner, ctx context.Context, script string, keys []string, args ...any) *redis.Cmd

// writeAndWait sends both in one go, on one connection: WAIT is about what its
// connection has seen. It cannot stand in a script.
func (s *Store) writeAndWait(ctx context.Context, script string, keys []string, args []any, run eval) (any, error) {
	var done *redis.Cmd
	var have *redis.Cmd
	_, _ = s.redis().Pipelined(ctx, func(p redis.Pipeliner) error {
		done = run(p, ctx, script, keys, args...)
		have = wait(ctx, p, s.replicas, waitTimeout)
		return nil
	})
	if redis.HasErrorPrefix(done.Err(), "NOSCRIPT") {
		return nil, done.Err()
	}
	out, err := answer(ctx, done)
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return nil, err
	case have.Err() != nil:
		return nil, asStoreError(ctx, have.Err())
	case !enough(have, s.replicas):
		s.probe.thin.Store(true) // until the probe finds enough of them
		return nil, errThin
	}
	return out, err
}

func answer(ctx context.Context, c *redis.Cmd) (any, error) {
	out, err := c.Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, asStoreError(ctx, err)
	}
	return out, err
}
