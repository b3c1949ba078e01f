package hub_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
)

const keep = 14 * 24 * time.Hour

// bodyOf is what the log has of a record's text, and whether it has any.
func (h *house) bodyOf(in room.ID, seq room.Seq) (string, bool) {
	h.t.Helper()
	records, err := h.log.Read(context.Background(), hub.Stream(in), eventlog.Seq(seq), eventlog.Seq(seq))
	if err != nil || len(records) != 1 {
		h.t.Fatalf("%d records, %v", len(records), err)
	}
	e, err := room.Decode(seq, records[0].Meta, records[0].Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return e.Text(), records[0].Body != nil
}

// What was taken back or replaced is erased after 14 days, not before, without
// anybody looking: from the log, and from the memory of a room that is awake.
func TestDueBodiesAreErased(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		removed := h.post(b, in, who[2], "canary removed")
		edited := h.post(b, in, who[2], "canary replaced")
		stands := h.post(b, in, who[2], "stands")
		better := h.do(b, in, who[2], room.EditMessage{Message: edited, Text: "better"})
		h.do(b, in, who[2], room.RemoveMessage{Message: removed})
		staff := h.follow(b, in, who[0])
		sweep := func(d time.Duration) {
			h.forward(d)
			if err := b.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		sweep(keep - time.Second)
		if _, there := h.bodyOf(in, removed); !there {
			t.Error("erased too early")
		}
		sweep(2 * time.Second)
		for seq, want := range map[room.Seq]bool{removed: false, edited: false, stands: true, better: true} {
			if text, there := h.bodyOf(in, seq); there != want {
				t.Errorf("record %d: there is %q", seq, text)
			}
		}
		tail, err := b.TailTexts(t.Context(), in)
		if err != nil || tail[stands] != "stands" {
			t.Fatalf("the tail has %v, %v", tail, err)
		}
		for seq, text := range tail {
			if strings.Contains(text, "canary") {
				t.Errorf("the tail still has record %d", seq)
			}
		}
		if code := staff.refused("show_removed", in, fields{"message": h.tokens.Message(in, removed)}); code != "gone" {
			t.Errorf("staff asks: %s", code)
		}
		if lines := staff.lines(); len(lines) > 0 {
			t.Errorf("the erasure shows as %s", lines[0].raw)
		}
	})
}

// An erasure is due in a room that nobody has woken since a restart, and of more
// than one event's worth of bodies.
func TestDueBodiesOfASleepingRoom(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.hub()
		in, who := h.crew(first, 3)
		for range 620 {
			h.do(first, in, who[0], room.SetTopic{Text: "canary topic"})
		}
		first.Close()
		h.forward(keep + time.Hour)
		b := h.hub()
		pass(61 * time.Second) // its own loop finds out, nobody calls
		left := 0
		for seq := room.Seq(5); seq <= 623; seq++ {
			if _, there := h.bodyOf(in, seq); there {
				left++
			}
		}
		if left > 0 {
			t.Errorf("%d superseded bodies are still there", left)
		}
		if got, _ := h.bodyOf(in, 624); got != "canary topic" || b.ActiveRooms() == 0 {
			t.Errorf("the topic as it stands is %q", got)
		}
	})
}

// The due index holds one entry at most for a room, and none where nothing is due.
func TestDueIndexIsCleared(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		count := func() int {
			list, err := h.values.List(t.Context(), "due")
			if err != nil {
				t.Fatal(err)
			}
			return len(list)
		}
		h.forward(keep + time.Second)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count() != 0 {
			t.Fatal("nothing is due and the index says there is")
		}
		seq := h.post(b, in, who[2], "text")
		h.do(b, in, who[2], room.EditMessage{Message: seq, Text: "better"})
		h.do(b, in, who[2], room.EditMessage{Message: seq, Text: "best"})
		if count() != 1 {
			t.Fatal("something is due later and the index does not know")
		}
		h.forward(keep + time.Second)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count() != 1 {
			t.Fatal("the text that stands ends at its term and the index does not know")
		}
		h.forward(time.Duration(room.DefaultKeep) * time.Millisecond)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if count() != 0 {
			t.Fatal("all was done and the index says there is more")
		}
	})
}

// dueAt is when a room is to be looked at, as the index says.
func (h *house) dueAt(in room.ID) room.Time {
	h.t.Helper()
	v, err := h.values.Get(context.Background(), "due", string(in))
	if err != nil {
		h.t.Fatal(err)
	}
	return room.Time(binary.BigEndian.Uint64(v.Data))
}

// Two nodes, each with something that comes due: the earlier stands, whichever node wrote
// last, and whether or not it had heard of the other's.
func TestDueHintIsNotOverwrittenByALaterOne(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		one, two := h.hub(), h.hub()
		in, who := h.crew(one, 4)
		h.post(one, in, who[2], "ends in 90 days")
		until := one.Now() + room.Day
		h.do(two, in, who[0], room.SetTerm{Person: who[3], Until: until})
		three := h.hub() // knows of no hint
		h.post(three, in, who[2], "ends in 90 days, too")
		h.post(one, in, who[2], "and so does this")
		if got := h.dueAt(in); got != until {
			t.Errorf("it is looked at %v later than it should be", time.Duration(got-until)*time.Millisecond)
		}
	})
}

// A sweep does not take a hint away that was just given, though nothing is due yet: what
// it speaks of may be on its way.
func TestFreshHintIsLeftAlone(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, _ := h.crew(b, 3)
		said := binary.BigEndian.AppendUint64(nil, uint64(b.Now()-1))
		said = binary.BigEndian.AppendUint64(said, uint64(b.Now()))
		if _, err := h.values.Put(t.Context(), "due", string(in), said, time.Time{}, eventlog.Any); err != nil {
			t.Fatal(err)
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.dueAt(in)
		h.forward(2 * time.Minute)
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := h.values.Get(t.Context(), "due", string(in)); err == nil {
			t.Error("it is still there when nothing can be on its way any more")
		}
	})
}

// A held message that nobody decided about ends with its term, for everybody, and its body
// is erased.
func TestHeldMessageEndsWithItsTerm(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		h.do(b, in, who[0], room.SetKeep{For: room.Day})
		h.do(b, in, who[0], room.SetHold{Mode: room.HoldEveryone})
		held := h.post(b, in, who[2], "canary that waits")
		pass(24*time.Hour + time.Millisecond)
		if code := h.tries(b, in, who[0], room.ReleaseMessage{Held: held}); code != "no_such_message" {
			t.Errorf("released after its term: %q", code)
		}
		pass(3 * time.Minute)
		if text, there := h.bodyOf(in, held); there {
			t.Errorf("its body still holds %q", text)
		}
	})
}
