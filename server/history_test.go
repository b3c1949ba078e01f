package server_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
)

func wireTime(ms int64) room.Time { return room.Time(ms) }

// act is one thing that a client asked for, from its first sending to its answer.
type act struct {
	id      string
	room    room.ID
	by      int // index of the client
	verb    string
	target  string // the message, or the member, that it is about
	text    string
	react   string
	on      bool
	command servertest.Command

	sent, answered time.Duration // since the history began
	seq            room.Seq      // of its event; 0 where it was refused
	code           string        // of the refusal; "": it was done
}

// look is what a page said of one message.
type look struct {
	by          int
	target      string
	text        string
	removed     bool
	reactions   map[string][]string
	asked, told time.Duration
}

// history is everything that clients did and saw, on one clock. It is safe for use
// by all of them.
type history struct {
	// stale is how old what a page shows may be: with several nodes, as old as the
	// fence allows.
	stale time.Duration
	// forks: the log may go back to another history, as after a failover that nothing
	// bounds. Clients must follow then, by loading anew; what they were told before
	// need not be true.
	forks bool

	begun time.Time

	mu    sync.Mutex
	acts  []*act
	looks []look
	// told is what the event at each place of a room was said to be, whoever was
	// told: one order for all.
	told     map[room.ID]map[room.Seq]string
	furthest map[room.ID]wire.Position // the last place that anybody was told of
	resumed  []time.Duration           // how long each coming back took
	problems []string
}

func newHistory() *history {
	return &history{
		begun: time.Now(), told: make(map[room.ID]map[room.Seq]string), furthest: make(map[room.ID]wire.Position),
	}
}

func (h *history) now() time.Duration { return time.Since(h.begun) }

func (h *history) add(a *act) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acts = append(h.acts, a)
}

func (h *history) looked(l look) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looks = append(h.looks, l)
}

func (h *history) cameBack(took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.resumed = append(h.resumed, took)
}

// reached notes a place that somebody was told of.
func (h *history) reached(in room.ID, at wire.Position) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at.Seq > h.furthest[in].Seq {
		h.furthest[in] = at
	}
}

// end is the last place of a room that anybody was told of.
func (h *history) end(in room.ID) wire.Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.furthest[in]
}

// problem notes what must not happen; at the end the test fails with all of them.
func (h *history) problem(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problems = append(h.problems, fmt.Sprintf(format, args...))
}

// heard notes what a client was told of a place in a room.
func (h *history) heard(in room.ID, at room.Seq, what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.told[in] == nil {
		h.told[in] = make(map[room.Seq]string)
	}
	if was, ok := h.told[in][at]; ok && was != what && !h.forks {
		h.problems = append(h.problems, fmt.Sprintf("place %d was told as %s and as %s", at, was, what))
	}
	h.told[in][at] = what
}

// report fails the test with the first of the problems.
func (h *history) report(t *testing.T) {
	t.Helper()
	for _, p := range h.problems[:min(len(h.problems), 20)] {
		t.Error(p)
	}
	if len(h.problems) > 20 {
		t.Errorf("and %d more", len(h.problems)-20)
	}
}

// checkRealTime holds a room's order against real time, with the sequence as the
// witness: what was answered before another was sent comes before it. It takes
// linear time once sorted: going down the sequence, no later place may have been
// answered before this one was sent.
func checkRealTime(acts []*act) error {
	done := slices.DeleteFunc(slices.Clone(acts), func(a *act) bool { return a.code != "" })
	slices.SortFunc(done, func(a, b *act) int { return int(b.seq) - int(a.seq) })
	var earliest *act // answered first, of all later places
	for i, a := range done {
		if i > 0 && done[i-1].seq == a.seq {
			return fmt.Errorf("commands %s and %s were answered with the same place %d", done[i-1].id, a.id, a.seq)
		}
		if earliest != nil && earliest.answered < a.sent {
			return fmt.Errorf("command %s at place %d was sent after %s was answered, which is at place %d",
				a.id, a.seq, earliest.id, earliest.seq)
		}
		if earliest == nil || a.answered < earliest.answered {
			earliest = a
		}
	}
	return nil
}

// The check of real time can fail.
func TestRealTimeCheckSeesAnInversion(t *testing.T) {
	early := &act{id: "early", seq: 2, sent: 1, answered: 2}
	late := &act{id: "late", seq: 1, sent: 3, answered: 4}
	if checkRealTime([]*act{early, late}) == nil {
		t.Error("an inversion was not seen")
	}
	late.sent = 2 // at the same moment: either order is right
	if err := checkRealTime([]*act{early, late}); err != nil {
		t.Error(err)
	}
	late.seq = 2
	if checkRealTime([]*act{early, late}) == nil {
		t.Error("two commands at one place were not seen")
	}
}
