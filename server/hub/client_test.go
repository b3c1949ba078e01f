package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// socket is the network side of a connection. It keeps what it is given, and can
// be stuck, as a phone in a tunnel is.
type socket struct {
	mu     sync.Mutex
	frames [][]byte
	count  int
	codes  []wire.CloseCode
	resets int
	stuck  chan struct{} // nil: not stuck
	ended  chan struct{}
	wrote  chan struct{} // closed by the first frame
}

var errEnded = errors.New("the socket has ended")

func newSocket() *socket { return &socket{ended: make(chan struct{}), wrote: make(chan struct{})} }

func (s *socket) Write(frame []byte) error {
	s.mu.Lock()
	stuck := s.stuck
	s.mu.Unlock()
	if stuck != nil {
		select {
		case <-stuck:
		case <-s.ended:
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over() {
		return errEnded
	}
	if s.count++; s.count == 1 {
		close(s.wrote)
	}
	s.frames = append(s.frames, bytes.Clone(frame))
	return nil
}

func (s *socket) over() bool { return len(s.codes)+s.resets > 0 }

func (s *socket) Close(code wire.CloseCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over() {
		close(s.ended)
	}
	s.codes = append(s.codes, code)
}

func (s *socket) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over() {
		close(s.ended)
	}
	s.resets++
}

// block makes every further Write wait for release.
func (s *socket) block() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gate := make(chan struct{})
	s.stuck = gate
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stuck = nil
		close(gate)
	}
}

// tried is a socket that can be tried, as the network's can.
type tried struct {
	*socket
	took atomic.Int64
}

// TryWrite takes a frame unless the socket is stuck or has ended.
func (s *tried) TryWrite(frame []byte) bool {
	s.mu.Lock()
	waits := s.stuck != nil || s.over()
	s.mu.Unlock()
	if waits || s.Write(frame) != nil {
		return false
	}
	s.took.Add(1)
	return true
}

// closed is the codes it was closed with, and how often it was reset.
func (s *socket) closed() (codes []wire.CloseCode, resets int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.codes, s.resets
}

// line is what the server sent, whichever of it is set.
type line struct {
	Answer *string         `json:"answer"`
	OK     json.RawMessage `json:"ok"`
	Error  *wire.Error     `json:"error"`

	Event, Signal, Room, Pos, Text, By, Reaction, Cmd string
	At                                                room.Time
	Message, Member                                   json.RawMessage
	On                                                *bool
	Name, Topic, Rules                                *string
	Here                                              []string
	HereCount                                         int `json:"here_count"`
	raw                                               string
}

// message reads the message of a "message" event.
func (l line) message(t testing.TB) (m wire.Message) {
	t.Helper()
	if err := json.Unmarshal(l.Message, &m); err != nil {
		t.Fatalf("%s: %v", l.raw, err)
	}
	return m
}

// session is one that is open, until a test lets it lock.
type session struct {
	mu    sync.Mutex
	locks room.Time
	plain bool // not held to what the team's are
}

func (s *session) Staff() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.plain
}

func (*session) ID() string { return "s_AAAAAAAAAAAAAAAAAAAAAA" }
func (s *session) LocksAt() room.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locks
}
func (s *session) Touch(context.Context) (room.Time, error) { return s.LocksAt(), nil }

// client is one connection and what came over it.
type client struct {
	t    testing.TB
	b    *hub.Hub
	conn *hub.Conn
	sock *socket
	sess *session
	who  person.ID
}

// connect opens a connection; it is gone at the test's end at the latest.
func (h *house) connect(b *hub.Hub, who person.ID, shows hub.Shows) *client {
	h.t.Helper()
	sock := newSocket()
	return h.connectOver(b, who, shows, sock, sock)
}

// connectOver connects over a socket that keeps what it is given in sock.
func (h *house) connectOver(b *hub.Hub, who person.ID, shows hub.Shows, over hub.Socket, sock *socket) *client {
	h.t.Helper()
	c := &client{t: h.t, b: b, sock: sock, sess: &session{locks: 1 << 50}, who: who}
	var err error
	if c.conn, err = b.Connect(who, c.sess, over, shows); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(c.conn.Gone)
	return c
}

// follow connects and joins with an empty page.
func (h *house) follow(b *hub.Hub, in room.ID, who person.ID) *client {
	h.t.Helper()
	c := h.connect(b, who, hub.Shows{})
	c.join(in, "", 0)
	return c
}

type fields map[string]any

// send gives the server one command and does not wait for the answer.
func (c *client) send(do string, in room.ID, more fields) (id string) {
	c.t.Helper()
	id = c.b.NewID().String()
	c.sendAs(id, do, in, more)
	return id
}

func (c *client) sendAs(id, do string, in room.ID, more fields) {
	c.t.Helper()
	cmd := fields{"do": do, "id": id}
	if in != "" {
		cmd["room"] = in
	}
	maps.Copy(cmd, more)
	frame, err := json.Marshal(cmd)
	if err != nil {
		c.t.Fatal(err)
	}
	c.conn.Handle(context.Background(), frame)
}

// lines is what has come since the last time, once everything is quiet.
func (c *client) lines() (lines []line) {
	c.t.Helper()
	settle()
	c.sock.mu.Lock()
	defer c.sock.mu.Unlock()
	for _, frame := range c.sock.frames {
		for raw := range bytes.SplitSeq(frame, []byte("\n")) {
			l := line{raw: string(raw)}
			if err := json.Unmarshal(raw, &l); err != nil {
				c.t.Fatalf("%s: %v", raw, err)
			}
			lines = append(lines, l)
		}
	}
	c.sock.frames = nil
	return lines
}

// ask sends a command and returns its answer, and what came besides.
func (c *client) ask(do string, in room.ID, more fields) (answer line, others []line) {
	c.t.Helper()
	id := c.send(do, in, more)
	return c.answerTo(id)
}

func (c *client) answerTo(id string) (answer line, others []line) {
	c.t.Helper()
	found := false
	for _, l := range c.lines() {
		if l.Answer != nil && *l.Answer == id {
			if found {
				c.t.Fatal("answered twice")
			}
			answer, found = l, true
			continue
		}
		others = append(others, l)
	}
	if !found {
		c.t.Fatal("no answer came")
	}
	return answer, others
}

// must is ask for what has to be allowed; ok is read into into.
func (c *client) must(do string, in room.ID, more fields, into any) (others []line) {
	c.t.Helper()
	answer, others := c.ask(do, in, more)
	if answer.Error != nil {
		c.t.Fatalf("%s: %+v", do, answer.Error)
	}
	if into != nil {
		if err := json.Unmarshal(answer.OK, into); err != nil {
			c.t.Fatal(err)
		}
	}
	return others
}

// refused is ask for what has to be refused; it returns the code.
func (c *client) refused(do string, in room.ID, more fields) string {
	c.t.Helper()
	answer, _ := c.ask(do, in, more)
	if answer.Error == nil {
		c.t.Fatalf("%s was allowed: %s", do, answer.OK)
	}
	return answer.Error.Code
}

// join joins and returns the answer and the events that followed it.
func (c *client) join(in room.ID, after string, history int) (wire.Joined, []line) {
	c.t.Helper()
	more := fields{"history": history}
	if after != "" {
		more["after"] = after
	}
	var ok wire.Joined
	others := c.must("join", in, more, &ok)
	return ok, others
}

// events is the new events, in short: what happened and whose words or name.
func (c *client) events() []string {
	c.t.Helper()
	return shorts(c.t, c.lines())
}

func (l line) short(t testing.TB) string {
	switch {
	case l.Event == "message":
		return "message " + l.message(t).Text
	case l.Event == "edited":
		return "edited " + l.Text
	case l.Event == "reaction":
		return "reaction " + l.Reaction
	}
	return l.Event
}

// pass lets time go by.
func pass(d time.Duration) { time.Sleep(d); settle() }

// noShow is what a person shows of themselves by default.
var noShow hub.Shows

// waitForAFrame returns once something was written.
func (s *socket) waitForAFrame() {
	<-s.wrote
}

// into reads what an answer holds.
func into(t testing.TB, l line, ok any) {
	t.Helper()
	if l.Error != nil {
		t.Fatalf("%+v", l.Error)
	}
	if err := json.Unmarshal(l.OK, ok); err != nil {
		t.Fatal(err)
	}
}

// pageOf is the messages in the answer to a join.
func pageOf(t testing.TB, l line) []wire.Message {
	t.Helper()
	var ok wire.Joined
	into(t, l, &ok)
	return ok.Messages
}

// taken is the frames since the last time, as they were written.
func (s *socket) taken() (frames [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	frames, s.frames = s.frames, nil
	return frames
}
