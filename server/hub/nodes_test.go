package hub_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// tell passes a store's news on to a hub, as a node does, until ctx ends.
func (h *house) tell(ctx context.Context, nodes ...*hub.Hub) (done func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	news, err := h.log.Watch(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for n := range news {
			if in, ok := hub.OfStream(n.Stream); ok {
				for _, b := range nodes {
					b.Moved(in, n)
				}
			}
		}
	})
	return func() { cancel(); work.Wait() }
}

// poll is what a node does besides listening: news may be lost.
func (h *house) poll(in room.ID, nodes ...*hub.Hub) {
	h.t.Helper()
	head, err := h.log.Head(context.Background(), hub.Stream(in))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, b := range nodes {
		b.Moved(in, eventlog.News{Change: eventlog.Change{Head: head}})
	}
	settle()
}

// Two nodes post into one room at the same time. Everybody, on either, sees every
// message once, in the one order that the log has.
func TestTwoNodesOneOrder(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		const each, authors = 60, 3
		nodes := []*hub.Hub{h.hub(), h.hub()}
		in, who := h.crew(nodes[0], 6)
		defer h.tell(context.Background(), nodes...)()
		watchers := []*client{h.follow(nodes[0], in, who[0]), h.follow(nodes[1], in, who[1])}
		var work sync.WaitGroup
		for n, b := range nodes {
			for a := range authors {
				work.Go(func() { postMany(t, b, in, who[2+a%2*2], fmt.Sprintf("node %d author %d", n, a), each) })
			}
		}
		work.Wait()
		h.poll(in, nodes...)
		want := h.texts(in)
		if len(want) != len(nodes)*each*authors {
			t.Fatalf("the log has %d messages", len(want))
		}
		if counted := slices.Compact(slices.Sorted(slices.Values(want))); len(counted) != len(want) {
			t.Fatalf("%d messages stand twice", len(want)-len(counted))
		}
		for n, c := range watchers {
			if got := messagesOf(t, c.lines()); !reflect.DeepEqual(got, want) {
				t.Errorf("on node %d %d messages were seen, or in another order (the log has %d)", n, len(got), len(want))
			}
		}
	})
}

// postMany posts as a client does: what lost against the other node too often is
// sent again with the same id.
func postMany(t *testing.T, b *hub.Hub, in room.ID, by person.ID, text string, n int) {
	for i := range n {
		id := b.NewID()
		for {
			_, err := b.Do(context.Background(), in, by, id, room.PostMessage{Text: fmt.Sprintf("%s %03d", text, i)})
			if err == nil {
				break
			}
			if !errors.Is(err, eventlog.ErrUnavailable) {
				t.Error(err)
				return
			}
		}
	}
}

func messagesOf(t testing.TB, lines []line) (texts []string) {
	for _, l := range lines {
		if l.Event == "message" {
			texts = append(texts, l.message(t).Text)
		}
	}
	return texts
}

// A node that has not heard of another's append decides on what it knows, loses,
// reads, and decides again: here that the author has been removed meanwhile.
func TestDecidedAgainAfterAConflict(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		one, two := h.hub(), h.hub()
		in, who := h.crew(one, 4)
		author, peer := h.follow(two, in, who[2]), h.follow(two, in, who[3])
		h.do(one, in, who[0], room.EndMembership{Person: who[2]})
		author.send("post", in, fields{"text": "too late"})
		if got := peer.events(); !reflect.DeepEqual(got, []string{"member_left"}) {
			t.Errorf("a peer sees %q", got)
		}
		if _, resets := author.sock.closed(); resets != 1 || len(author.events()) > 0 {
			t.Error("who was removed on another node stays connected here")
		}
		if got := h.texts(in); len(got) != 0 {
			t.Errorf("the log has %q", got)
		}
	})
}

// Somebody hops to a node that has not heard yet of what the other showed them. They
// go on from there, and nobody is shown anything twice.
func TestResumeOnANodeThatIsBehind(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		near, far := h.hub(), h.hub()
		in, who := h.crew(far, 4)
		stays := h.follow(near, in, who[2])
		h.post(far, in, who[1], "shown on the other node only")
		seen, _ := h.connect(far, who[3], hub.Shows{}).join(in, "", 5)
		hops := h.connect(near, who[3], hub.Shows{})
		back, events := hops.join(in, seen.Pos, 5)
		if back.Reset || back.Pos != seen.Pos || len(events) != 0 {
			t.Errorf("coming back: reset %v, and %d events", back.Reset, len(events))
		}
		h.poll(in, near)
		if again := len(hops.events()); again != 0 {
			t.Errorf("%d events again", again)
		}
		if got := stays.events(); !reflect.DeepEqual(got, []string{"message shown on the other node only"}) {
			t.Errorf("who was there saw %q", got)
		}
	})
}

// Promise 5 over nodes: the same command sent to both is done once, and answered
// the same.
func TestTheSameCommandOnTwoNodes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		nodes := []*hub.Hub{h.hub(), h.hub()}
		in, who := h.crew(nodes[0], 3)
		h.follow(nodes[1], in, who[0])
		var outs [2]hub.Outcome
		id := nodes[0].NewID()
		var work sync.WaitGroup
		for n, b := range nodes {
			work.Go(func() {
				var err error
				if outs[n], err = b.Do(context.Background(), in, who[2], id, room.PostMessage{Text: "once"}); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if outs[0].Answer != outs[1].Answer || outs[0].Pos != outs[1].Pos {
			t.Errorf("answers %+v and %+v", outs[0], outs[1])
		}
		if got := h.texts(in); !reflect.DeepEqual(got, []string{"once"}) {
			t.Errorf("the log has %q", got)
		}
	})
}

// swapped is a log behind which another store can be put, as a failover to a replica
// with another history does.
type swapped struct {
	eventlog.Log
	mu  sync.Mutex
	now eventlog.Log
}

func (s *swapped) to(l eventlog.Log) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = l
}

func (s *swapped) log() eventlog.Log {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *swapped) Append(ctx context.Context, stream string, after eventlog.Position, r []eventlog.Record) (eventlog.Position, error) {
	return s.log().Append(ctx, stream, after, r)
}

func (s *swapped) Head(ctx context.Context, stream string) (eventlog.Position, error) {
	return s.log().Head(ctx, stream)
}

func (s *swapped) Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	return s.log().Read(ctx, stream, from, to)
}

// A store that comes back with another history under the same numbers, longer or
// just as long: whoever follows the room is sent away to reload, and nothing of
// either is mixed.
func TestAnotherHistorySendsEverybodyToReload(t *testing.T) {
	post := func(_ *hub.Hub, in room.ID, by *client) { by.send("post", in, fields{"text": "into which history?"}) }
	hear := func(b *hub.Hub, in room.ID, _ *client) {
		b.Moved(in, eventlog.News{Change: eventlog.Change{Head: eventlog.Position{Seq: 99}}})
	}
	cases := map[string]struct {
		act    func(b *hub.Hub, in room.ID, by *client)
		longer bool
	}{
		"longer, found when posting":     {post, true},
		"longer, found when told of it":  {hear, true},
		"as long, found when posting":    {post, false},
		"as long, found when told of it": {hear, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				log := &swapped{now: h.log}
				b := h.hubOn(log, h.values)
				in, who := h.crew(b, 4)
				if !c.longer {
					h.post(b, in, who[2], "this one")
				}
				author, peer := h.follow(b, in, who[2]), h.follow(b, in, who[3])
				log.to(otherHistory(t, who))
				c.act(b, in, author)
				settle()
				for _, c := range []*client{author, peer} {
					if codes, _ := c.sock.closed(); len(codes) != 1 || codes[0] != 4101 {
						t.Errorf("closed with %v", codes)
					}
				}
				if got := peer.events(); len(got) > 0 {
					t.Errorf("a peer sees %q", got)
				}
				if ok, _ := h.connect(b, who[3], noShow).join(in, "", 50); !ok.Reset || len(ok.Messages) != 1 || ok.Messages[0].Text != "the other one" {
					t.Errorf("coming back shows %+v", ok.Messages)
				}
			})
		})
	}
}

// otherHistory is a store with the same room and the same people in another past.
func otherHistory(t *testing.T, who []person.ID) eventlog.Log {
	other := newHouse(t)
	b := other.hub()
	in, _ := other.crew(b, len(who))
	other.post(b, in, who[2], "the other one")
	return other.log
}

// The room is busy and its inbox full when another node appends, and nothing is ever said in
// it again: who follows it is shown the message all the same, within a moment.
func TestNewsForABusyRoomIsNotLost(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		far, log := h.hub(), &faulty{Log: h.log}
		near := h.hubOn(log, h.values)
		in, who := h.crew(far, 4)
		c := h.follow(near, in, who[3])
		stored := make(chan struct{})
		log.stored = stored
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, _ = near.Do(context.Background(), in, who[2], near.NewID(), room.PostMessage{Text: "its answer hangs"})
		})
		settle()
		for range hub.InboxSize {
			waiting.Go(func() { _, _ = near.Membership(context.Background(), in, who[2]) })
		}
		settle()
		h.post(far, in, who[2], "from the other node")
		head, err := h.log.Head(t.Context(), hub.Stream(in))
		if err != nil {
			t.Fatal(err)
		}
		near.Moved(in, eventlog.News{Change: eventlog.Change{Head: head}})
		close(stored)
		waiting.Wait()
		pass(2 * time.Second)
		if got := c.events(); len(got) != 2 || got[1] != "message from the other node" {
			t.Errorf("told of %v", got)
		}
	})
}

// A room that could not be read when it was to show what it missed is read as soon as that
// works again, though nobody asks for anything.
func TestRoomIsReadAgainByItself(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		far, log := h.hub(), &faulty{Log: h.log}
		near := h.hubOn(log, h.values)
		in, who := h.crew(far, 4)
		c := h.follow(near, in, who[3])
		log.set(nil, nil, eventlog.ErrUnavailable)
		h.post(far, in, who[2], "while nothing could be read")
		head, err := h.log.Head(t.Context(), hub.Stream(in))
		if err != nil {
			t.Fatal(err)
		}
		near.Moved(in, eventlog.News{Change: eventlog.Change{Head: head}})
		pass(3 * time.Second)
		if got := c.events(); len(got) != 0 {
			t.Fatalf("told of %v", got)
		}
		log.set(nil, nil, nil)
		pass(2 * time.Second)
		if got := c.events(); len(got) != 1 {
			t.Errorf("told of %v", got)
		}
	})
}
