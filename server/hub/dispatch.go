package hub

import (
	"context"
	"errors"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Greet sends the first line: the server's clock and the person's rooms.
func (c *Conn) Greet(rooms []wire.RoomLine) {
	c.greet(wire.Greeting(wire.Hello{
		Protocol: wire.Protocol, Now: c.hub.Now(), LocksAt: c.Session.LocksAt(), Rooms: rooms,
	}))
	if on := true; c.hub.Fenced() {
		c.out.send(wire.Line(wire.Signal{Signal: "behind", On: &on}))
	}
}

// Refuse answers something that could not be read as a command.
func (c *Conn) Refuse(code string) { c.out.send(wire.Refused("", wire.Err(code))) }

// Handle takes one frame from the client and answers every line of it, in order.
// It returns when all were answered; the read loop waits, so that a client has one
// command under way and what it sends faster stays in its own buffers.
func (c *Conn) Handle(ctx context.Context, frame []byte) {
	c.heard.Store(int64(c.hub.Now()))
	lines, failed := wire.Lines(frame)
	if failed != nil {
		c.strike(wire.Refused("", failed))
		return
	}
	for _, line := range lines {
		if !c.begin() {
			return
		}
		c.handle(ctx, line)
		c.end()
	}
}

func (c *Conn) handle(ctx context.Context, line []byte) {
	cmd, id, failed := wire.Decode(line)
	switch {
	case failed != nil:
		c.strike(wire.Refused(id, failed))
		return
	case !c.limit.Allow():
		c.strike(wire.Refused(id, wire.Err("too_fast")))
		return
	case c.Session.LocksAt() <= c.hub.Now():
		c.out.send(wire.Refused(id, wire.Err("locked")))
		c.Retire(wire.CloseLocked)
		return
	}
	c.strikes = 0
	ok, err := c.dispatch(ctx, cmd, id)
	if err != nil {
		c.hub.Metrics.refused.Inc()
		c.answer(wire.Refused(id, c.explain(cmd, err)))
		return
	}
	if ok != nil {
		c.answer(wire.OK(id, ok))
	}
}

// answer sends an answer from the goroutine that handled the command, if that needs no
// waiting.
func (c *Conn) answer(line []byte) {
	if c.out.add(line, outboxBytes) {
		c.out.try()
	}
}

// strike answers a line that could not be taken. A client that sends nothing else
// is not one of ours.
func (c *Conn) strike(answer []byte) {
	c.hub.Metrics.refused.Inc()
	c.out.send(answer)
	if c.strikes++; c.strikes >= maxStrikes {
		c.Retire(wire.CloseProtocolBreak)
	}
}

// explain turns a cause into what the client is told.
func (c *Conn) explain(cmd wire.Command, err error) *wire.Error {
	switch {
	case errors.Is(err, ErrClosed), errors.Is(err, context.Canceled):
		return wire.Err("restarting")
	case errors.Is(err, ErrSessionEnded):
		return wire.Err("locked")
	case errors.Is(err, ErrFenced):
		return wire.Err("behind")
	case errors.Is(err, errNotSaved):
		return wire.Err("not_saved")
	case errors.Is(err, errClock):
		return wire.Err("clock_wrong")
	case errors.Is(err, eventlog.ErrCorrupt):
		return wire.Err("history_replaced")
	case errors.Is(err, eventlog.ErrUnavailable), errors.Is(err, eventlog.ErrConflict), errors.Is(err, context.DeadlineExceeded):
		if logged(cmd.Do) {
			return wire.Err("not_known")
		}
		return wire.Err("unavailable")
	}
	answer := wire.Of(err, "internal")
	if answer.Code == "internal" {
		c.hub.Logger.Error("command failed", "do", string(cmd.Do), "reason", err)
	}
	return answer
}

// logged says whether a verb changes its room.
func logged(v wire.Verb) bool {
	switch v {
	case wire.Join, wire.Part, wire.History, wire.ShowRemoved, wire.ShowReports, wire.ReadLine, wire.Read, wire.Typing,
		wire.Search, wire.Ignore, wire.Active, wire.Ping:
		return false
	}
	return true
}

// dispatch does a command. A nil answer without an error was sent already.
func (c *Conn) dispatch(ctx context.Context, cmd wire.Command, id string) (any, error) {
	if logged(cmd.Do) {
		return c.command(ctx, cmd)
	}
	switch cmd.Do {
	case wire.Join:
		return nil, c.hub.ask(ctx, cmd.Room, join{conn: c, answer: id, after: cmd.After, history: cmd.History})
	case wire.Part:
		return wire.Done{}, c.hub.ask(ctx, cmd.Room, part{c})
	case wire.History:
		return nil, c.history(ctx, cmd, id)
	case wire.Search:
		return nil, c.search(ctx, cmd, id)
	case wire.ShowRemoved:
		seq, err := c.messageOf(cmd, cmd.Message, "message")
		if err != nil {
			return nil, err
		}
		return nil, c.hub.ask(ctx, cmd.Room, evidence{conn: c, answer: id, message: seq})
	case wire.ShowReports:
		seq, err := c.messageOf(cmd, cmd.Message, "message")
		if err != nil {
			return nil, err
		}
		return nil, c.hub.ask(ctx, cmd.Room, showReports{conn: c, answer: id, message: seq})
	case wire.ReadLine:
		return nil, c.readLine(ctx, cmd, id)
	case wire.Ignore:
		whom, err := c.memberOf(cmd)
		if err != nil {
			return nil, err
		}
		return wire.Done{}, c.hub.ask(ctx, cmd.Room, ignore{c.Person, whom, cmd.On})
	case wire.Read:
		seq, err := c.messageOf(cmd, cmd.Message, "message")
		if err != nil {
			return nil, err
		}
		return wire.Done{}, c.hub.ask(ctx, cmd.Room, read{c.Person, seq})
	case wire.Typing:
		if !c.typing.Load() {
			return wire.Done{}, nil
		}
		return wire.Done{}, c.hub.ask(ctx, cmd.Room, typing{c.Person, cmd.On})
	case wire.Active:
		locks, err := c.Session.Touch(ctx)
		if errors.Is(err, ErrSessionEnded) {
			c.Reset("session ended")
		}
		return wire.Clock{LocksAt: locks}, err
	case wire.Ping:
		return wire.Clock{Now: c.hub.Now(), LocksAt: c.Session.LocksAt()}, nil
	}
	return nil, wire.Err("unknown_command", "do")
}

// command puts a command to its room's log.
func (c *Conn) command(ctx context.Context, cmd wire.Command) (any, error) {
	act, err := c.action(cmd)
	if err != nil {
		return nil, err
	}
	out, err := c.do(ctx, cmd.Room, cmd.ID, act)
	if err != nil {
		return nil, err
	}
	c.touch(ctx)
	answer := wire.Logged{At: out.At, Pos: c.hub.Tokens.Position(cmd.Room, wire.Position{
		Seq: out.Seq, Digest: [8]byte(out.Pos.Digest[:8]), Staff: out.Staff,
	})}
	if cmd.Do == wire.Post {
		answer.Message = c.hub.Tokens.Message(cmd.Room, out.Seq)
	}
	return answer, nil
}

// touch notes that the person entered something. A session that can tell that it
// would not count is not asked: asking reads the store several times, and people
// post more often than their input counts.
func (c *Conn) touch(ctx context.Context) {
	if s, ok := c.Session.(interface{ CountsFrom() room.Time }); ok && c.hub.Now() < s.CountsFrom() {
		return
	}
	_, err := c.Session.Touch(ctx)
	switch {
	case errors.Is(err, ErrSessionEnded):
		c.Reset("session ended")
	case err != nil:
		c.hub.Logger.Warn("activity not noted", "reason", err)
	}
}

func (c *Conn) messageOf(cmd wire.Command, token, field string) (room.Seq, error) {
	seq, ok := c.hub.Tokens.ParseMessage(cmd.Room, token)
	if !ok {
		return 0, wire.Err("no_such_message", field)
	}
	return seq, nil
}

func (c *Conn) history(ctx context.Context, cmd wire.Command, id string) error {
	before, err := c.messageOf(cmd, cmd.Before, "before")
	if err != nil {
		return err
	}
	return c.hub.ask(ctx, cmd.Room, history{conn: c, answer: id, before: before, limit: cmd.Limit})
}

func (c *Conn) readLine(ctx context.Context, cmd wire.Command, id string) error {
	whose, err := c.memberOf(cmd)
	if err != nil {
		return err
	}
	var before room.Seq
	if cmd.Before != "" {
		if before, err = c.messageOf(cmd, cmd.Before, "before"); err != nil {
			return err
		}
	}
	return c.hub.ask(ctx, cmd.Room, readLine{conn: c, answer: id, whose: whose, before: before, limit: cmd.Limit})
}

func (c *Conn) memberOf(cmd wire.Command) (person.ID, error) {
	who, ok := c.hub.Tokens.ParseMember(cmd.Room, cmd.Member)
	if !ok {
		return "", room.ErrNoSuchMember
	}
	return who, nil
}
