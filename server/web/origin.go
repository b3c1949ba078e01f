package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origins knows under which addresses this server may be spoken to. Without a
// public origin that is this machine itself, under its own names only: a foreign
// name that resolves here (DNS rebinding) is refused.
type origins struct {
	public string // "https://kith.example.org", or ""
	demo   bool   // also any name under localhost
	proxy  []netip.Prefix
}

// allows says whether a Host header names this server.
func (o origins) allows(host string) bool {
	if o.public != "" {
		u, err := url.Parse(o.public)
		return err == nil && strings.EqualFold(host, u.Host)
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if ip, err := netip.ParseAddr(name); err == nil {
		return ip.IsLoopback()
	}
	return name == "localhost" || o.demo && strings.HasSuffix(name, ".localhost")
}

// fits says whether an Origin header is of the host it came to. No header is no
// cross-site request of a browser; the upgrade demands one.
func (o origins) fits(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if o.public != "" {
		return strings.EqualFold(origin, o.public)
	}
	return strings.EqualFold(u.Host, host)
}

// guard refuses requests that went around the proxy, and those under a name or from
// a page that is not this server's, and says in the log which flag mends it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		upgrade := r.URL.Path == "/ws"
		switch {
		case !s.origins.mayPeer(r):
			s.refusePeer(w, r)
		case !s.origins.allows(r.Host):
			s.refuseOrigin(w, r, "the address asked for", r.Host)
		case origin != "" && !s.origins.fits(origin, r.Host), upgrade && origin == "":
			s.refuseOrigin(w, r, "the page that asked", origin)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (s *Server) refuseOrigin(w http.ResponseWriter, r *http.Request, what, got string) {
	want := s.origins.public
	if want == "" {
		want = "this machine only (localhost)"
	}
	s.logger.Warn("refused: wrong origin; if this is how people reach Kith, start it with -origin set to that address",
		"what", what, "got", got, "set_up_for", want)
	s.refuse(w, r, errWrongOrigin, s.words.WrongOrigin)
}

// refuse answers in plain words where a person would see them, elsewhere as any
// error is.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why *problem, words string) {
	if r.Method != http.MethodGet || r.URL.Path != "/" {
		s.fail(w, r, why)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(why.Status)
	_, _ = w.Write([]byte(words + "\n"))
}
