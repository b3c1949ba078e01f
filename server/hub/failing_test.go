package hub_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// Promise 8: a store that does not answer, whether or not it has stored, gives an
// answer in words; nothing unstored is shown; and the same id sent again finds out,
// with one message in the end, seen once by everybody who stayed.
func TestStoreThatFails(t *testing.T) {
	cases := map[string]func(*faulty){
		"before it stored": func(f *faulty) { f.set(eventlog.ErrUnavailable, nil, nil) },
		"after it stored":  func(f *faulty) { f.set(nil, eventlog.ErrUnavailable, nil) },
	}
	for name, fail := range cases {
		t.Run(name, func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				log := &faulty{Log: h.log}
				b := h.hubOn(log, h.values)
				in, who := h.crew(b, 4)
				author, peer := h.follow(b, in, who[2]), h.follow(b, in, who[3])
				fail(log)
				id := author.send("post", in, fields{"text": "stored or not?"})
				answer, events := author.answerTo(id)
				if answer.Error == nil || answer.Error.Code != "not_known" || len(events) > 0 {
					t.Fatalf("answered %s, then %v", answer.raw, events)
				}
				if got := peer.events(); len(got) > 0 {
					t.Fatalf("a peer sees %q though nobody knows", got)
				}
				log.set(nil, nil, nil)
				author.sendAs(id, "post", in, fields{"text": "stored or not?"})
				first, events := author.answerTo(id)
				author.sendAs(id, "post", in, fields{"text": "stored or not?"})
				second, more := author.answerTo(id)
				if first.Error != nil || first.raw != second.raw {
					t.Fatalf("then %s, then %s", first.raw, second.raw)
				}
				if got := append(messagesOf(t, events), messagesOf(t, more)...); !reflect.DeepEqual(got, []string{"stored or not?"}) {
					t.Errorf("the author sees %q", got)
				}
				if got := peer.events(); !reflect.DeepEqual(got, []string{"message stored or not?"}) {
					t.Errorf("a peer sees %q", got)
				}
				if got := h.texts(in); len(got) != 1 {
					t.Errorf("the log has %q", got)
				}
			})
		})
	}
}

// While the store is away, another node's event and a removal arrive in it. Who
// stayed is shown what was missed, once; who lost their right meanwhile is shown
// nothing of it.
func TestWhatWasMissedWhileTheStoreWasAway(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b, elsewhere := h.hubOn(log, h.values), h.hub()
		in, who := h.crew(b, 5)
		peer, removed := h.follow(b, in, who[3]), h.follow(b, in, who[2])
		log.set(eventlog.ErrUnavailable, nil, eventlog.ErrUnavailable)
		if code := peer.refused("post", in, fields{"text": "lost"}); code != "not_known" {
			t.Fatalf("posting: %s", code)
		}
		if code := peer.refused("history", in, fields{"before": h.tokens.Message(in, 1)}); code != "unavailable" {
			t.Fatalf("reading: %s", code)
		}
		gone := h.post(elsewhere, in, who[4], "superseded")
		want := []string{}
		for range 300 { // many, so that the first are on their way before the last is dealt with
			h.post(elsewhere, in, who[4], "meanwhile")
			want = append(want, "message meanwhile")
		}
		h.do(elsewhere, in, who[4], room.RemoveMessage{Message: gone})
		h.do(elsewhere, in, who[0], room.EndMembership{Person: who[2]})
		log.set(nil, nil, nil)
		h.poll(in, b)
		if got := peer.events(); !reflect.DeepEqual(got, append(want, "removed", "member_left")) {
			t.Errorf("who stayed sees %q", got)
		}
		if _, resets := removed.sock.closed(); resets != 1 || len(removed.lines()) > 0 {
			t.Error("who was removed meanwhile was not cut off before anything else")
		}
		h.post(b, in, who[0], "on it goes")
		if got := peer.events(); !reflect.DeepEqual(got, []string{"message on it goes"}) {
			t.Errorf("then %q", got)
		}
	})
}

// Of too much that was missed nobody is told piece by piece: they reload.
func TestTooMuchWasMissed(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b, elsewhere := h.hubOn(log, h.values), h.hub()
		in, who := h.crew(b, 4)
		peer := h.follow(b, in, who[3])
		log.set(eventlog.ErrUnavailable, nil, nil)
		peer.refused("post", in, fields{"text": "lost"})
		for range 1001 {
			h.post(elsewhere, in, who[0], "meanwhile")
		}
		log.set(nil, nil, nil)
		h.poll(in, b)
		if codes, _ := peer.sock.closed(); len(codes) != 1 || codes[0].Advice() != wire.Reload {
			t.Errorf("closed with %v", codes)
		}
	})
}

// Promise 7: whatever went wrong, no word that anybody wrote is in the log of the
// program.
func TestNothingWrittenIsLogged(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[2])
		h.do(b, in, who[0], room.SetTopic{Text: "canary topic"})
		c.must("post", in, fields{"text": "canary one"}, nil)
		c.conn.Handle(t.Context(), []byte(`{"do":"post","canary":"canary","id":"canary"}`))
		log.set(eventlog.ErrUnavailable, nil, nil)
		c.refused("post", in, fields{"text": "canary two"})
		log.set(nil, eventlog.ErrCorrupt, nil)
		c.send("post", in, fields{"text": "canary three"})
		settle()
		if strings.Contains(h.logged.String(), "canary") {
			t.Errorf("logged:\n%s", h.logged)
		}
		if h.logged.Len() == 0 {
			t.Error("nothing was logged at all: the test looks in the wrong place")
		}
	})
}

// The room's own memory does not outlive what a lost append has made of it: the
// next command is decided on what the store has.
func TestDecidedAfreshAfterALostAnswer(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		lead := h.follow(b, in, who[0])
		log.set(nil, eventlog.ErrUnavailable, nil)
		if code := lead.refused("end_membership", in, fields{"member": h.tokens.Member(in, who[2])}); code != "not_known" {
			t.Fatal(code)
		}
		log.set(nil, nil, nil)
		// Whoever asks first has the room read what became of it; a connection of the
		// person it removed is cut then.
		late := h.connect(b, who[2], noShow)
		late.send("post", in, fields{"text": "still here?"})
		settle()
		if _, resets := late.sock.closed(); resets != 1 || len(late.lines()) > 0 {
			t.Error("who was removed by a lost answer is still served")
		}
		if code := h.connect(b, who[2], noShow).refused("post", in, fields{"text": "still here?"}); code != "no_such_room" {
			t.Errorf("who was removed by a lost answer: %s", code)
		}
	})
}
