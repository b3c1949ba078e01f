package hub_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
)

// air carries signals between hubs of a test, as Redis's channel does: to everybody,
// the speaker too. A node that is gone speaks and hears no more.
type air struct {
	mu   sync.Mutex
	ears map[*ear]bool
}

type ear struct {
	air   *air
	heard chan []byte
}

func (a *air) ear() *ear {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := &ear{a, make(chan []byte, 256)}
	a.ears[e] = true
	return e
}

func (e *ear) Heard() <-chan []byte { return e.heard }

func (e *ear) Signal(_ context.Context, payload []byte) {
	e.air.mu.Lock()
	defer e.air.mu.Unlock()
	if !e.air.ears[e] {
		return
	}
	for other := range e.air.ears {
		other.heard <- payload
	}
}

// gone is what becomes of a node that was killed.
func (e *ear) gone() {
	e.air.mu.Lock()
	defer e.air.mu.Unlock()
	delete(e.air.ears, e)
}

func (h *house) hubIn(a *air) (*hub.Hub, *ear) {
	e := a.ear()
	b := hub.New(hub.Config{
		Log: h.log, Values: h.values, Tokens: h.tokens, Clock: h.clock, Rand: rand.Reader, Signals: e,
		Logger: slog.New(slog.NewTextHandler(h.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	h.t.Cleanup(b.Close)
	return b, e
}

// Who is here with one node shows on the other, within seconds; hidden ones on
// neither. After a node has died its people are gone within 30 seconds.
func TestPresenceAcrossNodes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		sky := &air{ears: map[*ear]bool{}}
		near, _ := h.hubIn(sky)
		far, farEar := h.hubIn(sky)
		in, who := h.crew(near, 5)
		watcher := h.connect(near, who[0], hub.Shows{Presence: true})
		watcher.join(in, "", 0)
		watcher.here(in, h)
		there := h.connect(far, who[2], hub.Shows{Presence: true})
		there.join(in, "", 0)
		h.follow(far, in, who[3]) // hidden
		pass(2 * time.Second)
		want := []person.ID{who[0], who[2]}
		if got, heard := watcher.here(in, h); !heard || !reflect.DeepEqual(got, want) {
			t.Fatalf("with the first node are %v (heard: %v), want %v", got, heard, want)
		}
		pass(2 * time.Second)
		late := h.connect(far, who[4], hub.Shows{Presence: true})
		if ok, _ := late.join(in, "", 0); ok.HereCount != 3 {
			t.Errorf("with the second node %d are here, want 3", ok.HereCount)
		}
		pass(40 * time.Second) // nothing changes: it is said again, and still counts
		if ok, _ := h.follow(near, in, who[1]).join(in, "", 0); ok.HereCount != 3 {
			t.Errorf("after a while %d are here, want 3", ok.HereCount)
		}
		watcher.lines()
		farEar.gone()
		pass(30 * time.Second)
		if got, heard := watcher.here(in, h); !heard || !reflect.DeepEqual(got, []person.ID{who[0]}) {
			t.Errorf("30 s after the node died are here %v (heard: %v)", got, heard)
		}
	})
}

// Typing crosses nodes, for those who let it be seen.
func TestTypingAcrossNodes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		sky := &air{ears: map[*ear]bool{}}
		near, _ := h.hubIn(sky)
		far, _ := h.hubIn(sky)
		in, who := h.crew(near, 4)
		watcher := h.follow(near, in, who[0])
		open := h.connect(far, who[2], hub.Shows{Typing: true})
		open.join(in, "", 0)
		closed := h.follow(far, in, who[3])
		watcher.lines()
		open.must("typing", in, fields{"on": true}, nil)
		closed.must("typing", in, fields{"on": true}, nil)
		pass(200 * time.Millisecond) // signals are gathered for a moment
		var typing []line
		for _, l := range watcher.lines() {
			if l.Signal == "typing" {
				typing = append(typing, l)
			}
		}
		if len(typing) != 1 {
			t.Fatalf("%d signals of typing, want 1", len(typing))
		}
		var token string
		if err := json.Unmarshal(typing[0].Member, &token); err != nil {
			t.Fatal(err)
		}
		if id, ok := h.tokens.ParseMember(in, token); !ok || id != who[2] {
			t.Error("somebody else types")
		}
		pass(10 * time.Second) // it ends by itself
		ended := false
		for _, l := range watcher.lines() {
			ended = ended || l.Signal == "typing" && l.On != nil && !*l.On
		}
		if !ended {
			t.Error("typing never ended")
		}
	})
}

// What does not come from a node is dropped and counted, and hurts nobody.
func TestNonsenseOnTheChannel(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		sky := &air{ears: map[*ear]bool{}}
		near, _ := h.hubIn(sky)
		in, who := h.crew(near, 3)
		watcher := h.follow(near, in, who[0])
		stranger := sky.ear()
		for _, s := range []string{"", "{", "[]", `[{"n":"x","r":"` + string(in) + `","k":"typing","who":"p_nobody","on":true}]`, `[{"n":"x","r":"r_x","k":"here"}]`, `[{"n":"x","r":"` + string(in) + `","k":"??"}]`} {
			stranger.Signal(t.Context(), []byte(s))
		}
		settle()
		watcher.lines()
		h.post(near, in, who[1], "still here")
		settle()
		if got := watcher.events(); len(got) != 1 {
			t.Errorf("after nonsense: %v", got)
		}
	})
}

// Behind the fence nothing of a room leaves this node, whoever asks, and what came
// meanwhile is shown once when it is lifted.
func TestFence(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		near, far := h.hub(), h.hub()
		in, who := h.crew(far, 4)
		watcher := h.follow(near, in, who[2])
		watcher.lines()
		near.Fence(true)
		settle()
		if l := watcher.lines(); len(l) != 1 || l[0].Signal != "behind" || !*l[0].On {
			t.Errorf("the client was told %v", l)
		}
		for verb, more := range map[string]fields{
			"post": {"text": "x"}, "history": {"before": h.tokens.Message(in, 3), "limit": 5}, "join": {"history": 5},
		} {
			if code := watcher.refused(verb, in, more); code != "behind" {
				t.Errorf("%s behind the fence: %s", verb, code)
			}
		}
		if _, err := near.Overview(t.Context(), in, who[2]); err == nil {
			t.Error("the list of rooms shows a room behind the fence")
		}
		h.post(far, in, who[1], "meanwhile")
		h.poll(in, near)
		if got := watcher.events(); len(got) != 0 {
			t.Errorf("behind the fence was shown: %v", got)
		}
		near.Fence(false)
		settle()
		got := watcher.lines()
		events := 0
		for _, l := range got {
			if l.Event != "" {
				events++
			}
		}
		if events != 1 {
			t.Errorf("after the fence %d events came, want 1", events)
		}
		h.post(far, in, who[1], "afterwards")
		h.poll(in, near)
		if got := watcher.events(); len(got) != 1 {
			t.Errorf("afterwards: %v", got)
		}
	})
}

// The fence falls while a message is being stored, and somebody asks to come in right
// behind it. What is stored they are shown once, when the fence is lifted: never a
// place that they know already.
func TestFenceFallsBeforeAJoin(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		author, watcher, late := h.follow(b, in, who[1]), h.follow(b, in, who[2]), h.connect(b, who[3], hub.Shows{})
		first := log.hold()
		go author.send("post", in, fields{"text": "one"})
		settle()
		go author.send("post", in, fields{"text": "two"}) // both wait in the room's inbox
		settle()
		go late.send("join", in, fields{"history": 5})
		settle()
		second := log.hold()
		first()
		settle()
		b.Fence(true)
		second()
		settle()
		for _, l := range late.lines() {
			if l.Answer != nil && l.Error == nil {
				t.Errorf("behind the fence was answered %s", l.OK)
			}
		}
		b.Fence(false)
		settle()
		if got := late.events(); len(got) != 0 {
			t.Errorf("who is not in the room was shown %v", got)
		}
		if got := messagesOf(t, watcher.lines()); !reflect.DeepEqual(got, []string{"one", "two"}) {
			t.Errorf("who was there saw %q", got)
		}
	})
}

// News with records needs no reading; news that does not go on from here is not
// believed.
func TestNewsBringsRecords(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &counting{Log: h.log}
		near, far := h.hubOn(log, h.values), h.hub()
		in, who := h.crew(far, 4)
		watcher := h.follow(near, in, who[2])
		defer h.tell(context.Background(), near)()
		watcher.lines()
		before := log.read
		for range 5 {
			h.post(far, in, who[1], "with its record")
			settle()
		}
		if got := watcher.events(); len(got) != 5 {
			t.Errorf("%d of 5 events came", len(got))
		}
		if n := log.read - before; n != 0 {
			t.Errorf("a level node read %d records", n)
		}
		head, err := h.log.Head(t.Context(), hub.Stream(in))
		if err != nil {
			t.Fatal(err)
		}
		forged := eventlog.Record{Meta: []byte("{}")}
		next := head.Next(forged)
		forged.Seq, forged.Digest = next.Seq, eventlog.Digest{1}
		near.Moved(in, eventlog.News{Change: eventlog.Change{Head: next}, Records: []eventlog.Record{forged}})
		settle()
		h.post(far, in, who[1], "after the forgery")
		settle()
		if got := watcher.events(); len(got) != 1 {
			t.Errorf("after a forged record: %v", got)
		}
	})
}

// Whom somebody does not want to see is so on all their devices, with every node.
func TestPersonalMuteAcrossNodes(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		sky := &air{ears: map[*ear]bool{}}
		near, _ := h.hubIn(sky)
		far, _ := h.hubIn(sky)
		in, who := h.crew(near, 5)
		phone, laptop := h.follow(near, in, who[2]), h.follow(far, in, who[2])
		peer := h.follow(far, in, who[4])
		phone.must("ignore", in, fields{"member": h.tokens.Member(in, who[3]), "on": true}, nil)
		pass(200 * time.Millisecond)
		h.post(far, in, who[3], "unwanted")
		pass(200 * time.Millisecond)
		if got := laptop.events(); len(got) != 0 {
			t.Errorf("the other device is shown %q", got)
		}
		if got := peer.events(); len(got) != 1 {
			t.Errorf("a peer is shown %q", got)
		}
		phone.must("ignore", in, fields{"member": h.tokens.Member(in, who[3]), "on": false}, nil)
		pass(200 * time.Millisecond)
		h.post(far, in, who[3], "wanted again")
		pass(200 * time.Millisecond)
		if got := laptop.events(); len(got) != 1 {
			t.Errorf("afterwards the other device is shown %q", got)
		}
	})
}
