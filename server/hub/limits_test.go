package hub_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// A flood is answered too_fast, line by line, and in the end not at all; what was
// within the limit was done.
func TestFlood(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.connect(b, who[2], noShow)
		for range 20 + hub.MaxStrikes {
			c.send("post", in, fields{"text": "again"})
		}
		fast := 0
		for _, l := range c.lines() {
			if l.Error != nil && l.Error.Code == "too_fast" {
				fast++
			}
		}
		if codes, _ := c.sock.closed(); fast != hub.MaxStrikes || len(codes) != 1 || codes[0] != wire.CloseProtocolBreak {
			t.Errorf("%d times too_fast, closed with %v", fast, codes)
		}
		if got := h.texts(in); len(got) != 20 {
			t.Errorf("%d were posted", len(got))
		}
	})
}

// Who waits a moment may go on: the strikes are of those in a row.
func TestAfterAFloodOneMayGoOn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.connect(b, who[2], noShow)
		for range 4 {
			for range 20 + hub.MaxStrikes - 1 {
				c.send("ping", "", nil)
			}
			pass(10 * time.Second)
			c.must("post", in, fields{"text": "calm again"}, nil)
			pass(10 * time.Second)
		}
		if codes, _ := c.sock.closed(); len(codes) > 0 {
			t.Errorf("closed with %v", codes)
		}
	})
}

// A client that sends nothing that can be read is answered, and closed; a frame of
// many bad lines closes it once.
func TestNonsense(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		c := h.connect(b, personN(2), noShow)
		c.conn.Handle(t.Context(), []byte(strings.Repeat("nonsense\n", 64)))
		bad := 0
		for _, l := range c.lines() {
			if l.Error.Code == "bad_json" && *l.Answer == "" {
				bad++
			}
		}
		if codes, _ := c.sock.closed(); bad != hub.MaxStrikes || len(codes) != 1 || codes[0] != wire.CloseProtocolBreak {
			t.Errorf("%d answers, closed with %v", bad, codes)
		}
		c.conn.Handle(t.Context(), []byte("nonsense"))
		c.lines()
		if codes, _ := c.sock.closed(); len(codes) != 1 {
			t.Errorf("closed again, with %v", codes)
		}
	})
}

// A refused line changes nothing, and the lines after it in its frame still count.
func TestLinesOfAFrameStandAlone(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		c := h.connect(b, personN(2), noShow)
		one, two := b.NewID().String(), b.NewID().String()
		c.conn.Handle(t.Context(), []byte(`{"do":"dance","id":"`+one+"\"}\n"+`{"do":"ping","id":"`+two+`"}`))
		lines := c.lines()
		if len(lines) != 2 || *lines[0].Answer != one || lines[0].Error == nil || *lines[1].Answer != two || lines[1].Error != nil {
			t.Errorf("%+v", lines)
		}
	})
}

// A session that has locked does nothing more, and its connection is closed.
func TestLockedSession(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[2])
		c.sess.mu.Lock()
		c.sess.locks = b.Now()
		c.sess.mu.Unlock()
		if code := c.refused("post", in, fields{"text": "still me?"}); code != "locked" {
			t.Error(code)
		}
		if codes, _ := c.sock.closed(); len(codes) != 1 || codes[0] != wire.CloseLocked {
			t.Errorf("closed with %v", codes)
		}
		if len(h.texts(in)) > 0 {
			t.Error("it was posted")
		}
	})
}

// Closing with rooms awake, people following and commands under way: every command
// is answered, nothing acknowledged is lost, and no goroutine stays (goleak).
func TestCloseWhileBusy(t *testing.T) {
	for range 20 {
		inHouse(t, func(t *testing.T, h *house) {
			b := h.hub()
			in, who := h.crew(b, 4)
			h.follow(b, in, who[0])
			var mu sync.Mutex
			stored := 0
			var work sync.WaitGroup
			for n := range 16 {
				work.Go(func() {
					for {
						_, err := b.Do(context.Background(), in, who[n%4], b.NewID(), room.PostMessage{Text: "text"})
						if errors.Is(err, hub.ErrClosed) {
							return
						}
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						stored++
						mu.Unlock()
					}
				})
			}
			head, _ := h.log.Head(t.Context(), hub.Stream(in))
			for head.Seq < 60 {
				head, _ = h.log.Head(t.Context(), hub.Stream(in))
			}
			b.Close()
			work.Wait()
			if got := len(h.texts(in)); got != stored {
				t.Errorf("%d were acknowledged, %d stand in the log", stored, got)
			}
			if _, err := b.Membership(t.Context(), in, who[0]); !errors.Is(err, hub.ErrClosed) {
				t.Errorf("afterwards: %v", err)
			}
			if _, err := b.Connect(who[1], &session{}, newSocket(), noShow); !errors.Is(err, hub.ErrClosed) {
				t.Errorf("connecting: %v", err)
			}
		})
	}
}

// Who has found the room when it closes, and asks when it has closed, is told so
// rather than left to wait for ever.
func TestAskedOfARoomThatHasEnded(t *testing.T) {
	for range 20 { // it is up to chance which way the question is lost
		inHouse(t, func(t *testing.T, h *house) {
			b := h.hub()
			in, who := h.crew(b, 3)
			if err := b.CloseBeforeAsking(in, who[0]); !errors.Is(err, hub.ErrClosed) {
				t.Errorf("told %v", err)
			}
		})
	}
}

// Streams that are not rooms are not mistaken for one.
func TestStreamNames(t *testing.T) {
	in := room.ID("r_AAAAAAAAAAAAAAAAAAAAAA")
	if err := eventlog.CheckName(hub.Stream(in)); err != nil {
		t.Error(err)
	}
	if back, ok := hub.OfStream(hub.Stream(in)); !ok || back != in {
		t.Errorf("%s, %v", back, ok)
	}
	for _, stream := range []string{"", "room/", "program", "person/00000000000000000000000000000000", "room/r_AAAA", "line" + hub.Stream(in)[4:]} {
		if in, ok := hub.OfStream(stream); ok {
			t.Errorf("%q is room %s", stream, in)
		}
	}
}
