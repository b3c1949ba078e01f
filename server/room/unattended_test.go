package room_test

import (
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
)

// What waits for somebody needs somebody who comes: within two weeks. Hours that are over,
// that end today, or that lie further ahead are as good as none, whichever is set first.
func TestAModeThatNobodyStaffs(t *testing.T) {
	on := func(days int) hours.Schedule {
		date := time.UnixMilli(int64(start)).In(paris).AddDate(0, 0, days).Format(time.DateOnly)
		return hours.Schedule{Zone: "Europe/Paris", Except: []hours.Date{{Date: date, Spans: []hours.Span{{From: 0, To: 960}}}}}
	}
	for _, c := range []struct {
		name  string
		hours hours.Schedule
		code  string
	}{
		{"none", hours.Schedule{}, "needs_hours"},
		{"yesterday", on(-1), "needs_hours"},
		{"only today", on(0), "needs_hours"},
		{"in ten days", on(10), ""},
		{"in sixteen days", on(16), "needs_hours"},
		{"every week", weekly("Europe/Paris", 540, 720), ""},
	} {
		for _, mode := range []room.Unattended{room.UnattendedHold, room.UnattendedClosed} {
			w := twoInARoom(t)
			if code := w.try(t, step{by: 1, do: room.SetHours{Schedule: c.hours}}); code != "" {
				t.Fatal(code)
			}
			if code := w.try(t, step{by: 1, do: room.SetUnattended{Mode: mode}}); code != c.code {
				t.Errorf("%s, then %s: %q, want %q", c.name, mode, code, c.code)
			}
			w = script(t, step{do: room.OpenRoom{Name: "a room"}}, step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator}},
				step{by: 1, do: room.SetHours{Schedule: weekly("Europe/Paris", 540, 720)}}, step{by: 1, do: room.SetUnattended{Mode: mode}})
			if code := w.try(t, step{by: 1, do: room.SetHours{Schedule: c.hours}}); code != c.code {
				t.Errorf("%s, under %s: %q, want %q", c.name, mode, code, c.code)
			}
		}
	}
}

// A room is quiet for forty hours of any week at most, with the dates that differ.
func TestQuietAllWeek(t *testing.T) {
	dates := hours.Schedule{Zone: "Europe/Paris"}
	for day := range 3 {
		dates.Except = append(dates.Except, hours.Date{Date: time.Date(2027, 3, 1+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Spans: []hours.Span{{From: 0, To: 801}}})
	}
	w := twoInARoom(t)
	for _, s := range []hours.Schedule{all, dates} {
		if code := w.try(t, step{by: 1, do: room.SetSessions{Schedule: s, Quiet: true}}); code != "quiet_long" {
			t.Errorf("quiet for more than forty hours: %q", code)
		}
		if code := w.try(t, step{by: 1, do: room.SetSessions{Schedule: s}}); code != "" {
			t.Errorf("the same without being quiet: %q", code)
		}
	}
}
