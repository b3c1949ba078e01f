package redisstore

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/eventlog"
)

// Inspection looks at a Redis and changes nothing: not a key, not a setting. It is
// not Open, which makes the store's id and begins to speak.
type Inspection struct{ store *Store }

// Facts are what there is to say about a Redis besides its rights.
type Facts struct {
	Version  string // as Redis says it: "7.0.15"
	Replica  bool   // it is one itself, and takes no writes
	Replicas int    // that follow it now
	Skew     time.Duration
	Settings Settings
}

// Inspect prepares to look at the Redis of o. Errors: ErrURL, and what is wrong with
// the file of the authority. Nothing is asked of Redis yet. Close it when done.
func Inspect(o Options) (*Inspection, error) {
	o.fill()
	s, err := connect(o)
	if err != nil {
		return nil, err
	}
	return &Inspection{s}, nil
}

// Close ends the connections.
func (i *Inspection) Close() error { return i.store.redis().Close() }

// Sentinel tells whether the address is that of Sentinels.
func (i *Inspection) Sentinel() bool { return i.store.dialing.MasterName != "" }

// User is as whom Redis is asked.
func (i *Inspection) User() string {
	if i.store.dialing.Username == "" {
		return "default"
	}
	return i.store.dialing.Username
}

// Reach tells whether Redis answers: nil, or why not, in words that never repeat
// the address.
func (i *Inspection) Reach(ctx context.Context) error {
	err := i.store.redis().Time(ctx).Err()
	refused, ok := errors.AsType[redis.Error](err)
	switch {
	case err == nil, ok && noRight(refused): // it answers; Rights says what is missing
		return nil
	case ok:
		return errors.New(meaning(refused.Error()))
	}
	return errors.New(i.unreachable(ctx, err))
}

// unreachable says why a connection was not made.
func (i *Inspection) unreachable(ctx context.Context, err error) string {
	_, badName := errors.AsType[*net.DNSError](err)
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, badHost := errors.AsType[x509.HostnameError](err)
	_, badTLS := errors.AsType[tls.RecordHeaderError](err)
	timeout, isNet := errors.AsType[net.Error](err)
	late := ctx.Err() != nil || isNet && timeout.Timeout() || errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case unknown:
		return "its certificate is signed by an authority that is not known here"
	case badHost:
		return "its certificate is for another name"
	case badTLS:
		return "it does not speak TLS there"
	case badName:
		return "there is no such host"
	case late && i.store.dialing.TLSConfig != nil:
		return "it does not answer in time; perhaps it does not speak TLS there"
	case late:
		return "it does not answer in time"
	case strings.Contains(err.Error(), "sentinels"):
		return "no Sentinel answers, or none knows that name"
	}
	return "nothing listens there, or the connection was cut"
}

// Facts asks. Errors are in words.
func (i *Inspection) Facts(ctx context.Context) (Facts, error) {
	var f Facts
	server, err := i.info(ctx, "server")
	if err != nil {
		return f, err
	}
	replication, err := i.info(ctx, "replication")
	if err != nil {
		return f, err
	}
	f.Version, f.Replica = server["redis_version"], replication["role"] == "slave"
	f.Replicas = following(replication)
	if f.Skew, err = i.skew(ctx); err != nil {
		return f, err
	}
	f.Settings, err = i.store.settings(ctx)
	return f, err
}

func (i *Inspection) info(ctx context.Context, section string) (map[string]string, error) {
	text, err := i.store.redis().Info(ctx, section).Result()
	return fields(text), asStoreError(ctx, err)
}

// following counts the replicas that are level with their primary, or nearly.
func following(replication map[string]string) (n int) {
	for k := 0; ; k++ {
		one, there := replication["slave"+strconv.Itoa(k)]
		if !there {
			return n
		}
		if strings.Contains(one, "state=online") {
			n++
		}
	}
}

// skew is Redis's clock less this machine's; what the way there may explain is none.
func (i *Inspection) skew(ctx context.Context) (time.Duration, error) {
	before := i.store.clock()
	now, err := i.store.redis().Time(ctx).Result()
	if err != nil {
		return 0, asStoreError(ctx, err)
	}
	half := i.store.clock().Sub(before) / 2
	skew := now.Sub(before.Add(half))
	if skew.Abs() <= half {
		return 0, nil
	}
	return skew, nil
}

// Stored opens what Redis holds for reading. nil, nil: no store was ever made there.
func (i *Inspection) Stored(ctx context.Context) (eventlog.Log, eventlog.Values, error) {
	id, err := i.store.redis().HGet(ctx, i.store.keys.store(), "id").Result()
	if isNil(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, asStoreError(ctx, err)
	}
	i.store.id = id
	return i.store, i.store.Values(), nil
}
