package hours

import (
	"cmp"
	"slices"
	"time"
)

// Window is one stretch of time as it really is: from From on, before To.
type Window struct{ From, To time.Time }

// Has says whether the moment lies in the window.
func (w Window) Has(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// At is the window that is on at t, if there is one.
func (s Schedule) At(t time.Time, in *time.Location) (Window, bool) {
	for n := -2; n <= 1; n++ { // the zone's day need not be t's, and one may have begun before
		for _, w := range s.day(t, n, in) {
			if w.Has(t) {
				return w, true
			}
		}
	}
	return Window{}, false
}

// lookFor is how many days the next or the last window is looked for.
const lookFor = 366

// Next is the first window that begins after t, within a year.
func (s Schedule) Next(t time.Time, in *time.Location) (Window, bool) {
	coming := s.Coming(t, in, 1)
	if len(coming) == 0 {
		return Window{}, false
	}
	return coming[0], true
}

// Coming is the windows that begin after t, at most n, within a year, in order.
func (s Schedule) Coming(t time.Time, in *time.Location, n int) (coming []Window) {
	if s.Empty() {
		return nil
	}
	for d := range lookFor {
		for _, w := range s.day(t, d-1, in) {
			if w.From.After(t) {
				coming = append(coming, w)
			}
			if len(coming) == n {
				return coming
			}
		}
	}
	return coming
}

// Last is the newest window that has ended at t, within a year.
func (s Schedule) Last(t time.Time, in *time.Location) (Window, bool) {
	if s.Empty() {
		return Window{}, false
	}
	for d := range lookFor {
		for _, w := range slices.Backward(s.day(t, 1-d, in)) {
			if !w.To.After(t) {
				return w, true // what begins later ends later: they do not overlap
			}
		}
	}
	return Window{}, false
}

// day is the windows that begin n days after the day of t, in order.
func (s Schedule) day(t time.Time, n int, in *time.Location) (windows []Window) {
	year, month, day := t.In(in).Date()
	y, m, d := time.Date(year, month, day+n, 12, 0, 0, 0, time.UTC).Date()
	for _, span := range s.on(y, m, d) {
		w := Window{moment(y, m, d, span.From, in), moment(y, m, d, span.To, in)}
		if w.From.Before(w.To) { // the leap of a spring night may swallow all of it
			windows = append(windows, w)
		}
	}
	slices.SortFunc(windows, func(a, b Window) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	return windows
}

// moment is when the clock on the wall first shows so many minutes after the midnight of
// a day, or leaps over that.
func moment(year int, month time.Month, day, minute int, in *time.Location) time.Time {
	wall := time.Date(year, month, day, 0, minute, 0, 0, time.UTC)
	// The zone has at most two offsets around here. The clock shows wall at each moment
	// that is wall less its own offset then.
	_, before := wall.AddDate(0, 0, -1).In(in).Zone()
	_, after := wall.AddDate(0, 0, 1).In(in).Zone()
	early, late := wall.Add(-time.Duration(max(before, after))*time.Second), wall.Add(-time.Duration(min(before, after))*time.Second)
	if shows(early, wall, in) {
		return early
	}
	if shows(late, wall, in) {
		return late
	}
	return leap(early.Add(-time.Hour), late.Add(time.Hour), in)
}

func shows(t, wall time.Time, in *time.Location) bool {
	_, offset := t.In(in).Zone()
	return t.Add(time.Duration(offset) * time.Second).Equal(wall)
}

// leap is the moment between two at which the zone's offset changes.
func leap(from, to time.Time, in *time.Location) time.Time {
	_, before := from.In(in).Zone()
	for to.Sub(from) > time.Second {
		middle := from.Add(to.Sub(from) / 2).Truncate(time.Second)
		if _, now := middle.In(in).Zone(); now == before {
			from = middle
		} else {
			to = middle
		}
	}
	return to.In(in)
}
