package hours

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Error says what is wrong with a schedule: a code for people's words, and where.
type Error struct{ Code string }

func (e *Error) Error() string { return fmt.Sprintf("hours: %s", e.Code) }

// What may be wrong.
var (
	ErrZone    = &Error{"zone_bad"}       // no such time zone
	ErrTime    = &Error{"time_bad"}       // a time that is on no clock
	ErrShort   = &Error{"hours_short"}    // it ends before it has begun, or at once
	ErrLong    = &Error{"hours_long"}     // longer than anybody works
	ErrOverlap = &Error{"hours_overlap"}  // one begins before another has ended
	ErrDate    = &Error{"date_bad"}       // no date, or one twice
	ErrMany    = &Error{"hours_too_many"} // more than MaxSpans or MaxDates
)

// BusiestWeek is the most of any seven days that is on, by the clock on the wall, in minutes.
func (s Schedule) BusiestWeek() (most int) {
	for _, d := range s.Weekly {
		most += d.To - d.From
	}
	for _, d := range s.Except {
		at, err := time.Parse(time.DateOnly, d.Date)
		for first := -6; err == nil && first <= 0; first++ {
			most = max(most, s.minutes(at.AddDate(0, 0, first)))
		}
	}
	return most
}

// minutes is how much is on in the seven days from a date on.
func (s Schedule) minutes(from time.Time) (sum int) {
	for n := range 7 {
		for _, span := range s.on(from.AddDate(0, 0, n).Date()) {
			sum += span.To - span.From
		}
	}
	return sum
}

// Check refuses what is no schedule. zone finds a time zone by its name; nil: there is none.
func (s Schedule) Check(zone func(name string) *time.Location) error {
	if len(s.Weekly)+len(s.Except) == 0 && s.Zone == "" {
		return nil
	}
	if s.Zone == "" || len(s.Zone) > 60 || zone(s.Zone) == nil {
		return ErrZone
	}
	if len(s.Weekly) > MaxSpans || len(s.Except) > MaxDates {
		return ErrMany
	}
	if err := checkWeek(s.Weekly); err != nil {
		return err
	}
	return s.checkDates()
}

func checkWeek(weekly []DaySpan) error {
	var all []Span // minutes after the beginning of the week
	for _, d := range weekly {
		if d.Day < time.Sunday || d.Day > time.Saturday {
			return ErrTime
		}
		if err := d.check(); err != nil {
			return err
		}
		at := int(d.Day) * dayLength
		all = append(all, Span{at + d.From, at + d.To}, Span{at + d.From + week, at + d.To + week})
	}
	return apart(all)
}

// checkDates holds each date by itself and against the days around it.
func (s Schedule) checkDates() error {
	seen := make(map[string]bool)
	for _, d := range s.Except {
		at, err := time.Parse(time.DateOnly, d.Date)
		if err != nil || seen[d.Date] || at.Year() < 2000 || at.Year() > 2200 {
			return ErrDate
		}
		seen[d.Date] = true
		if len(d.Spans) > MaxSpans {
			return ErrMany
		}
		for _, span := range d.Spans {
			if err := span.check(); err != nil {
				return err
			}
		}
	}
	for _, d := range s.Except {
		at, _ := time.Parse(time.DateOnly, d.Date)
		var around []Span
		for n := -1; n <= 1; n++ {
			day := at.AddDate(0, 0, n)
			for _, span := range s.on(day.Date()) {
				around = append(around, Span{span.From + n*dayLength, span.To + n*dayLength})
			}
		}
		if err := apart(around); err != nil {
			return err
		}
	}
	return nil
}

func (s Span) check() error {
	switch {
	case s.From < 0 || s.From >= dayLength:
		return ErrTime
	case s.To-s.From < MinMinute:
		return ErrShort
	case s.To-s.From > MaxMinute:
		return ErrLong
	}
	return nil
}

// apart refuses stretches of one clock that overlap. Touching is fine.
func apart(all []Span) error {
	slices.SortFunc(all, func(a, b Span) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	for i := 1; i < len(all); i++ {
		if all[i].From < all[i-1].To {
			return ErrOverlap
		}
	}
	return nil
}
