package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

const publicOrigin = "https://kith.test"

// certificate makes a key and a certificate for kith.test and writes both.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kith.test"}, DNSNames: []string{"kith.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(writePEM(t, certFile, "CERTIFICATE", cert))
	writePEM(t, keyFile, "PRIVATE KEY", plain)
	return certFile, keyFile, pool
}

func writePEM(t *testing.T, file, kind string, data []byte) []byte {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return text
}

// overTLS is a clinic on the public origin, and a client that finds it there.
func overTLS(t *testing.T) (*servertest.Server, *http.Client) {
	t.Helper()
	cert, key, pool := certificate(t)
	s := servertest.Start(t, func(c *server.Config) {
		c.TLSCert, c.TLSKey, c.Origin = cert, key, publicOrigin
	})
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Addr())
	}
	return s, &http.Client{Transport: &http.Transport{
		DialContext: dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}}
}

// Over TLS every answer tells the browser to stay with it, and the cookies carry
// the prefix that no other host and no plain connection can set.
func TestSecureCookiesOverTLS(t *testing.T) {
	s, client := overTLS(t)
	link, err := s.Gate.IssueSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, client, http.MethodPost, publicOrigin+"/api/links/enrol", `{"secret":"`+link.Secret+
		`","name":"the.lead","passphrase":"`+passphrase+`","alias":"Robin","programme":"Harbour","accepts":["agreement","not_emergency"]}`,
		func(r *http.Request) { r.Header.Set("Origin", publicOrigin) })
	if got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	checkHeaders(t, "enrol", got.header)
	var cookie string
	for _, line := range got.header.Values("Set-Cookie") {
		checkCookie(t, line)
		if strings.HasPrefix(line, "__Host-kith=") {
			cookie, _, _ = strings.Cut(line, ";")
		}
	}
	secondStepOverTLS(t, client, cookie)
	conn, err := wireclient.Dial(t.Context(), publicOrigin, cookie, client)
	if err != nil {
		t.Fatalf("the socket over TLS: %v", err)
	}
	defer conn.CloseNow()
	if l, err := conn.Next(t.Context()); err != nil || l.Hello == nil {
		t.Errorf("%s, %v", l.Raw, err)
	}
	for _, path := range []string{"/", "/api/me", "/nothing", "/static/none"} {
		answer := ask(t, client, http.MethodGet, publicOrigin+path, "", nil)
		if !strings.HasPrefix(answer.header.Get("Strict-Transport-Security"), "max-age=31536000") {
			t.Errorf("%s: Strict-Transport-Security %q", path, answer.header.Get("Strict-Transport-Security"))
		}
	}
}

// secondStepOverTLS sets up the lead's phone.
func secondStepOverTLS(t *testing.T, client *http.Client, cookie string) {
	t.Helper()
	post := func(path, body string) (out struct{ Secret string }) {
		got := ask(t, client, http.MethodPost, publicOrigin+path, body, func(r *http.Request) {
			r.Header.Set("Origin", publicOrigin)
			r.Header.Set("Cookie", cookie)
		})
		if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		return out
	}
	phone := &servertest.Phone{Secret: post("/api/second/begin", "{}").Secret}
	post("/api/second/confirm", `{"code":"`+phone.Code(t, time.Now())+`"}`)
}

// checkCookie holds a Set-Cookie header to RFC 6265bis: the prefix, and what it
// demands.
func checkCookie(t *testing.T, line string) {
	t.Helper()
	if !strings.HasPrefix(line, "__Host-") {
		t.Errorf("a cookie without the prefix: %s", line[:min(16, len(line))])
	}
	_, rest, _ := strings.Cut(line, ";")
	attributes := strings.Split(strings.ReplaceAll(strings.ToLower(rest), " ", ""), ";")
	has := make(map[string]bool)
	for _, a := range attributes {
		has[a] = true
		if strings.HasPrefix(a, "domain") {
			t.Errorf("a cookie for a domain: %s", a)
		}
	}
	for _, want := range []string{"secure", "httponly", "samesite=strict", "path=/"} {
		if !has[want] {
			t.Errorf("a cookie without %s: %s", want, rest)
		}
	}
}

// Somebody on the way speaks plain HTTP to the port of TLS, or brings the cookie
// under its unprotected name.
func TestAttackPlainHTTPToTLS(t *testing.T) {
	s, client := overTLS(t)
	for _, path := range []string{"/", "/ws", "/api/me"} {
		got := ask(t, nil, http.MethodGet, "http://"+s.Addr()+path, "", nil)
		if got.status != http.StatusBadRequest || strings.Contains(got.body, "<html") {
			t.Errorf("plain %s: %d", path, got.status)
		}
	}
	if got := ask(t, client, http.MethodGet, publicOrigin+"/api/me", "", func(r *http.Request) { r.Host = "evil.example" }); got.status != http.StatusForbidden {
		t.Errorf("another host: %d", got.status)
	}
	old := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // it must be refused
	if conn, err := tls.Dial("tcp", s.Addr(), old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}
