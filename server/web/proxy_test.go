package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func behind(networks ...string) origins {
	o := origins{public: "https://kith.test"}
	for _, n := range networks {
		o.proxy = append(o.proxy, netip.MustParsePrefix(n))
	}
	return o
}

// from asks for a path as the peer, past the guard. passed says whether it got there.
func from(t *testing.T, o origins, peer, path string, log *bytes.Buffer) (got *httptest.ResponseRecorder, passed bool) {
	t.Helper()
	s := &Server{origins: o, logger: slog.New(slog.NewTextHandler(log, nil)), words: pageWords{NotProxy: "Ask your team."}}
	r := httptest.NewRequest(http.MethodGet, "https://kith.test"+path, nil)
	r.RemoteAddr = peer
	r.Header.Set("Origin", "https://kith.test")
	got = httptest.NewRecorder()
	s.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(got, r)
	return got, passed
}

// Somebody who reaches the port beside the proxy speaks plain HTTP to it, under the
// right name.
func TestAttackAroundTheProxy(t *testing.T) {
	for _, path := range []string{"/", "/ws", "/api/me", "/static/app.js"} {
		var log bytes.Buffer
		got, passed := from(t, behind("10.0.0.0/8"), "192.0.2.7:1234", path, &log)
		if passed || got.Code != http.StatusForbidden {
			t.Errorf("%s: passed %v, %d", path, passed, got.Code)
		}
		if line := log.String(); strings.Count(line, "\n") != 1 || !strings.Contains(line, "-trusted-proxy") || !strings.Contains(line, "192.0.2.7") {
			t.Errorf("%s: the log says %q", path, line)
		}
		want := `"not_proxy"`
		if path == "/" {
			want = "Ask your team."
		}
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %s", path, got.Body)
		}
	}
}

func TestProxiesThatWereNamedPass(t *testing.T) {
	named := behind("10.0.0.0/8", "127.0.0.1/32", "fe80::/10")
	for _, peer := range []string{"10.1.2.3:1", "127.0.0.1:1", "[::ffff:10.1.2.3]:1", "[fe80::1%eth0]:1"} {
		var log bytes.Buffer
		if got, passed := from(t, named, peer, "/ws", &log); !passed {
			t.Errorf("%s: %d %s", peer, got.Code, log.String())
		}
	}
	if got, passed := from(t, behind(), "192.0.2.7:1", "/ws", new(bytes.Buffer)); !passed {
		t.Errorf("without a proxy: %d", got.Code)
	}
}

// X-Forwarded-For counts from the end, as far as proxies that were named wrote it.
func TestForwardedFor(t *testing.T) {
	for _, c := range []struct{ peer, header, want string }{
		{"10.0.0.1:1", "198.51.100.4", "198.51.100.4"},
		{"10.0.0.1:1", "203.0.113.9, 198.51.100.4, 10.0.0.2", "198.51.100.4"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"192.0.2.7:1", "198.51.100.4", "192.0.2.7"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.header)
		if got := behind("10.0.0.0/8").network(r); got.String() != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
