package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/kith-chat/kith/server/wire"
)

// dial opens a member's WebSocket. What the server sent behind its answer is kept
// for the reader.
func dial(ctx context.Context, origin, token string) (net.Conn, []byte, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, nil, err
	}
	conn, cookie, err := open(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	early, err := upgrade(conn, u, origin, cookie+"="+token)
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return conn, early, nil
}

// open connects and says under which name the server knows sessions.
func open(ctx context.Context, u *url.URL) (net.Conn, string, error) {
	var d net.Dialer
	if u.Scheme != "https" {
		conn, err := d.DialContext(ctx, "tcp", withPort(u.Host, "80"))
		return conn, "kith", err
	}
	t := tls.Dialer{NetDialer: &d, Config: &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}}
	conn, err := t.DialContext(ctx, "tcp", withPort(u.Host, "443"))
	return conn, "__Host-kith", err
}

func withPort(host, port string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}

func upgrade(conn net.Conn, u *url.URL, origin, cookie string) (early []byte, err error) {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails
	_, err = fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Protocol: %s\r\n\r\n",
		u.Host, origin, cookie, base64.StdEncoding.EncodeToString(nonce[:]), wire.Protocol)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("the server answered %s instead of opening a socket", answer.Status)
	}
	early, err = r.Peek(r.Buffered())
	return early, err
}
