package server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Config is what a server is told. The zero value of a field is its default.
type Config struct {
	// Addr is where people connect; loopback unless TLS or a proxy is configured.
	Addr string
	// Ops is where /livez, /readyz and /metrics are; "off" for nowhere.
	Ops string
	// Data is the folder of the store. Key is the file of the key, outside of it.
	Data, Key string
	// KeyMustExist refuses to make a key: where it comes from a secret store.
	KeyMustExist bool
	// Redis is the address of the Redis that several servers share; "" keeps everything
	// in Data. RedisCA is a PEM file of the authority behind rediss://, and
	// RedisReplicas how many replicas must have a message before it counts as saved.
	Redis, RedisCA string
	RedisReplicas  int
	// Origin is the public origin people use: "https://kith.example.org".
	Origin string
	// TLSCert and TLSKey are PEM files.
	TLSCert, TLSKey string
	// TrustedProxy are networks (CIDR, separated by commas) of proxies that speak
	// TLS to people and plain HTTP to this server. Nobody else is answered then.
	TrustedProxy string
	// LeaveTo is where "leave this page" goes on to; "" is an empty page.
	LeaveTo string
	// KeepRecords is how long records are kept after the last one of their stream: "7y".
	KeepRecords string
	// CrisisLines is a JSON file of the clinic's own crisis lines; "" shows the table that
	// comes with the client.
	CrisisLines string
	// CallWebhook is where a call for help goes that nobody has read for two minutes; ""
	// for nowhere. CallSecret signs it; CallSecretFile is a file that has it.
	CallWebhook, CallSecret, CallSecretFile string
	// Drain is over how long connections are closed when the server ends.
	Drain time.Duration
	// Demo accepts demo links and names under localhost.
	Demo bool

	// Out gets the lines for the person at the machine; Logger the log.
	Out    io.Writer
	Logger *slog.Logger
	// Clock is the time; nil is the machine's.
	Clock func() time.Time
	// InsecureRedis serves on a Redis that may lose everything.
	InsecureRedis bool
	// ClockOff moves the machine's clock, for tests of clocks that are wrong.
	ClockOff time.Duration
	// InsecureCheapPassphrases hashes passphrases at next to no cost. For tests.
	InsecureCheapPassphrases bool
	// InsecureSyncOff acknowledges before syncing. For the test that shows that the
	// test of syncing can fail.
	InsecureSyncOff bool
}

// Defaults of serving.
const (
	DefaultAddr  = "127.0.0.1:8080"
	DefaultOps   = "127.0.0.1:8081"
	DefaultData  = "./kith-data"
	DefaultDrain = 3 * time.Second
)

func (c *Config) fill() {
	def := func(s *string, to string) {
		if *s == "" {
			*s = to
		}
	}
	def(&c.Addr, DefaultAddr)
	def(&c.Ops, DefaultOps)
	def(&c.Data, DefaultData)
	def(&c.Key, DefaultKey(c.Data))
	def(&c.KeepRecords, DefaultKeepRecords)
	if c.Drain <= 0 {
		c.Drain = DefaultDrain
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		off := c.ClockOff
		c.Clock = func() time.Time { return time.Now().Add(off) }
	}
}

// maxReplicas is more than anybody has.
const maxReplicas = 9

// DefaultKey is where the key of a data folder is kept: beside it, never in it, so
// that a copy of the folder opens nothing.
func DefaultKey(data string) string { return filepath.Clean(data) + ".key" }

// secure says that people reach the server over TLS.
func (c Config) secure() bool { return c.TLSCert != "" || c.TrustedProxy != "" }

// Check refuses what would be unsafe or cannot work, and says which flag mends it.
func (c Config) Check() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("-tls-cert and -tls-key go together: give both files")
	}
	if c.TLSCert != "" && c.TrustedProxy != "" {
		return errors.New("give either -tls-cert and -tls-key, or -trusted-proxy, not both")
	}
	if c.Redis == "" && (c.RedisCA != "" || c.RedisReplicas != 0 || c.InsecureRedis) {
		return errors.New("-redis-ca, -redis-replicas and -insecure-redis go with -redis: give the address of Redis, or leave them away")
	}
	if c.RedisReplicas < 0 || c.RedisReplicas > maxReplicas {
		return fmt.Errorf("-redis-replicas %d: give a number from 0 to %d", c.RedisReplicas, maxReplicas)
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("-addr %q is not HOST:PORT", c.Addr)
	}
	if !loopback(host) && !c.secure() {
		return fmt.Errorf("-addr %s can be reached from elsewhere, and without TLS anybody on the way could read along: "+
			"give -tls-cert and -tls-key, or -trusted-proxy with the address of the proxy that speaks TLS, or use %s",
			c.Addr, DefaultAddr)
	}
	if c.secure() && c.Origin == "" {
		return errors.New("with TLS or a proxy, give -origin with the address people use, such as https://kith.example.org")
	}
	_, keep := c.keepRecords()
	_, lines := c.Lines(c.now())
	return cmp.Or(c.checkOrigin(), c.checkTLS(), c.checkLeaveTo(), c.checkCalls(), keep, lines)
}

// now is the configured clock's time.
func (c Config) now() time.Time {
	if c.Clock != nil {
		return c.Clock()
	}
	return time.Now()
}

// checkTLS reads what New would read only after it has made something.
func (c Config) checkTLS() error {
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.TLSCert == "" {
		return nil
	}
	_, err := c.certificate()
	return err
}

func (c Config) certificate() (tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return pair, fmt.Errorf("-tls-cert %s and -tls-key %s cannot be used: %w", c.TLSCert, c.TLSKey, err)
	}
	return pair, nil
}

// checkLeaveTo refuses what a browser would take for a page of this server.
func (c Config) checkLeaveTo() error {
	if c.LeaveTo == "" {
		return nil
	}
	u, err := url.Parse(c.LeaveTo)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return nil
	}
	if err == nil && u.Scheme == "" && strings.Trim(c.LeaveTo, "/") != "" {
		return fmt.Errorf("-leave-to %q is not a whole address: write https://%s", c.LeaveTo, strings.TrimLeft(c.LeaveTo, "/"))
	}
	return fmt.Errorf("-leave-to %q is not an address: write it as https://weather.example.org", c.LeaveTo)
}

func (c Config) checkOrigin() error {
	if c.Origin == "" {
		return nil
	}
	u, err := url.Parse(c.Origin)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("-origin %q is not an origin: write it as https://kith.example.org, without anything after the name", c.Origin)
	}
	switch {
	case u.Scheme == "https":
		if !c.secure() {
			return errors.New("-origin begins with https: give -tls-cert and -tls-key, or -trusted-proxy")
		}
	case u.Scheme == "http" && loopback(u.Hostname()) && !c.secure():
	default:
		return fmt.Errorf("-origin %q must begin with https://", c.Origin)
	}
	return nil
}

func loopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// proxies reads TrustedProxy.
func (c Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for part := range strings.SplitSeq(c.TrustedProxy, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if ip, err := netip.ParseAddr(part); err == nil {
			ip = ip.Unmap()
			list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("-trusted-proxy: %q is neither an address nor a network such as 10.0.0.0/8", part)
		}
		list = append(list, p)
	}
	return list, nil
}
