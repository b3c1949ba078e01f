package redisstore_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/redisstore"
	"github.com/kith-chat/kith/server/servertest"
)

// Over TLS only a Redis that the named authority signed is believed.
func TestTLS(t *testing.T) {
	ca, cert, key := authority(t)
	other, _, _ := authority(t)
	redis := servertest.StartRedis(t, servertest.RedisOptions{TLSCert: cert, TLSKey: key, TLSCA: ca})
	s := mustOpen(t, redisstore.Options{URL: redis.URL(), CAFile: ca})
	appendTo(t, s, "room/a", eventlog.Position{}, one("over TLS"))
	for name, o := range map[string]redisstore.Options{
		"another authority":     {URL: redis.URL(), CAFile: other},
		"the system's":          {URL: redis.URL()},
		"no TLS":                {URL: strings.Replace(redis.URL(), "rediss:", "redis:", 1)},
		"a file that is none":   {URL: redis.URL(), CAFile: key},
		"a file that is absent": {URL: redis.URL(), CAFile: key + "x"},
	} {
		if s, err := redisstore.Open(t.Context(), o); err == nil {
			t.Errorf("%s: it was believed", name)
			_ = s.Close()
		}
	}
}

// A wrong password is said in words, and no error repeats one.
func TestPassword(t *testing.T) {
	redis := servertest.StartRedis(t, servertest.RedisOptions{Password: "quiet-heron"})
	mustOpen(t, redisstore.Options{URL: redis.URL()})
	for _, url := range []string{
		"redis://:wrong-heron@" + redis.Addr(), "redis://" + redis.Addr(),
		"redis://:quiet-heron@127.0.0.1:1", "http://:quiet-heron@" + redis.Addr(), "redis://:quiet-heron@/%zz",
	} {
		s, err := redisstore.Open(t.Context(), redisstore.Options{URL: url})
		if err == nil {
			_ = s.Close()
			t.Errorf("%s: opened", url)
			continue
		}
		if strings.Contains(err.Error(), "heron") {
			t.Errorf("the error repeats the password: %v", err)
		}
		if !errors.Is(err, eventlog.ErrUnavailable) && !errors.Is(err, redisstore.ErrURL) {
			t.Errorf("%v", err)
		}
	}
}

// authority makes a certificate for 127.0.0.1 that is its own authority.
func authority(t *testing.T) (ca, cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	public, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: public}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, cert, key
}
