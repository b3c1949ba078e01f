package hub_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// What one person does reaches everybody in one order, in the form that is theirs.
func TestEverybodySeesTheirForm(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		lead, author, peer := h.follow(b, in, who[0]), h.follow(b, in, who[2]), h.follow(b, in, who[3])
		var posted, edited wire.Logged
		events := author.must("post", in, fields{"text": " a hard night "}, &posted)
		events = append(events, author.must("edit", in, fields{"message": posted.Message, "text": "a hard week"}, &edited)...)
		heard := peer.must("react", in, fields{"message": posted.Message, "reaction": "hug", "on": true}, nil)
		events = append(events, author.must("remove", in, fields{"message": posted.Message}, nil)...)
		want := []string{"message a hard night", "edited a hard week", "reaction hug", "removed"}
		if got := lead.events(); !reflect.DeepEqual(got, want) {
			t.Errorf("the lead sees %q", got)
		}
		if got := shorts(t, events); !reflect.DeepEqual(got, want) {
			t.Errorf("the author sees %q", got)
		}
		if got := shorts(t, append(heard, peer.lines()...)); !reflect.DeepEqual(got, want) {
			t.Errorf("a peer sees %q", got)
		}
		if m := events[0].message(t); !m.Mine || m.Cmd == "" || events[0].Cmd != "" || events[0].Pos != posted.Pos || events[0].At != posted.At || m.ID != posted.Message {
			t.Errorf("the author's own message: %s", events[0].raw)
		}
		if events[1].Cmd == "" || events[2].Cmd != "" || events[3].Cmd == "" {
			t.Error("cmd stands in one's own events, and only there")
		}
	})
}

// shorts is the events among lines, in short.
func shorts(t testing.TB, lines []line) (events []string) {
	for _, l := range lines {
		if l.Event != "" {
			events = append(events, l.short(t))
		}
	}
	return events
}

// A peer's line tells nothing that is the author's or the staff's.
func TestPeersSeeNothingMore(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		lead, peer := h.follow(b, in, who[0]), h.follow(b, in, who[3])
		seq := h.post(b, in, who[2], "a hard night")
		h.do(b, in, who[2], room.RemoveMessage{Message: seq})
		seen := append(peer.lines(), lead.lines()...)
		for _, l := range seen {
			if l.Event == "" {
				continue
			}
			if strings.Contains(l.raw, `"cmd"`) || strings.Contains(l.raw, `"mine"`) || strings.Contains(l.raw, string(who[2])) {
				t.Errorf("a line to others: %s", l.raw)
			}
		}
		if len(seen) != 4 || seen[0].Pos == seen[2].Pos {
			t.Error("members and staff have positions of their own")
		}
		again, _ := h.connect(b, who[3], noShow).join(in, "", 50)
		if len(again.Messages) != 0 {
			t.Error("a peer's page holds what was taken back")
		}
		staff, _ := h.connect(b, who[0], noShow).join(in, "", 50)
		if len(staff.Messages) != 1 || staff.Messages[0].Text != "" || staff.Messages[0].RemovedAt == 0 || staff.Messages[0].RemovedBy != "author" {
			t.Errorf("staff's page: %+v", staff.Messages)
		}
	})
}

// Who joined after a message that others talk about learns nothing of it: not its
// edits, not its reactions, not what a reply answers.
func TestNewcomersSeeNothingOfBefore(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		old := h.post(b, in, who[2], "before")
		late := personN(90)
		h.programme(b, in, room.AddMember{Person: late, Alias: "Late", Role: room.Participant})
		c, peer := h.follow(b, in, late), h.follow(b, in, who[2])
		h.do(b, in, who[2], room.EditMessage{Message: old, Text: "before, better said"})
		h.do(b, in, who[0], room.React{Message: old, Reaction: "hug", On: true})
		h.do(b, in, who[0], room.PostMessage{Text: "an answer", ReplyTo: old})
		lines := c.lines()
		if got := shorts(t, lines); !reflect.DeepEqual(got, []string{"message an answer"}) {
			t.Fatalf("a newcomer sees %q", got)
		}
		if m := lines[0].message(t); m.ReplyTo != "" || !m.ReplyGone {
			t.Errorf("a newcomer sees what is answered: %s", lines[0].raw)
		}
		if got := peer.events(); len(got) != 3 {
			t.Errorf("a peer sees %q", got)
		}
	})
}

// Promise 1 seen from the network: no answer and no event before the append.
func TestNothingBeforeTheAppend(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		author, peer := h.follow(b, in, who[2]), h.follow(b, in, who[3])
		release := log.hold()
		sent := make(chan string)
		go func() { sent <- author.send("post", in, fields{"text": "soon"}) }()
		if lines := append(author.lines(), peer.lines()...); len(lines) > 0 {
			t.Fatalf("before it was stored there came %s", lines[0].raw)
		}
		release()
		id := <-sent
		if answer, _ := author.answerTo(id); answer.Error != nil {
			t.Fatalf("%+v", answer.Error)
		}
		if got := peer.events(); !reflect.DeepEqual(got, []string{"message soon"}) {
			t.Fatalf("then %q", got)
		}
	})
}
