package servertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"os"
	"strconv"
	"testing"

	"github.com/redis/go-redis/v9"
)

// RedisOptions are settings of a test's Redis. The zero value is the safest: an
// append-only file, synced at each write.
type RedisOptions struct {
	// AppendFsync is "always", "everysec", or "off" for no append-only file. "": always.
	AppendFsync string
	// ReplicaOf is the primary this one begins to copy. It may be promoted only if
	// both have the same password.
	ReplicaOf *Redis
	// Password is asked of clients. "": none.
	Password string
	// TLSCert, TLSKey and TLSCA are PEM files. If they are set, Redis listens for TLS
	// in place of plain connections. Sentinels cannot watch it then.
	TLSCert, TLSKey, TLSCA string
	// Args is more configuration, as on the command line.
	Args []string
	// Before is what the process is run under, such as strace with its flags.
	Before []string
}

// Redis is a real redis-server that a test started. Kill, Restart, Pause, Resume,
// Pid and Logs are for one goroutine at a time.
type Redis struct {
	instance
	options RedisOptions
}

// NeedRedis skips a test on a machine without redis-server; in CI it fails it.
func NeedRedis(t testing.TB) {
	t.Helper()
	need(t, "redis-server")
}

// StartRedis starts a Redis on a folder and port of its own and waits until it
// answers. It ends with the test.
func StartRedis(t testing.TB, opt RedisOptions) *Redis {
	t.Helper()
	r := &Redis{options: opt}
	r.program, r.before, r.client = "redis-server", opt.Before, clientOptions()
	r.client.Password = opt.Password
	if opt.TLSCert != "" {
		r.client.TLSConfig = trusting(t, opt.TLSCA)
	}
	startInstance(t, &r.instance, func(port int) []string { return opt.args(t, r.dir, strconv.Itoa(port)) })
	return r
}

func (o RedisOptions) args(t testing.TB, dir, port string) []string {
	t.Helper()
	args := []string{
		"--bind", "127.0.0.1", "--dir", dir, "--save", "", "--daemonize", "no", "--protected-mode", "no", "--loglevel", "notice",
		// Replicas are to find their primary, and its loss, quickly.
		"--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", "--repl-timeout", "5",
	}
	switch o.AppendFsync {
	case "", "always":
		args = append(args, "--appendonly", "yes", "--appendfsync", "always")
	case "everysec":
		args = append(args, "--appendonly", "yes", "--appendfsync", "everysec")
	case "off":
		args = append(args, "--appendonly", "no")
	default:
		t.Fatalf("AppendFsync is always, everysec or off, not %q", o.AppendFsync)
	}
	if o.TLSCert == "" {
		args = append(args, "--port", port)
	} else {
		args = append(args, "--port", "0", "--tls-port", port, "--tls-auth-clients", "no",
			"--tls-cert-file", o.TLSCert, "--tls-key-file", o.TLSKey, "--tls-ca-cert-file", o.TLSCA)
	}
	// A primary may become a replica later, and needs its successor's password then.
	primaryPassword := o.Password
	if of := o.ReplicaOf; of != nil {
		args = append(args, "--replicaof", "127.0.0.1", strconv.Itoa(of.port))
		primaryPassword = of.options.Password
		if of.options.TLSCert != "" {
			args = append(args, "--tls-replication", "yes")
		}
	}
	if o.Password != "" {
		args = append(args, "--requirepass", o.Password)
	}
	if primaryPassword != "" {
		args = append(args, "--masterauth", primaryPassword)
	}
	return append(args, o.Args...)
}

// trusting is how a client checks a certificate that the test's own authority signed.
func trusting(t testing.TB, file string) *tls.Config {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", file)
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// Addr is host and port.
func (r *Redis) Addr() string { return r.client.Addr }

// Port is the port alone.
func (r *Redis) Port() int { return r.port }

// URL is how a store is told where this is, and its password.
func (r *Redis) URL() string {
	u := url.URL{Scheme: "redis", Host: r.Addr(), Path: "/0"}
	if r.client.TLSConfig != nil {
		u.Scheme = "rediss"
	}
	if r.options.Password != "" {
		u.User = url.UserPassword("", r.options.Password)
	}
	return u.String()
}

// Dir is the data folder; the configuration, redis.conf, is in it too.
func (r *Redis) Dir() string { return r.dir }

// Pid is the redis-server process, not what it runs under.
func (r *Redis) Pid() int { return r.run.process.Pid }

// Logs is what it wrote to its log, in all its lives.
func (r *Redis) Logs() string { return r.logs.String() }

// Client is a client for a look inside, closed with the test.
func (r *Redis) Client(t testing.TB) *redis.Client {
	t.Helper()
	c := r.dial()
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Do runs one command on a connection of its own. What is not there is nil.
func (r *Redis) Do(t testing.TB, args ...any) any {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := r.dial()
	defer c.Close()
	answer, err := c.Do(ctx, args...).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		t.Fatalf("redis: %v: %v", args[0], err)
	}
	return answer
}
