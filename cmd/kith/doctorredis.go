package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/move"
	"github.com/kith-chat/kith/server/redisstore"
)

// redisPatience is how long the doctor looks at Redis at most.
const redisPatience = 15 * time.Second

// wantRedis is the oldest Redis whose scripts can say what they do.
const wantRedis = 7

// lookRedis looks at the Redis that -redis names, and changes nothing there.
func lookRedis(ctx context.Context, c server.Config) []finding {
	ctx, cancel := context.WithTimeout(ctx, redisPatience)
	defer cancel()
	i, err := redisstore.Inspect(redisstore.Options{URL: c.Redis, CAFile: c.RedisCA})
	if err != nil {
		return []finding{{"redis", "the address cannot be used", err.Error()}}
	}
	defer i.Close()
	if err := i.Reach(ctx); err != nil {
		return []finding{{"redis", "cannot be used: " + err.Error(), "look at Redis and at the network, or mend -redis (and -redis-ca)"}}
	}
	rights, err := i.Rights(ctx)
	if err != nil {
		return []finding{{"redis", "was lost while it was looked at: " + err.Error(), "look at Redis and at the network"}}
	}
	found := []finding{lookRights(i.User(), rights)}
	if !mayLook(rights) {
		return append(found, finding{"redis", "its settings cannot be seen with these rights", "mend the rights, then run kith doctor again"})
	}
	facts, err := i.Facts(ctx)
	if err != nil {
		return append(found, finding{"redis", "its settings cannot be seen: " + err.Error(), "look at Redis's log"})
	}
	found = append(found, lookVersion(facts), lookDisk(facts.Settings), lookMemory(facts.Settings), lookSkew(facts.Skew))
	found = append(found, lookReplicas(c.RedisReplicas, i.Sentinel(), facts)...)
	return append(found, lookStored(ctx, c, i))
}

func lookRights(user string, r redisstore.Rights) finding {
	switch {
	case len(r.Unknown) > 0:
		return finding{
			"rights", "this Redis does not know " + strings.Join(r.Unknown, ", "),
			"use a Redis of version 7.0 or newer in which no command is renamed or taken away",
		}
	case len(r.Missing) > 0:
		return finding{
			"rights", "the user " + user + " may not do all that Kith needs",
			"ACL SETUSER " + user + " " + strings.Join(r.Missing, " ") + " (and ACL SAVE, or the same in redis.conf)",
		}
	}
	return finding{"rights", "the user " + user + " may do all that Kith needs", ""}
}

// mayLook: the settings can be seen.
func mayLook(r redisstore.Rights) bool {
	return !slices.ContainsFunc(append(r.Missing, r.Unknown...), func(rule string) bool {
		return slices.Contains([]string{"info", "time", "config|get", "config", "select", "multi"}, strings.TrimPrefix(rule, "+"))
	})
}

func lookVersion(f redisstore.Facts) finding {
	major, _, _ := strings.Cut(f.Version, ".")
	n, err := strconv.Atoi(major)
	switch {
	case err != nil || n < wantRedis:
		return finding{"redis", "it is version " + f.Version, "install Redis 7.0 or newer"}
	case f.Replica:
		return finding{"redis", "it is a replica, which takes no writes", "give -redis the address of the primary, or of the Sentinels"}
	}
	return finding{"redis", "answers, version " + f.Version, ""}
}

// set is how a setting is mended: now, and for the next start.
func set(name, value string) string {
	return fmt.Sprintf("CONFIG SET %s %s, and in redis.conf: %[1]s %[2]s", name, value)
}

func lookDisk(s redisstore.Settings) finding {
	const what = "disk"
	switch {
	case s.KeepsNothing():
		return finding{what, "no append-only file, no snapshots: a restart of Redis loses everything", set("appendonly", "yes")}
	case !s.AOF:
		return finding{what, "no append-only file: a crash of Redis loses all since its last snapshot", set("appendonly", "yes")}
	case s.Fsync == "everysec":
		return finding{what, "appendfsync everysec: a power loss takes about the last second of messages that people saw as saved", set("appendfsync", "always")}
	case s.Fsync != "always":
		return finding{what, "appendfsync " + s.Fsync + ": a power loss takes what the system has not written yet, often half a minute", set("appendfsync", "always")}
	}
	return finding{what, "append-only file, synced before a message counts as saved", ""}
}

func lookMemory(s redisstore.Settings) finding {
	switch {
	case s.Evicts():
		return finding{"memory", "maxmemory-policy " + s.Policy + ": when it is full, Redis throws away what people wrote", set("maxmemory-policy", "noeviction")}
	case s.MaxMemory == 0:
		return finding{"memory", "no limit but the machine's, and nothing is thrown away", ""}
	}
	return finding{"memory", fmt.Sprintf("%d MiB; when they are full, posting stops and nothing is thrown away", s.MaxMemory>>20), ""}
}

func lookSkew(skew time.Duration) finding {
	if skew.Abs() > redisstore.MaxSkew {
		return finding{
			"skew", "the clocks of Redis and of this machine lie " + skew.Abs().Round(time.Second).String() + " apart",
			"set both clocks (timedatectl set-ntp true)",
		}
	}
	return finding{"skew", "the clocks of Redis and of this machine agree", ""}
}

// lookReplicas says what a failover would lose, and whether there can be one.
func lookReplicas(want int, sentinel bool, f redisstore.Facts) []finding {
	const what = "replicas"
	have := fmt.Sprintf("%d connected", f.Replicas)
	switch {
	case f.Replicas < want:
		return []finding{{
			what, fmt.Sprintf("%s, and -redis-replicas is %d: posting stops", have, want),
			"have more follow it (replicaof HOST PORT in their redis.conf), or give a smaller -redis-replicas",
		}}
	case f.Replicas == 0 && sentinel:
		return []finding{{what, "none connected: the Sentinels have nothing to fail over to", "have one follow it (replicaof HOST PORT in its redis.conf)"}}
	case f.Replicas == 0:
		return []finding{{what, "none: a failover is not possible, this Redis is the only copy", ""}}
	case want > 0:
		return []finding{{what, fmt.Sprintf("%s; a message counts as saved when %d have it", have, want), ""}, lookMinimum(want, f.Settings)}
	case sentinel:
		is := have + "; a failover may lose messages that people saw as saved: -redis-replicas 1 bounds that"
		return []finding{{what, is, ""}, lookMinimum(1, f.Settings)}
	}
	return []finding{{what, have + "; if one is made the primary by hand, messages that people saw as saved may be lost: -redis-replicas 1 bounds that", ""}}
}

// lookMinimum: an old primary that was cut off goes on taking writes that are lost
// later, unless it is told to stop without replicas.
func lookMinimum(want int, s redisstore.Settings) finding {
	if s.MinReplicas < want {
		return finding{
			"minimum", fmt.Sprintf("min-replicas-to-write is %d: a primary that was cut off goes on taking what a failover loses", s.MinReplicas),
			set("min-replicas-to-write", strconv.Itoa(want)),
		}
	}
	return finding{"minimum", fmt.Sprintf("Redis takes no writes without %d of its replicas", s.MinReplicas), ""}
}

// lookStored says whether there is a programme, and whether the key is its own.
func lookStored(ctx context.Context, c server.Config, i *redisstore.Inspection) finding {
	const what = "stored"
	log, values, err := i.Stored(ctx)
	if err != nil {
		return finding{what, "what Redis holds cannot be seen: " + err.Error(), "mend what stands above, then run kith doctor again"}
	}
	if log == nil {
		return finding{what, "no programme yet: the first start makes it", ""}
	}
	moving, err := values.List(ctx, move.Mark)
	if err == nil && len(moving) > 0 {
		return finding{what, "a part of a programme: a move to this Redis has not come to its end", "run kith move again: it goes on where it stopped"}
	}
	empty := false
	if err == nil {
		empty, err = keyfile.Empty(ctx, log, values)
	}
	switch {
	case err != nil:
		return finding{what, "what Redis holds cannot be seen: " + err.Error(), "mend what stands above, then run kith doctor again"}
	case empty:
		return finding{what, "no programme yet: the first start makes it", ""}
	}
	return lookProof(ctx, c, values)
}

func lookProof(ctx context.Context, c server.Config, values eventlog.Values) finding {
	keys, err := keyfile.Load(c.Key)
	if err != nil {
		return finding{"stored", "a programme; whether the key is its own cannot be seen without it", "put its key at " + c.Key + ", or name the file with -key"}
	}
	// It is not empty, so Check only compares.
	if err := keyfile.Check(ctx, values, keys, false); err != nil {
		return finding{"stored", "a programme: " + err.Error(), "give -key the file that every other server of this programme has"}
	}
	return finding{"stored", "a programme, and the key is its own", ""}
}
