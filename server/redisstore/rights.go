package redisstore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Rights are what Redis lets a user do of what Kith needs.
type Rights struct {
	// Missing are rules that the user lacks, as ACL SETUSER takes them.
	Missing []string
	// Unknown are commands that this Redis does not have: it is too old, or somebody
	// renamed them.
	Unknown []string
}

// Rights tries every command that Kith needs, without any effect: between MULTI and
// DISCARD Redis looks whether a command may be given, and never carries it out.
func (i *Inspection) Rights(ctx context.Context) (Rights, error) {
	var r Rights
	note := func(command string, refused redis.Error) { r.note(command, i.store.keys.prefix+"*", refused) }
	// Without these nothing may be tried: it would be done, or the transaction would
	// stay open on its connection.
	brackets := [][]any{{"multi"}, {"exec"}, {"multi"}, {"discard"}}
	if err := i.ask(ctx, brackets, note); err != nil {
		return r, err
	}
	if len(r.Missing)+len(r.Unknown) > 0 {
		i.store.dialAnew()
		r.Missing = strings.Fields(ACL(i.store.keys.prefix))
		return r, nil
	}
	return r, i.ask(ctx, slices.Concat([][]any{{"multi"}}, i.store.keys.trials(i.store.dialing.DB), [][]any{{"discard"}}), note)
}

// ask gives commands on one connection and notes what is refused.
func (i *Inspection) ask(ctx context.Context, commands [][]any, note func(command string, refused redis.Error)) error {
	var done []*redis.Cmd
	_, err := i.store.redis().Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, c := range commands {
			done = append(done, p.Do(ctx, c...))
		}
		return nil
	})
	asked := false
	for n, d := range done {
		asked = asked || d.Err() != nil
		if refused, ok := errors.AsType[redis.Error](d.Err()); ok {
			name, _ := commands[n][0].(string)
			note(name, refused)
		} else if d.Err() != nil {
			return errors.New(i.unreachable(ctx, d.Err()))
		}
	}
	if asked || err == nil {
		return nil
	}
	// The connection was not made.
	if refused, ok := errors.AsType[redis.Error](err); ok {
		note("select", refused)
		return nil
	}
	return errors.New(i.unreachable(ctx, err))
}

// note turns a refusal into the rule that is missing. Redis's words for it changed
// with 7.2; these parts of them did not.
func (r *Rights) note(command, pattern string, refused redis.Error) {
	text := refused.Error()
	_, after, about := strings.Cut(text, "to run the '")
	named, _, _ := strings.Cut(after, "'")
	add := func(list *[]string, what string) {
		if !slices.Contains(*list, what) {
			*list = append(*list, what)
		}
	}
	switch {
	case strings.Contains(text, "unknown command"):
		add(&r.Unknown, command)
	case !noRight(refused): // such as DISCARD after a MULTI that was refused
	case about: // perhaps another one, that makes the connection
		add(&r.Missing, "+"+named)
	case strings.Contains(text, "channel"):
		add(&r.Missing, "&"+pattern)
	default:
		add(&r.Missing, "~"+pattern)
	}
}

// noRight tells whether the access list is the reason. EXEC's refusal, and one while
// the connection is made, carry it inside.
func noRight(refused redis.Error) bool { return strings.Contains(refused.Error(), "NOPERM") }

// trials are all commands of a node, the scripts' too, each with as many arguments as
// it wants and with keys and channels of Kith's own.
func (k keys) trials(db int) [][]any {
	key, none := k.trial(), strings.Repeat("0", 40)
	all := [][]any{
		{"eval", "return 1", 1, key},
		{"evalsha", none, 1, key},
		{"wait", 0, 0},
		{"time"},
		{"info", "server"},
		{"hset", key, "a", "1"},
		{"hsetnx", key, "a", "1"},
		{"hget", key, "a"},
		{"hmget", key, "a"},
		{"hdel", key, "a"},
		{"hlen", key},
		{"hscan", key, 0},
		{"hincrby", key, "a", 1},
		{"xadd", key, "1-0", "a", "1"},
		{"xlen", key},
		{"xrange", key, "-", "+"},
		{"xrevrange", key, "+", "-"},
		{"zadd", key, 1, "a"},
		{"zrem", key, "a"},
		{"zcard", key},
		{"zrangebyscore", key, 0, 1},
		{"unlink", key},
		{"publish", k.probe(), ""},
		{"subscribe", k.news(), k.signals(), k.probe()},
		{"bgrewriteaof"},
		{"bgsave"},
		{"config", "get", "appendonly"},
	}
	if db != 0 {
		all = append(all, []any{"select", db})
	}
	return all
}
