package servertest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// patience is how long a test waits for what must come; it is a limit, not a wait.
const patience = 20 * time.Second

// Client is a scripted client: it remembers everything it was sent.
type Client struct {
	*wireclient.Conn
	t     testing.TB
	Lines []wireclient.Line
}

// Dial connects with a session's Cookie header and reads the greeting.
func Dial(t testing.TB, url, cookie string) *Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := wireclient.Dial(ctx, url, cookie, nil)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	c := &Client{Conn: conn, t: t}
	if c.Read().Hello == nil {
		t.Fatal("the first line is no greeting")
	}
	return c
}

// Read is the next line; the test fails if none comes.
func (c *Client) Read() wireclient.Line {
	c.t.Helper()
	l, err := c.TryRead()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return l
}

// TryRead is Read for connections that may end.
func (c *Client) TryRead() (wireclient.Line, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	l, err := c.Next(ctx)
	if err == nil {
		c.Lines = append(c.Lines, l)
	}
	return l, err
}

// Command is one to be sent: Do fills in the id unless it is set.
type Command map[string]any

// Do sends a command and reads up to its answer.
func (c *Client) Do(cmd Command) wireclient.Line {
	c.t.Helper()
	if cmd["id"] == nil {
		cmd["id"] = wireclient.NewID()
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.Send(ctx, cmd); err != nil {
		c.t.Fatalf("send: %v", err)
	}
	for {
		l := c.Read()
		if l.Answer != nil && *l.Answer == cmd["id"] {
			return l
		}
	}
}

// Must is Do for what has to go well; the answer is read into ok, if given.
func (c *Client) Must(cmd Command, ok any) {
	c.t.Helper()
	l := c.Do(cmd)
	if l.Error != nil {
		c.t.Fatalf("%v: refused: %s (%s)", cmd["do"], l.Error.Code, l.Error.Field)
	}
	if ok == nil {
		return
	}
	if err := json.Unmarshal(l.OK, ok); err != nil {
		c.t.Fatal(err)
	}
}

// Refused is Do for what has to be refused with a code.
func (c *Client) Refused(code string, cmd Command) {
	c.t.Helper()
	l := c.Do(cmd)
	if l.Error == nil || l.Error.Code != code {
		c.t.Fatalf("%v: want refusal %q, got %s", cmd["do"], code, l.Raw)
	}
}

// Join follows a room.
func (c *Client) Join(in room.ID, after string) (j wire.Joined) {
	c.t.Helper()
	cmd := Command{"do": "join", "room": in}
	if after != "" {
		cmd["after"] = after
	}
	c.Must(cmd, &j)
	return j
}

// Post says something and returns the message's name.
func (c *Client) Post(in room.ID, text string) string {
	c.t.Helper()
	var ok wire.Logged
	c.Must(Command{"do": "post", "room": in, "text": text}, &ok)
	return ok.Message
}

// Barrier reads until everything the server had sent this client before is there.
func (c *Client) Barrier() {
	c.t.Helper()
	c.Must(Command{"do": "ping"}, nil)
}

// Until reads until a line fits.
func (c *Client) Until(fits func(wireclient.Line) bool) wireclient.Line {
	c.t.Helper()
	for {
		if l := c.Read(); fits(l) {
			return l
		}
	}
}

// Event fits an event of a kind.
func Event(kind string) func(wireclient.Line) bool {
	return func(l wireclient.Line) bool { return l.Event == kind }
}
