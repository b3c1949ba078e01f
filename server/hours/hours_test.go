package hours_test

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/hours"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	in, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func known(name string) *time.Location {
	in, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return in
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse("2006-01-02 15:04 MST", text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func daily(zone string, from, to int) hours.Schedule {
	s := hours.Schedule{Zone: zone}
	for day := range time.Weekday(7) {
		s.Weekly = append(s.Weekly, hours.DaySpan{Day: day, Span: hours.Span{From: from, To: to}})
	}
	return s
}

// What is on, in UTC, on ordinary days and on the nights when clocks change, in three
// zones, one of them of the southern half.
func TestWindows(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		from, to   int
		after      string // the first window that begins after this, in UTC
		begin, end string
	}{
		{"an evening", "Europe/Berlin", 18 * 60, 21 * 60, "2026-07-01 00:00 UTC", "2026-07-01 16:00 UTC", "2026-07-01 19:00 UTC"},
		{"the same in winter", "Europe/Berlin", 18 * 60, 21 * 60, "2026-12-01 00:00 UTC", "2026-12-01 17:00 UTC", "2026-12-01 20:00 UTC"},
		{"over midnight", "America/New_York", 22 * 60, 30 * 60, "2026-07-01 12:00 UTC", "2026-07-02 02:00 UTC", "2026-07-02 10:00 UTC"},
		{"a spring night is an hour shorter", "America/New_York", 22 * 60, 30 * 60, "2026-03-07 12:00 UTC", "2026-03-08 03:00 UTC", "2026-03-08 10:00 UTC"},
		{"an autumn night is an hour longer", "America/New_York", 22 * 60, 30 * 60, "2026-10-31 12:00 UTC", "2026-11-01 02:00 UTC", "2026-11-01 11:00 UTC"},
		{"it begins at a time that is leapt over", "Europe/Berlin", 150, 240, "2026-03-28 12:00 UTC", "2026-03-29 01:00 UTC", "2026-03-29 02:00 UTC"},
		{"it ends at a time that is leapt over", "Europe/Berlin", 60, 150, "2026-03-28 12:00 UTC", "2026-03-29 00:00 UTC", "2026-03-29 01:00 UTC"},
		{"it begins at a time that comes twice", "Europe/Berlin", 150, 240, "2026-10-24 12:00 UTC", "2026-10-25 00:30 UTC", "2026-10-25 03:00 UTC"},
		{"it ends at a time that comes twice", "Europe/Berlin", 60, 150, "2026-10-24 12:00 UTC", "2026-10-24 23:00 UTC", "2026-10-25 00:30 UTC"},
		{"autumn comes in April", "Australia/Sydney", 0, 300, "2026-04-04 11:00 UTC", "2026-04-04 13:00 UTC", "2026-04-04 19:00 UTC"},
		{"a leap of half an hour", "Australia/Lord_Howe", 60, 180, "2026-10-03 00:00 UTC", "2026-10-03 14:30 UTC", "2026-10-03 16:00 UTC"},
		{"swallowed by the leap: the next night's", "Europe/Berlin", 125, 175, "2026-03-28 12:00 UTC", "2026-03-30 00:05 UTC", "2026-03-30 00:55 UTC"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, in := daily(c.zone, c.from, c.to), zone(t, c.zone)
			got, ok := s.Next(at(t, c.after), in)
			if !ok || !got.From.Equal(at(t, c.begin)) || !got.To.Equal(at(t, c.end)) {
				t.Errorf("from %s to %s, want %s to %s", got.From.UTC(), got.To.UTC(), c.begin, c.end)
			}
		})
	}
}

// A date takes the place of its day of the week, with nothing or with other times.
func TestDates(t *testing.T) {
	s, in := daily("America/Chicago", 9*60, 12*60), zone(t, "America/Chicago")
	s.Except = []hours.Date{{Date: "2026-12-25"}, {Date: "2026-12-26", Spans: []hours.Span{{From: 17 * 60, To: 18 * 60}}}}
	if err := s.Check(known); err != nil {
		t.Fatal(err)
	}
	next, _ := s.Next(at(t, "2026-12-24 22:00 UTC"), in)
	if want := at(t, "2026-12-26 23:00 UTC"); !next.From.Equal(want) {
		t.Errorf("after the evening before: %s, want %s", next.From.UTC(), want)
	}
	last, _ := s.Last(at(t, "2026-12-26 22:00 UTC"), in)
	if want := at(t, "2026-12-24 18:00 UTC"); !last.To.Equal(want) {
		t.Errorf("before that: until %s, want %s", last.To.UTC(), want)
	}
	if _, on := s.At(at(t, "2026-12-25 16:00 UTC"), in); on {
		t.Error("on at a day with nothing")
	}
}

// Every kind of nonsense has its own word.
func TestCheck(t *testing.T) {
	day := func(d time.Weekday, from, to int) hours.DaySpan {
		return hours.DaySpan{Day: d, Span: hours.Span{From: from, To: to}}
	}
	week := func(spans ...hours.DaySpan) hours.Schedule {
		return hours.Schedule{Zone: "Europe/Paris", Weekly: spans}
	}
	for name, c := range map[string]struct {
		s    hours.Schedule
		want error
	}{
		"nothing":                       {hours.Schedule{}, nil},
		"one":                           {week(day(1, 540, 600)), nil},
		"they touch":                    {week(day(1, 540, 600), day(1, 600, 660)), nil},
		"over the end of the week":      {week(day(6, 1400, 1500), day(0, 60, 120)), nil},
		"no zone":                       {hours.Schedule{Weekly: []hours.DaySpan{day(1, 540, 600)}}, hours.ErrZone},
		"a zone of nowhere":             {hours.Schedule{Zone: "Mars/Base", Weekly: []hours.DaySpan{day(1, 540, 600)}}, hours.ErrZone},
		"30 hours":                      {week(day(1, 540, 540+30*60)), hours.ErrLong},
		"backwards":                     {week(day(1, 600, 540)), hours.ErrShort},
		"25 o'clock":                    {week(day(1, 25*60, 26*60)), hours.ErrTime},
		"before midnight":               {week(day(1, -10, 60)), hours.ErrTime},
		"an eighth day":                 {week(day(7, 540, 600)), hours.ErrTime},
		"they overlap":                  {week(day(1, 540, 600), day(1, 599, 660)), hours.ErrOverlap},
		"they overlap over midnight":    {week(day(1, 1400, 1500), day(2, 30, 90)), hours.ErrOverlap},
		"they overlap over the week":    {week(day(6, 1400, 1500), day(0, 30, 90)), hours.ErrOverlap},
		"too many":                      {week(make([]hours.DaySpan, hours.MaxSpans+1)...), hours.ErrMany},
		"a date that is none":           {hours.Schedule{Zone: "UTC", Except: []hours.Date{{Date: "2026-02-30"}}}, hours.ErrDate},
		"a date twice":                  {hours.Schedule{Zone: "UTC", Except: []hours.Date{{Date: "2026-02-03"}, {Date: "2026-02-03"}}}, hours.ErrDate},
		"a date's own overlap":          {hours.Schedule{Zone: "UTC", Except: []hours.Date{{Date: "2026-02-03", Spans: []hours.Span{{From: 1, To: 60}, {From: 50, To: 70}}}}}, hours.ErrOverlap},
		"a date overlaps the day after": {hours.Schedule{Zone: "UTC", Weekly: []hours.DaySpan{day(3, 30, 90)}, Except: []hours.Date{{Date: "2026-02-03", Spans: []hours.Span{{From: 1400, To: 1500}}}}}, hours.ErrOverlap},
	} {
		if err := c.s.Check(known); !errors.Is(err, c.want) && (err != nil || c.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// However a schedule looks and whenever one asks: what is on is one window, the next lies
// after now, the last before, and no two overlap by much more than a night's leap.
func TestWindowsHoldTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"Europe/London", "America/Los_Angeles", "Australia/Adelaide", "Asia/Kolkata", "America/St_Johns"}).Draw(t, "zone")
		s := hours.Schedule{Zone: name}
		for range rapid.IntRange(0, 6).Draw(t, "spans") {
			from := rapid.IntRange(0, 1439).Draw(t, "from")
			s.Weekly = append(s.Weekly, hours.DaySpan{
				Day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")), Span: hours.Span{From: from, To: from + rapid.IntRange(5, 960).Draw(t, "length")},
			})
		}
		if s.Check(known) != nil {
			t.Skip("no schedule")
		}
		in, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 366*24*60).Draw(t, "minute")) * time.Minute)
		if w, on := s.At(now, in); on && !w.Has(now) {
			t.Fatalf("on at %v is %v", now, w)
		}
		next, more := s.Next(now, in)
		if more == s.Empty() {
			t.Fatalf("a next window: %v, of an empty schedule: %v", more, s.Empty())
		}
		if more && !next.From.After(now) {
			t.Fatalf("the next after %v is %v", now, next)
		}
		if last, ok := s.Last(now, in); ok && last.To.After(now) {
			t.Fatalf("the last before %v is %v", now, last)
		}
		for _, w := range s.Coming(now, in, 20) {
			if got, on := s.At(w.From, in); !on || !got.From.Equal(w.From) && got.To.Sub(w.From) > time.Hour {
				t.Fatalf("at the beginning of %v there is %v", w, got)
			}
			if long := w.To.Sub(w.From); long <= 0 || long > hours.MaxMinute*time.Minute+time.Hour {
				t.Fatalf("%v lasts %v", w, long)
			}
		}
	})
}

func BenchmarkComing(b *testing.B) {
	s, in := daily("Europe/Berlin", 18*60, 21*60), zone(b, "Europe/Berlin")
	now := time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	for b.Loop() {
		s.Coming(now, in, 8)
		s.Last(now, in)
		s.At(now, in)
	}
}
