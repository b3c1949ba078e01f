package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// peerOf is the address at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	// A network never contains an address that still has its zone.
	return peer.Addr().Unmap().WithZone("")
}

// trusted says whether an address is a proxy's that was named.
func (o origins) trusted(addr netip.Addr) bool {
	for _, p := range o.proxy {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// mayPeer says whether whoever opened the connection may speak to this server. Where
// proxies were named only they may: anybody else came over plain HTTP, which could be
// read on the way.
func (o origins) mayPeer(r *http.Request) bool {
	return len(o.proxy) == 0 || o.trusted(peerOf(r))
}

// network is where a request came from: the peer, or what a trusted proxy says of
// it (the last address it did not add itself).
func (o origins) network(r *http.Request) netip.Addr {
	from := peerOf(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && o.trusted(from); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		from = hop.Unmap()
	}
	return from
}

func (s *Server) refusePeer(w http.ResponseWriter, r *http.Request) {
	s.logger.Warn("refused: this peer is not one of the proxies; if it is the proxy that speaks TLS to people, add its address to -trusted-proxy",
		"peer", peerOf(r))
	s.refuse(w, r, errNotProxy, s.words.NotProxy)
}
