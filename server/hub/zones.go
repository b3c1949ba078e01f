package hub

import (
	"sync"
	"time"
	_ "time/tzdata" // a machine, or a container, need not have the zones

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// comingShown is how many windows of a schedule a client is told of ahead.
const comingShown = 8

// zones is the time zones that were asked for: reading one opens a file. Only those that
// there are stay in it, some hundred.
var zones sync.Map

// zoneOf finds a time zone by its name in the IANA database; nil: there is none.
func zoneOf(name string) *time.Location {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location)
	}
	if name == "" || name == "Local" { // the machine's own is no place
		return nil
	}
	in, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	zones.Store(name, in)
	return in
}

// meets is until when a room's group meets, where it does at a time and members are
// to be quiet meanwhile; 0: not now.
func meets(s *room.State, at room.Time) room.Time {
	c := s.Calendar()
	if !c.Quiet {
		return 0
	}
	in := zoneOf(c.Sessions.Zone)
	if in == nil {
		return 0
	}
	w, _ := c.Sessions.At(time.UnixMilli(int64(at)), in)
	return millis(w.To)
}

func millis(t time.Time) room.Time {
	if t.IsZero() {
		return 0
	}
	return room.Time(t.UnixMilli())
}

// calendar is when somebody answers and when the group meets, as clients get it: as it is
// set, and worked out from now on.
func (l *live) calendar() *wire.Calendar {
	c := l.state.Calendar()
	if c.Hours.Empty() && c.Sessions.Empty() {
		return nil
	}
	w := &wire.Calendar{Quiet: c.Quiet}
	now := time.UnixMilli(int64(l.hub.Now()))
	w.Hours, w.ComingHours = coming(c.Hours, now)
	w.Sessions, w.ComingSessions = coming(c.Sessions, now)
	if in := zoneOf(c.Sessions.Zone); in != nil {
		if last, ok := c.Sessions.Last(now, in); ok {
			w.LastSession = window(last)
		}
	}
	return w
}

func coming(s hours.Schedule, now time.Time) (*hours.Schedule, [][2]room.Time) {
	in := zoneOf(s.Zone)
	if s.Empty() || in == nil {
		return nil, nil
	}
	var windows [][2]room.Time
	if on, ok := s.At(now, in); ok {
		windows = append(windows, *window(on))
	}
	for _, w := range s.Coming(now, in, comingShown) {
		windows = append(windows, *window(w))
	}
	return &s, windows
}

func window(w hours.Window) *[2]room.Time { return &[2]room.Time{millis(w.From), millis(w.To)} }
