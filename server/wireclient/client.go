// Package wireclient speaks kith.v1 as a client does: for the load tool and for
// tests. It checks nothing and retries nothing: who uses it wants to see what the
// server really sent.
package wireclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"github.com/kith-chat/kith/server/wire"
)

// Line is what the server sent, one JSON value: whichever of the fields are set.
type Line struct {
	Hello  *wire.Hello     `json:"hello"`
	Answer *string         `json:"answer"`
	OK     json.RawMessage `json:"ok"`
	Error  *wire.Error     `json:"error"`

	Event    string          `json:"event"`
	Signal   string          `json:"signal"`
	Room     string          `json:"room"`
	Pos      string          `json:"pos"`
	At       int64           `json:"at"`
	Message  json.RawMessage `json:"message"` // a wire.Message, or an id
	Text     string          `json:"text"`
	By       string          `json:"by"`
	Member   json.RawMessage `json:"member"` // a wire.Member, or an id
	Reaction string          `json:"reaction"`
	On       bool            `json:"on"`
	Cmd      string          `json:"cmd"`
	InMS     int64           `json:"in_ms"`

	// Raw is the line as it came.
	Raw []byte `json:"-"`
}

// Posted reads the message of a "message" event.
func (l Line) Posted() (m wire.Message, err error) { return m, json.Unmarshal(l.Message, &m) }

// Conn is one connection. One goroutine may read and another write.
type Conn struct {
	ws      *websocket.Conn
	pending [][]byte
	writing sync.Mutex
}

// Dial connects. base is the server's origin, cookie the session's Cookie header.
func Dial(ctx context.Context, base, cookie string, client *http.Client) (*Conn, error) {
	header := http.Header{"Cookie": {cookie}, "Origin": {base}}
	ws, answer, err := websocket.Dial(ctx, strings.Replace(base, "http", "ws", 1)+"/ws", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: header, Subprotocols: []string{wire.Protocol}, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		if answer != nil {
			return nil, &RefusedError{Status: answer.StatusCode, cause: err}
		}
		return nil, err
	}
	ws.SetReadLimit(-1)
	return &Conn{ws: ws}, nil
}

// RefusedError is an upgrade that was answered with a status instead.
type RefusedError struct {
	Status int
	cause  error
}

func (e *RefusedError) Error() string { return fmt.Sprintf("refused with status %d", e.Status) }
func (e *RefusedError) Unwrap() error { return e.cause }

// Send writes one command: any value that is a JSON object.
func (c *Conn) Send(ctx context.Context, command any) error {
	data, err := json.Marshal(command)
	if err != nil {
		return err
	}
	return c.SendRaw(ctx, websocket.MessageText, data)
}

// SendRaw writes one frame as it stands.
func (c *Conn) SendRaw(ctx context.Context, kind websocket.MessageType, frame []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.ws.Write(ctx, kind, frame)
}

// NextRaw is the next line as it came. A ctx that ends closes the connection.
func (c *Conn) NextRaw(ctx context.Context) ([]byte, error) {
	for len(c.pending) == 0 {
		_, frame, err := c.ws.Read(ctx)
		if err != nil {
			return nil, err
		}
		c.pending = bytes.Split(frame, []byte("\n"))
	}
	line := c.pending[0]
	c.pending = c.pending[1:]
	return line, nil
}

// Next is the next line.
func (c *Conn) Next(ctx context.Context) (Line, error) {
	raw, err := c.NextRaw(ctx)
	if err != nil {
		return Line{}, err
	}
	l := Line{Raw: raw}
	if err := json.Unmarshal(raw, &l); err != nil {
		return Line{}, fmt.Errorf("a line that is not JSON: %w", err)
	}
	return l, nil
}

// Close says goodbye; CloseNow only hangs up.
func (c *Conn) Close() error    { return c.ws.Close(websocket.StatusNormalClosure, "") }
func (c *Conn) CloseNow() error { return c.ws.CloseNow() }

// CloseCode is the code with which the server ended the connection; 0 if it ended
// otherwise.
func CloseCode(err error) wire.CloseCode {
	if code := websocket.CloseStatus(err); code > 0 {
		return wire.CloseCode(code)
	}
	return 0
}
