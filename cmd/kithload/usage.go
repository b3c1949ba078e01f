package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// usage is what the nodes, and the Redis they share, have used since they began; or
// between two looks.
type usage struct {
	nodes, redis time.Duration // of CPU
	commands     int64         // that Redis has carried out
}

// usage is what has been used up to now. Of a server elsewhere it is nothing.
func (t *test) usage(ctx context.Context) (u usage, err error) {
	if u.nodes, err = t.nodes.cpu(); err != nil || t.store == nil {
		return u, err
	}
	u.redis, u.commands, err = t.store.usage(ctx)
	return u, err
}

func (u usage) since(before usage) usage {
	return usage{u.nodes - before.nodes, u.redis - before.redis, u.commands - before.commands}
}

func (u usage) plus(more usage) usage {
	return usage{u.nodes + more.nodes, u.redis + more.redis, u.commands + more.commands}
}

// usage asks Redis, which may run on another machine.
func (r *ownRedis) usage(ctx context.Context) (cpu time.Duration, commands int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := r.client.Info(ctx).Bytes()
	if err != nil {
		return 0, 0, fmt.Errorf("the figures of Redis cannot be read: %w", err)
	}
	return parseInfo(info)
}

var errNoInfo = errors.New("this Redis does not tell what it has used (INFO cpu and stats)")

// parseInfo reads the answer to INFO. CPU times are seconds, to the microsecond.
func parseInfo(info []byte) (cpu time.Duration, commands int64, err error) {
	fields := make(map[string]string)
	for line := range bytes.Lines(info) {
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		fields[string(name)] = string(value)
	}
	user, errU := strconv.ParseFloat(fields["used_cpu_user"], 64)
	system, errS := strconv.ParseFloat(fields["used_cpu_sys"], 64)
	commands, errC := strconv.ParseInt(fields["total_commands_processed"], 10, 64)
	if err := errors.Join(errU, errS, errC); err != nil {
		return 0, 0, errors.Join(errNoInfo, err)
	}
	return time.Duration((user + system) * float64(time.Second)), commands, nil
}
