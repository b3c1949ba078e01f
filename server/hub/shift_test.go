package hub_test

import (
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
)

// daily is from and to, in minutes after midnight, each day in a zone.
func daily(zone string, from, to int) hours.Schedule {
	s := hours.Schedule{Zone: zone}
	for day := range time.Weekday(7) {
		s.Weekly = append(s.Weekly, hours.DaySpan{Day: day, Span: hours.Span{From: from, To: to}})
	}
	return s
}

// A group meets at 18:00 by the clock on the wall and is quiet meanwhile: in three zones,
// and over the nights in which their clocks change, both ways. The room closes and opens
// by itself, to the millisecond.
func TestQuietSessionsOverDaylightSaving(t *testing.T) {
	for zone, nights := range map[string][2]string{ // the evening after each night, 18:00 there, in UTC
		"America/New_York": {"2026-03-08T22:00:00Z", "2026-11-01T23:00:00Z"},
		"Europe/London":    {"2026-03-29T17:00:00Z", "2026-10-25T18:00:00Z"},
		"Australia/Sydney": {"2026-10-04T07:00:00Z", "2026-04-05T08:00:00Z"},
	} {
		for _, night := range nights {
			t.Run(zone+" "+night[:10], func(t *testing.T) {
				inHouse(t, func(t *testing.T, h *house) {
					begins, err := time.Parse(time.RFC3339, night)
					if err != nil {
						t.Fatal(err)
					}
					b := h.hub()
					in, who := h.crew(b, 4)
					h.do(b, in, who[1], room.SetSessions{Schedule: daily(zone, 18*60, 19*60+30), Quiet: true})
					h.forwardTo(begins.Add(-time.Millisecond))
					if code := h.tries(b, in, who[2], room.PostMessage{Text: "just before"}); code != "" {
						t.Errorf("a millisecond before it begins: %q", code)
					}
					h.forward(time.Millisecond)
					if code := h.tries(b, in, who[2], room.PostMessage{Text: "during"}); code != "in_session" {
						t.Errorf("when it begins: %q", code)
					}
					if code := h.tries(b, in, who[1], room.PostMessage{Text: "the team writes"}); code != "" {
						t.Errorf("the team: %q", code)
					}
					h.forward(90*time.Minute - time.Millisecond)
					if code := h.tries(b, in, who[2], room.PostMessage{Text: "still"}); code != "in_session" {
						t.Errorf("a millisecond before it ends: %q", code)
					}
					h.forward(time.Millisecond)
					if code := h.tries(b, in, who[2], room.PostMessage{Text: "after"}); code != "" {
						t.Errorf("when it ends: %q", code)
					}
				})
			})
		}
	}
}

// forwardTo moves the clock to a moment that is to come.
func (h *house) forwardTo(to time.Time) {
	h.t.Helper()
	by := to.Sub(h.clock())
	if by < 0 {
		h.t.Fatalf("%v lies behind", to)
	}
	h.forward(by)
}

// What waits because nobody was on duty keeps its age over the shift that comes and goes,
// and is decided by whoever comes next; and the room is open again while somebody is there.
func TestHoldOutlivesTheShift(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		h.do(b, in, who[0], room.SetHours{Schedule: daily("Europe/Paris", 9*60, 17*60)})
		h.do(b, in, who[0], room.SetUnattended{Mode: room.UnattendedHold})
		since := b.Now()
		held := h.post(b, in, who[2], "it waits")
		for range 2 { // two shifts that leave it
			pass(8 * time.Hour)
			h.programme(b, in, room.SetDuty{Person: who[1], On: true})
			shown := h.post(b, in, who[3], "shown at once")
			if w, err := b.Waiting(t.Context(), in); err != nil || len(w.Waits) != 1 || w.Waits[0].Since != since || w.Waits[0].Ref != held {
				t.Fatalf("what waits: %+v, %v", w.Waits, err)
			}
			if text, _ := h.bodyOf(in, shown); text != "shown at once" {
				t.Errorf("%q", text)
			}
			h.programme(b, in, room.SetDuty{Person: who[1], On: false})
		}
		h.do(b, in, who[0], room.ReleaseMessage{Held: held})
		page, _ := h.connect(b, who[3], hub.Shows{}).join(in, "", 50)
		if last := page.Messages[len(page.Messages)-1]; last.Text != "it waits" || last.WrittenAt != since {
			t.Errorf("%+v", last)
		}
	})
}

// Who came in under other settings hears of each change, and what they do is judged by how
// the room is set now.
func TestOldPageHearsOfEverySetting(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 4)
		c := h.follow(b, in, who[2])
		message := h.post(b, in, who[3], "good evening")
		for _, act := range []room.Action{
			room.SetHours{Schedule: daily("Europe/Paris", 9*60, 17*60)},
			room.SetSessions{Schedule: daily("Europe/Paris", 18*60, 19*60)},
			room.SetUnattended{Mode: room.UnattendedHold},
			room.SetHouse{House: room.House{NoCrossTalk: true}},
			room.PinMessage{Message: message},
		} {
			h.do(b, in, who[0], act)
		}
		h.programme(b, in, room.SetDuty{Person: who[0], On: true})
		want := []string{"message good evening", "calendar", "calendar", "policy", "policy", "pinned", "duty"}
		if got := c.events(); len(got) != len(want) {
			t.Errorf("told of %v, want %v", got, want)
		} else {
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("told of %v, want %v", got, want)
					break
				}
			}
		}
		if code := c.refused("post", in, fields{"text": "me too", "reply_to": h.tokens.Message(in, message)}); code != "no_cross_talk" {
			t.Errorf("an answer under the old rules: %q", code)
		}
	})
}

// A shift from ten in the evening to six in the morning, in three zones, over the nights in
// which their clocks change: whoever looks into the room that evening is told of one that
// lasts an hour less, or more, and of the next, which lasts eight again. While it is on, it
// stands first; to the minute it ends it does not.
func TestShiftsOverDaylightSaving(t *testing.T) {
	for _, c := range []struct {
		zone, begins string
		lasts        time.Duration
	}{
		{"America/New_York", "2026-03-08T03:00:00Z", 7 * time.Hour},
		{"America/New_York", "2026-11-01T02:00:00Z", 9 * time.Hour},
		{"Europe/London", "2026-03-28T22:00:00Z", 7 * time.Hour},
		{"Europe/London", "2026-10-24T21:00:00Z", 9 * time.Hour},
		{"Australia/Sydney", "2026-10-03T12:00:00Z", 7 * time.Hour},
		{"Australia/Sydney", "2026-04-04T11:00:00Z", 9 * time.Hour},
	} {
		t.Run(c.zone+" "+c.begins[:10], func(t *testing.T) {
			inHouse(t, func(t *testing.T, h *house) {
				begins, err := time.Parse(time.RFC3339, c.begins)
				if err != nil {
					t.Fatal(err)
				}
				b := h.hub()
				in, who := h.crew(b, 4)
				h.do(b, in, who[0], room.SetHours{Schedule: daily(c.zone, 22*60, 30*60)})
				first := func() [2]room.Time {
					page, _ := h.connect(b, who[2], hub.Shows{}).join(in, "", 1)
					return page.Room.Calendar.ComingHours[0]
				}
				want := [2]room.Time{room.Time(begins.UnixMilli()), room.Time(begins.Add(c.lasts).UnixMilli())}
				h.forwardTo(begins.Add(-time.Minute))
				if got := first(); got != want {
					t.Errorf("the evening before: %v, want %v", got, want)
				}
				h.forward(time.Minute + c.lasts - time.Millisecond)
				if got := first(); got != want {
					t.Errorf("a millisecond before it ends: %v, want %v", got, want)
				}
				h.forward(time.Millisecond)
				next := begins.Add(c.lasts + 16*time.Hour)
				want = [2]room.Time{room.Time(next.UnixMilli()), room.Time(next.Add(8 * time.Hour).UnixMilli())}
				if got := first(); got != want {
					t.Errorf("when it has ended: %v, want %v", got, want)
				}
			})
		})
	}
}

// A session's being quiet holds from its own record on, for what waits behind it in the
// same batch, too.
func TestQuietFromItsOwnRecordOn(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		now := h.clock().UTC()
		schedule := hours.Schedule{Zone: "UTC", Weekly: []hours.DaySpan{{Day: now.Weekday(), Span: hours.Span{From: now.Hour() * 60, To: now.Hour()*60 + 120}}}}
		h.inOneBatch(log, b, in, []asked{
			{who[1], room.PostMessage{Text: "holds the room up"}, ""},
			{who[2], room.PostMessage{Text: "before"}, ""},
			{who[1], room.SetSessions{Schedule: schedule, Quiet: true}, ""},
			{who[2], room.PostMessage{Text: "during"}, "in_session"},
		})
	})
}
