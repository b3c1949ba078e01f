package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
)

// stretch is a time of the day, so many minutes before now and so many long.
type stretch struct {
	Ago int `json:"ago"`
	For int `json:"for"`
}

// step is what the times of a calendar are rounded to, in minutes.
const step = 15

// everyFor is a schedule in UTC with the stretch on the day it lies on, and on so many days
// after that, each the next but every.
func (s stretch) everyFor(now time.Time, every, times int) hours.Schedule {
	begin := now.UTC().Add(-time.Duration(s.Ago) * time.Minute)
	from := (begin.Hour()*60 + begin.Minute()) / step * step
	schedule := hours.Schedule{Zone: "UTC"}
	for n := range times {
		day := time.Weekday((int(begin.Weekday()) + n*every) % 7)
		schedule.Weekly = append(schedule.Weekly, hours.DaySpan{Day: day, Span: hours.Span{From: from, To: from + s.For}})
	}
	return schedule
}

// calendar says when the group of a room meets, three times a week, and when somebody of
// the team answers, every day: around now, so that a newcomer sees both.
func (s *seeder) calendar(ctx context.Context, id room.ID, r roomScript, now time.Time) error {
	opener := s.ids[r.People[0]]
	var acts []room.Action
	if r.Meets.For > 0 {
		acts = append(acts, room.SetSessions{Schedule: r.Meets.everyFor(now, 2, 3)})
	}
	if r.Answered.For > 0 {
		acts = append(acts, room.SetHours{Schedule: r.Answered.everyFor(now, 1, 7)})
	}
	for _, act := range acts {
		if _, err := s.hub.Do(ctx, id, opener, s.command(), act); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}
