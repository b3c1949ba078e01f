// Package redisstore keeps eventlog's Log and Values in Redis, for several nodes
// that share one programme. Redis's streams are the truth; its pub/sub carries the
// news, and signals that are never stored.
//
// What stands where, each key under a prefix ("kith:" unless told):
//
//	store       hash: id of this store, counters of changes, versions and erasures
//	heads       hash: a stream's name → its head, and whether it was dropped
//	changes     sorted set: a stream's name → the number of its latest change
//	s:NAME      the stream's records without their bodies, as entries SEQ-0
//	b:NAME      hash: SEQ → body, so that a body can be taken away
//	v:BUCKET    hash: key → version, expiry and data
//	expiring    sorted set: values that end → when
//	news, signals, probe   channels
//
// An append is one script (append.lua). It makes every check first, then only
// writes that cannot fail, so that there is no half append: not at maxmemory, not
// with a key of the wrong type in the way.
//
// What acknowledged means depends on Redis. With "appendfsync always" it is synced
// before the script's answer leaves Redis. Redis copies to its replicas after it has
// answered, so a failover may lose what was acknowledged, unless Options.Replicas
// says how many replicas must have it first. What Inspect finds wanting, it names.
//
// A failover, a restart or a restored file may bring another history. Cursors name
// the history they belong to, so Changes answers one of another history with
// eventlog.ErrCursor: begin again, and compare all heads.
//
// The rights that the user of a Redis with ACL needs are in acl.go.
package redisstore
