// Package hours is times that come again by the clock on the wall: when a room is looked
// after, when its group meets. It is pure: what a zone's clock does (daylight saving) comes
// in as a *time.Location.
//
// A schedule has stretches of each week, and dates on which others take their place. A
// stretch may end on the day after it began. What daylight saving makes of it:
//
//   - a time that the clock leaps over is the moment of the leap;
//   - a time that comes twice is its first coming. So a stretch never promises more than
//     the clock shows, and may last an hour less or more than on other nights.
//
// check.go says what is no schedule; window.go finds the stretches around a moment.
package hours

import "time"

// Limits of a schedule.
const (
	MaxSpans  = 60      // of a week, and of a date
	MaxDates  = 120     // that differ from the week
	MinMinute = 5       // the shortest stretch, in minutes
	MaxMinute = 16 * 60 // the longest, in minutes: nobody works 30 hours
	dayLength = 24 * 60 // of the clock on the wall, in minutes
	week      = 7 * dayLength
)

// Span is a stretch of a day: From and To are minutes after its midnight by the clock on
// the wall. To may lie up to MaxMinute after From, in the next day.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// DaySpan is a stretch of every week.
type DaySpan struct {
	Day time.Weekday `json:"day"` // 0 is Sunday
	Span
}

// Date is a day on which other stretches take the place of the week's; with none, nothing
// begins on it.
type Date struct {
	Date  string `json:"date"` // 2006-01-02
	Spans []Span `json:"spans,omitempty"`
}

// Schedule is times that come again. The zero Schedule has none.
type Schedule struct {
	Zone   string    `json:"zone"` // a name of the IANA time zone database
	Weekly []DaySpan `json:"weekly,omitempty"`
	Except []Date    `json:"except,omitempty"`
}

// Empty says whether nothing is ever on.
func (s Schedule) Empty() bool {
	for _, d := range s.Except {
		if len(d.Spans) > 0 {
			return false
		}
	}
	return len(s.Weekly) == 0
}

// on is the stretches that begin on a date.
func (s Schedule) on(year int, month time.Month, day int) []Span {
	date := time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
	name := date.Format(time.DateOnly)
	for _, d := range s.Except {
		if d.Date == name {
			return d.Spans
		}
	}
	var spans []Span
	for _, w := range s.Weekly {
		if w.Day == date.Weekday() {
			spans = append(spans, w.Span)
		}
	}
	return spans
}
