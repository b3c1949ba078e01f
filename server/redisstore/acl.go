package redisstore

import (
	"context"
	_ "embed"
)

// ACL is the rule of a Redis user that may do what Kith needs and nothing else, for
// a prefix: what "ACL SETUSER" takes after the name and password. A test gives a
// user these rights and no other, and holds that each is used. Select is for an
// address with a database, discard for kith doctor.
func ACL(prefix string) string {
	return "resetkeys resetchannels ~" + prefix + "* &" + prefix + "* -@all " +
		"+select +eval +evalsha +multi +exec +discard +wait +time +info " +
		"+hset +hsetnx +hget +hmget +hdel +hlen +hscan +hincrby +xadd +xlen +xrange +xrevrange " +
		"+zadd +zrem +zcard +zrangebyscore +unlink +publish +subscribe +bgrewriteaof +bgsave +config|get"
}

//go:embed scripts/trial.lua
var trialText string

var trialScript = newScript(trialText)

// tryRights does once, on a key of its own, whatever a script will do, so that a
// right that is missing shows before anything is half done.
func (s *Store) tryRights(ctx context.Context) error {
	_, err := answer(ctx, trialScript.Run(ctx, s.redis(), []string{s.keys.trial()}, s.keys.probe()))
	return err
}
