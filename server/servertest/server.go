// Package servertest runs whole servers for end-to-end tests: in the test's own
// process or, to be killed, in another one. Clients are scripted and wait at
// barriers, never for time.
package servertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/seed"
)

// Server is a server in the test's own process.
type Server struct {
	*server.Server
	// URL is where it is; Logs and Out what it wrote.
	URL       string
	Logs, Out *Buffer
	Config    server.Config
	stop      func() error
}

// Start runs a server on a folder of the test's own until the test ends. change
// may set what the test needs.
func Start(t testing.TB, change func(*server.Config)) *Server {
	t.Helper()
	c := Config(t.TempDir())
	if change != nil {
		change(&c)
	}
	return Run(t, c)
}

// Config is that of a test server on a folder.
func Config(dir string) server.Config {
	return server.Config{
		Addr: "127.0.0.1:0", Ops: "127.0.0.1:0", Data: filepath.Join(dir, "data"), Key: filepath.Join(dir, "key"),
		Drain: 10 * time.Millisecond, InsecureCheapPassphrases: true,
	}
}

// Run runs a server until the test ends, or Stop.
func Run(t testing.TB, c server.Config) *Server {
	t.Helper()
	s := &Server{Logs: new(Buffer), Out: new(Buffer)}
	c.Out = s.Out
	c.Logger = slog.New(slog.NewTextHandler(s.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	running, err := server.New(c)
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	s.Server, s.Config, s.URL = running, c, "http://"+running.Addr()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- running.Run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the server ended with: %v", err)
		}
	})
	return s
}

// Stop ends the server as SIGTERM does and waits for it.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatalf("the server ended with: %v", err)
	}
}

// Seed fills a folder, that no server uses yet, with rooms and people.
func Seed(t testing.TB, c server.Config, spec seed.Spec) []seed.Room {
	t.Helper()
	c.InsecureSyncOff = true // filling is not what is tested
	opened, err := server.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	rooms, err := seed.Fill(t.Context(), opened.Log, opened.Values, opened.Keys.Derive("known devices"), time.Now(), spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

// StartSeeded is Start on a seeded folder.
func StartSeeded(t testing.TB, spec seed.Spec, change func(*server.Config)) (*Server, []seed.Room) {
	t.Helper()
	c := Config(t.TempDir())
	if change != nil {
		change(&c)
	}
	rooms := Seed(t, c, spec)
	return Run(t, c), rooms
}

// Post calls the HTTP interface with a JSON body and returns status and answer.
func (s *Server) Post(t testing.TB, path, cookie string, body any) (int, map[string]any, http.Header) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return s.Request(t, http.MethodPost, path, cookie, data)
}

// Get calls the HTTP interface.
func (s *Server) Get(t testing.TB, path, cookie string) (int, map[string]any, http.Header) {
	t.Helper()
	return s.Request(t, http.MethodGet, path, cookie, nil)
}

// Request sends one request and reads a JSON answer, if it is one.
func (s *Server) Request(t testing.TB, method, path, cookie string, body []byte) (int, map[string]any, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	_ = json.Unmarshal(data, &out) // pages are not JSON
	return answer.StatusCode, out, answer.Header
}

// Cookie is the Cookie header of a session's token.
func Cookie(token string) string { return "kith=" + token }

// CookieFrom is the Cookie header of the session that an answer began.
func CookieFrom(h http.Header) string {
	for _, c := range (&http.Response{Header: h}).Cookies() {
		if c.Name == "kith" && c.Value != "" {
			return Cookie(c.Value)
		}
	}
	return ""
}

// Buffer is what a server wrote, safe to read while it writes.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

var _ fmt.Stringer = (*Buffer)(nil)
