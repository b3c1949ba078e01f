// Package control lets commands on the machine talk to the running server: over a
// Unix socket in the data folder, mode 0600, so that only the account that runs
// the server can. It is HTTP with JSON, one POST for each command.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/strictjson"
)

// socketName is the socket's file in the data folder.
const socketName = "kith.sock"

// ErrNotRunning: no server uses this data folder.
var ErrNotRunning = errors.New("no server is running on this data folder: start it with kith serve, or name its folder with -data")

// Commands is what the server does when asked.
type Commands interface {
	// Rooms lists the programme's rooms.
	Rooms(ctx context.Context) ([]Room, error)
	// Invite makes an invitation.
	Invite(ctx context.Context, in Invite) (Link, error)
	// ResetAdmin makes a link for a new passphrase of a lead.
	ResetAdmin(ctx context.Context, in ResetAdmin) (Link, error)
	// Backup writes a copy of the store to a new file.
	Backup(ctx context.Context, in Backup) error
	// Status says how the server is.
	Status(ctx context.Context) (Status, error)
}

type (
	// Room is one of the programme's rooms.
	Room struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	// Invite asks for an invitation. Room is a name or an id.
	Invite struct {
		Room string `json:"room"`
		Role string `json:"role"`
		Days int    `json:"days"`
	}
	// ResetAdmin names the lead by sign-in name; "" if there is only one.
	ResetAdmin struct {
		Name string `json:"name"`
	}
	// Link is an address that brings somebody in, once.
	Link struct {
		URL     string    `json:"url"`
		Expires time.Time `json:"expires"`
	}
	// Backup names the file, as an absolute path.
	Backup struct {
		To string `json:"to"`
	}
	// Status is how the server is.
	Status struct {
		URL     string `json:"url"`
		Ops     string `json:"ops"`
		Version string `json:"version"`
		Ready   string `json:"ready"` // "" or why not
	}
)

// Listen makes the socket. The data folder's lock is held, so that a socket left by
// a server that was killed may be replaced.
func Listen(data string) (net.Listener, error) {
	name := filepath.Join(data, socketName)
	if other, err := net.Dial("unix", name); err == nil {
		_ = other.Close()
		return nil, fmt.Errorf("another server runs with the data folder %s: give each its own with -data", data)
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the socket for commands: %w", err)
	}
	l, err := net.Listen("unix", name)
	if err != nil {
		return nil, fmt.Errorf("the socket for commands: %w; if the path is over 100 characters long, choose a shorter -data", err)
	}
	if err := os.Chmod(name, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("the socket for commands: %w", err)
	}
	return l, nil
}

// Server answers commands until Close.
type Server struct {
	http *http.Server
	work sync.WaitGroup
}

// Serve answers commands on the listener.
func Serve(l net.Listener, c Commands) *Server {
	mux := http.NewServeMux()
	handle(mux, "rooms", func(ctx context.Context, _ struct{}) ([]Room, error) { return c.Rooms(ctx) })
	handle(mux, "invite", c.Invite)
	handle(mux, "reset-admin", c.ResetAdmin)
	handle(mux, "backup", func(ctx context.Context, in Backup) (struct{}, error) { return struct{}{}, c.Backup(ctx, in) })
	handle(mux, "status", func(ctx context.Context, _ struct{}) (Status, error) { return c.Status(ctx) })
	s := &Server{http: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	s.work.Go(func() { _ = s.http.Serve(l) })
	return s
}

// Close ends answering.
func (s *Server) Close() {
	_ = s.http.Close()
	s.work.Wait()
}

type reply[T any] struct {
	OK    T      `json:"ok"`
	Error string `json:"error,omitempty"`
}

func handle[In, Out any](mux *http.ServeMux, name string, do func(context.Context, In) (Out, error)) {
	mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
		var in In
		var out reply[Out]
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
		if err == nil {
			err = strictjson.Unmarshal(body, &in)
		}
		if err == nil {
			out.OK, err = do(r.Context(), in)
		}
		if err != nil {
			out.Error = err.Error()
		}
		_ = json.NewEncoder(w).Encode(out) // the asker may have gone
	})
}

// Client asks the server that runs on a data folder.
type Client struct {
	http *http.Client
}

// Dial makes a client. It does not connect yet.
func Dial(data string) *Client {
	name := filepath.Join(data, socketName)
	return &Client{&http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", name)
		},
	}}}
}

func ask[Out any](ctx context.Context, c *Client, name string, in any) (Out, error) {
	var out reply[Out]
	body, err := json.Marshal(in)
	if err != nil {
		return out.OK, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://kith/"+name, bytes.NewReader(body))
	if err != nil {
		return out.OK, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if _, refused := errors.AsType[*net.OpError](err); refused {
			err = ErrNotRunning
		}
		return out.OK, err
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		return out.OK, fmt.Errorf("the server's answer could not be read: %w", err)
	}
	if out.Error != "" {
		return out.OK, errors.New(out.Error)
	}
	return out.OK, nil
}

// Rooms, Invite, ResetAdmin, Backup and Status ask for what Commands describes.
func (c *Client) Rooms(ctx context.Context) ([]Room, error) {
	return ask[[]Room](ctx, c, "rooms", struct{}{})
}

// Invite makes an invitation.
func (c *Client) Invite(ctx context.Context, in Invite) (Link, error) {
	return ask[Link](ctx, c, "invite", in)
}

// ResetAdmin makes a link for a new passphrase of a lead.
func (c *Client) ResetAdmin(ctx context.Context, in ResetAdmin) (Link, error) {
	return ask[Link](ctx, c, "reset-admin", in)
}

// Backup writes a copy of the store.
func (c *Client) Backup(ctx context.Context, in Backup) error {
	_, err := ask[struct{}](ctx, c, "backup", in)
	return err
}

// Status says how the server is.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return ask[Status](ctx, c, "status", struct{}{})
}
