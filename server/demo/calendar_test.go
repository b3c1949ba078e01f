package demo

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whenever the demo begins, its calendar is one that a room takes, the group has met a day
// ago and meets again within a week, and somebody answers now.
func TestCalendarAroundNow(t *testing.T) {
	zone := func(string) *time.Location { return time.UTC }
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "minute")) * time.Minute)
		meets := stretch{Ago: 1500, For: 180}.everyFor(now, 2, 3)
		answered := stretch{Ago: 60, For: 240}.everyFor(now, 1, 7)
		if err := meets.Check(zone); err != nil {
			t.Fatal(err)
		}
		if err := answered.Check(zone); err != nil {
			t.Fatal(err)
		}
		last, ok := meets.Last(now, time.UTC)
		if ago := now.Sub(last.To); !ok || ago < 20*time.Hour || ago > 24*time.Hour {
			t.Fatalf("the last session ended %v ago", ago)
		}
		if next, ok := meets.Next(now, time.UTC); !ok || next.From.Sub(now) > 7*24*time.Hour {
			t.Fatalf("the next session: %v", next)
		}
		if _, on := answered.At(now, time.UTC); !on {
			t.Fatal("nobody answers now")
		}
	})
}
