package redisstore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options say where the store is. Only URL is required.
type Options struct {
	// URL is one of
	//
	//	redis://[user:password@]host:port[/database]
	//	redis+sentinel://[user:password@]host:port,host:port/name[?db=0]
	//
	// or the same with rediss in place of redis, for TLS. In the second form the
	// hosts are Sentinels, name is what they call the primary, and user and password
	// are those of Redis itself.
	URL string
	// CAFile is a PEM file of the authority that signed Redis's certificate; "" for
	// the system's.
	CAFile string
	// Prefix begins every key and channel. "": "kith:".
	Prefix string
	// Replicas is how many replicas must have what is written before it counts as
	// stored. 0: none, and a failover may lose what was acknowledged.
	Replicas int
	// Clock tells when a value has expired, and is compared with Redis's. nil: time.Now.
	Clock func() time.Time
	// Logger hears of what the store does by itself. nil: nobody does.
	Logger *slog.Logger
}

// DefaultPrefix is how keys and channels begin.
const DefaultPrefix = "kith:"

// Limits of one node's dealings with Redis.
const (
	dialTimeout = time.Second
	// callTimeout bounds each call, in both directions. It lies above waitTimeout and
	// well below the five seconds within which a failure must show.
	callTimeout = 2 * time.Second
	// waitTimeout is how long replicas may take to have what was written.
	waitTimeout = time.Second
	// maxConns and connBuffer bound the client's memory: 16 connections with two
	// buffers of 16 KiB each.
	maxConns   = 16
	connBuffer = 16 << 10
)

func (o *Options) fill() {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// ErrURL: the address of Redis cannot be understood. The text never repeats it: it
// may hold a password.
var ErrURL = errors.New("the address of Redis is not understood: write redis://host:6379, " +
	"or redis+sentinel://host:26379,host:26379/name; rediss for TLS; user:password@ before the host where one is needed")

// universal reads the URL.
func (o Options) universal() (*redis.UniversalOptions, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Fragment != "" {
		return nil, ErrURL
	}
	scheme, sentinel := strings.CutSuffix(u.Scheme, "+sentinel")
	if scheme != "redis" && scheme != "rediss" {
		return nil, ErrURL
	}
	out := &redis.UniversalOptions{
		DialTimeout: dialTimeout, ReadTimeout: callTimeout, WriteTimeout: callTimeout, PoolTimeout: callTimeout,
		ContextTimeoutEnabled: true, DialerRetries: 1,
		// A call that failed may have been carried out: what to do then is decided by
		// who called.
		MaxRetries: -1,
		PoolSize:   maxConns, MaxActiveConns: maxConns, ReadBufferSize: connBuffer, WriteBufferSize: connBuffer,
		PipelinePoolSize: -1,
		DisableIdentity:  true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if u.User != nil {
		out.Username = u.User.Username()
		out.Password, _ = u.User.Password()
	}
	if scheme == "rediss" {
		if out.TLSConfig, err = o.tls(u.Hostname(), sentinel); err != nil {
			return nil, err
		}
	}
	db := strings.Trim(u.Path, "/")
	if sentinel {
		out.MasterName, db = db, u.Query().Get("db")
		if out.MasterName == "" {
			return nil, ErrURL
		}
	}
	if db != "" {
		if out.DB, err = strconv.Atoi(db); err != nil || out.DB < 0 {
			return nil, ErrURL
		}
	}
	out.Addrs, err = addresses(u.Host, sentinel)
	return out, err
}

func addresses(hosts string, sentinel bool) ([]string, error) {
	list := strings.Split(hosts, ",")
	if len(list) > 1 && !sentinel {
		return nil, ErrURL
	}
	for i, host := range list {
		if host == "" {
			return nil, ErrURL
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			port := "6379"
			if sentinel {
				port = "26379"
			}
			list[i] = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
	}
	return list, nil
}

func (o Options) tls(host string, sentinel bool) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if !sentinel { // Sentinels name other hosts: each is checked by its own name
		c.ServerName = host
	}
	if o.CAFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("-redis-ca %s cannot be read: %w", o.CAFile, err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("-redis-ca %s holds no certificate in PEM form", o.CAFile)
	}
	return c, nil
}
