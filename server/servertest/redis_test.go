package servertest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kith-chat/kith/server/servertest"
)

// TestRedisKeepsItsDataOverKill: what was acknowledged is there after kill -9, and
// what was never written to a file is not.
func TestRedisKeepsItsDataOverKill(t *testing.T) {
	for fsync, want := range map[string]any{"": "kept", "everysec": "kept", "off": nil} {
		t.Run("fsync "+fsync, func(t *testing.T) {
			r := servertest.StartRedis(t, servertest.RedisOptions{AppendFsync: fsync})
			addr, pid := r.Addr(), r.Pid()
			r.Do(t, "SET", "k", "kept")
			r.Kill(t)
			if c, err := net.Dial("tcp", addr); err == nil {
				_ = c.Close()
				t.Fatal("a killed Redis accepts connections")
			}
			r.Restart(t)
			if got := r.Do(t, "GET", "k"); got != want {
				t.Errorf("after kill -9 and restart: %v, want %v", got, want)
			}
			if r.Addr() != addr || r.Pid() == pid {
				t.Errorf("it was %s, process %d, and is %s, process %d", addr, pid, r.Addr(), r.Pid())
			}
		})
	}
}

// TestRedisPauses: a paused Redis answers nobody, and loses nothing by it.
func TestRedisPauses(t *testing.T) {
	r := servertest.StartRedis(t, servertest.RedisOptions{})
	c := r.Client(t)
	must(t, c.Set(t.Context(), "k", "v", 0).Err())
	r.Pause(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := c.Get(ctx, "k").Err(); !timedOut(err) {
		t.Fatalf("a paused Redis answered: %v", err)
	}
	r.Resume(t)
	if got := r.Do(t, "GET", "k"); got != "v" {
		t.Fatalf("after the pause: %v", got)
	}
}

// TestRedisEndsPaused: a test that fails while Redis is paused leaves no process.
func TestRedisEndsPaused(t *testing.T) {
	var r *servertest.Redis
	t.Run("paused", func(t *testing.T) {
		r = servertest.StartRedis(t, servertest.RedisOptions{})
		r.Pause(t)
	})
	p, err := os.FindProcess(r.Pid())
	if err == nil && p.Signal(syscall.Signal(0)) == nil {
		t.Fatalf("process %d outlived its test", r.Pid())
	}
}

// TestRedisOptions: more configuration reaches it, and a password is asked for.
func TestRedisOptions(t *testing.T) {
	const password = `a "b" c`
	r := servertest.StartRedis(t, servertest.RedisOptions{Password: password, Args: []string{"--maxmemory", "123mb"}})
	if got := r.Do(t, "CONFIG", "GET", "maxmemory"); got.(map[any]any)["maxmemory"] != strconv.Itoa(123<<20) {
		t.Errorf("maxmemory: %v", got)
	}
	o, err := redis.ParseURL(r.URL())
	must(t, err)
	must(t, ping(t, o))
	o.Password = "wrong"
	if ping(t, o) == nil {
		t.Error("a wrong password is accepted")
	}
	if !strings.Contains(r.Logs(), "Ready to accept connections") {
		t.Errorf("its log: %q", r.Logs())
	}
}

// TestRedisTLS: it listens for TLS alone, with the certificate it was given.
func TestRedisTLS(t *testing.T) {
	cert, key := certificate(t)
	r := servertest.StartRedis(t, servertest.RedisOptions{TLSCert: cert, TLSKey: key, TLSCA: cert})
	if got := r.Do(t, "ECHO", "sealed"); got != "sealed" || !strings.HasPrefix(r.URL(), "rediss://") {
		t.Errorf("%s: %v", r.URL(), got)
	}
	if err := ping(t, &redis.Options{Addr: r.Addr()}); err == nil {
		t.Error("it answers without TLS")
	}
}

// TestRedisReplica: a replica follows, and is left behind while it is paused.
func TestRedisReplica(t *testing.T) {
	primary := servertest.StartRedis(t, servertest.RedisOptions{Password: "p"})
	replica := servertest.StartRedis(t, servertest.RedisOptions{Password: "p", ReplicaOf: primary})
	replica.WaitReplica(t)
	c := primary.Client(t)
	acknowledged := func(key string, within time.Duration) int64 {
		t.Helper()
		conn := c.Conn()
		defer conn.Close()
		must(t, conn.Set(t.Context(), key, "v", 0).Err())
		n, err := conn.Wait(t.Context(), 1, within).Result()
		must(t, err)
		return n
	}
	if n := acknowledged("a", 10*time.Second); n != 1 || replica.Do(t, "GET", "a") != "v" {
		t.Fatalf("%d replicas have it", n)
	}
	replica.Pause(t)
	if n := acknowledged("b", 100*time.Millisecond); n != 0 {
		t.Fatalf("%d replicas have it, and the only one is paused", n)
	}
	replica.Resume(t)
	if n := acknowledged("c", 10*time.Second); n != 1 {
		t.Fatalf("%d replicas have it after the pause", n)
	}
}

// TestRedisUnderTracer: what runs Redis may be a tracer; kill and pause still reach
// Redis itself, and the tracer has written its results when it is gone.
func TestRedisUnderTracer(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("skipped: install strace")
	}
	trace := filepath.Join(t.TempDir(), "trace")
	r := servertest.StartRedis(t, servertest.RedisOptions{Before: []string{"strace", "-f", "-o", trace, "-e", "trace=fdatasync"}})
	r.Do(t, "SET", "k", "v")
	r.Pause(t)
	r.Resume(t)
	r.Kill(t)
	text, err := os.ReadFile(trace)
	must(t, err)
	if !strings.Contains(string(text), "fdatasync(") || !strings.Contains(string(text), "killed by SIGKILL") {
		t.Fatalf("the trace: %s", text)
	}
	r.Restart(t)
	if got := r.Do(t, "GET", "k"); got != "v" {
		t.Fatalf("after kill -9 and restart: %v", got)
	}
}

// certificate makes a certificate for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	public, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key
}

func ping(t *testing.T, o *redis.Options) error {
	t.Helper()
	o.MaxRetries, o.DisableIdentity = -1, true
	c := redis.NewClient(quiet(o))
	defer c.Close()
	return c.Ping(t.Context()).Err()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// timedOut is true of a call that got no answer, as opposed to a broken connection.
func timedOut(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}
