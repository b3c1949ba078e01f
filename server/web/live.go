package web

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// watchLocks closes the sockets of sessions whose time has come, within a second.
// Input in another tab may have put it off: the session is asked for first.
func (s *Server) watchLocks() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.recheckDue()
		case <-s.ctx.Done():
			return
		}
	}
}

// recheckDue asks after every session whose time has come, all at once: one that is
// slow to answer must not hold up the others.
func (s *Server) recheckDue() {
	now := room.Time(s.Clock().UnixMilli())
	var asking sync.WaitGroup
	for _, c := range s.hub.Conns("") {
		if c.Session.LocksAt() <= now {
			asking.Go(func() { s.recheck(s.ctx, c) })
		}
	}
	asking.Wait()
}

// Recheck asks anew whether a person's open sockets still have a right to be open,
// and cuts those that have none. It is called when the person's stream moved.
func (s *Server) Recheck(ctx context.Context, who person.ID) {
	for _, c := range s.hub.Conns(who) {
		s.recheck(ctx, c)
	}
}

func (s *Server) recheck(ctx context.Context, c *hub.Conn) {
	who, ok := c.Session.(*visitor)
	if !ok {
		return
	}
	err := who.recheck(ctx)
	switch {
	case err == nil:
	case auth.CodeOf(err) == auth.CodeLocked, auth.CodeOf(err) == auth.CodeSecondStep:
		c.Close(wire.CloseLocked)
	case auth.CodeOf(err) == auth.CodeSignedOut:
		c.Reset("session ended")
	default:
		// Whether the right still stands cannot be told: nothing more is sent.
		s.logger.Error("session could not be checked, connection closed", "reason", err)
		c.Reset("session not checked")
	}
}

// Drain asks every client to come back after a random while and closes the
// connections spread over the window, so that they do not return all at once.
func (s *Server) Drain(window time.Duration) {
	conns := s.hub.Conns("")
	if len(conns) == 0 {
		return
	}
	var closing sync.WaitGroup
	for i, c := range conns {
		wait := time.Duration(rand.Int64N(int64(window) + 1))
		c.Send(wire.Line(wire.Signal{Signal: "come_back", InMS: wait.Milliseconds()}))
		at := window * time.Duration(i) / time.Duration(len(conns))
		closing.Go(func() {
			time.Sleep(at)
			c.Retire(wire.CloseRestarting)
		})
	}
	closing.Wait()
	s.settle(window)
}

// settle waits, for a bounded time, until the connections have gone.
func (s *Server) settle(window time.Duration) {
	deadline := time.Now().Add(window + goodbye)
	for len(s.hub.Conns("")) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
}

// SignalDesk tells the team's clients that their queue has changed.
func (s *Server) SignalDesk() {
	line := wire.Line(wire.Signal{Signal: "desk"})
	for _, c := range s.hub.Conns("") {
		if who, ok := c.Session.(*visitor); ok && who.session.Load().Staff {
			c.Tell(line)
		}
	}
}

// RecheckAll is Recheck for everybody.
func (s *Server) RecheckAll(ctx context.Context) {
	for _, c := range s.hub.Conns("") {
		s.recheck(ctx, c)
	}
}
