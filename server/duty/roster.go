// Package duty is the list of those of the team who are on duty: they have said so, their
// console answers, and they touch it. Who is on it, the rooms are told by their own logs;
// the list is how every node finds out that a console has fallen silent.
//
// An entry stands in the store from before the first room is told that somebody is on
// duty until after the last is told that they are not any more. So whatever dies in
// between, somebody finds the entry and finishes.
package duty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

const (
	// AnswersWithin is how lately a console must have answered to count.
	AnswersWithin = 60 * time.Second
	// TouchedWithin is how lately somebody must have touched it. A session of the team
	// locks sooner than that.
	TouchedWithin = 15 * time.Minute
)

const bucket = "duty"

// Entry is one who is, or was just now, on duty.
type Entry struct {
	Person   person.ID
	Answered time.Time // when their console last did
	Touched  time.Time // when they last entered something
	Ending   bool      // they said that they are not any more, or fell silent
	Told     time.Time // when every room of theirs was told last; zero: not yet

	version eventlog.Version
}

// Serves says whether they are on duty at a time.
func (e Entry) Serves(now time.Time) bool {
	return !e.Ending && now.Sub(e.Answered) <= AnswersWithin && now.Sub(e.Touched) <= TouchedWithin
}

type stored struct {
	Answered int64 `json:"answered"` // ms since 1970 UTC
	Touched  int64 `json:"touched"`
	Ending   bool  `json:"ending,omitempty"`
	ToldAt   int64 `json:"told_at,omitempty"`
}

// Roster is the list. All methods may be called from any goroutine of any node.
type Roster struct {
	values eventlog.Values
	clock  func() time.Time
}

// New makes a roster on sealed values.
func New(values eventlog.Values, clock func() time.Time) *Roster { return &Roster{values, clock} }

// Begin puts somebody on the list, who has just touched their console.
func (r *Roster) Begin(ctx context.Context, who person.ID) error {
	now := r.clock()
	return r.put(ctx, Entry{Person: who, Answered: now, Touched: now}, eventlog.Any)
}

// End says that somebody is on duty no more. The entry stays until Settle.
func (r *Roster) End(ctx context.Context, who person.ID) error {
	return r.change(ctx, who, func(e *Entry) { e.Ending, e.Told = true, time.Time{} })
}

// Answers notes when somebody's console was heard last, and when they last touched it. It
// does not bring back who has ended, or has fallen silent for too long.
func (r *Roster) Answers(ctx context.Context, who person.ID, heard, touched time.Time) error {
	return r.change(ctx, who, func(e *Entry) {
		if !e.Serves(r.clock()) {
			return
		}
		if heard.After(e.Answered) {
			e.Answered = heard
		}
		if touched.After(e.Touched) {
			e.Touched = touched
		}
	})
}

// Leaving is how long after one of somebody's pages has locked or gone another of theirs has
// to be heard, so that they stay on duty.
const Leaving = 10 * time.Second

// Leave says that one of somebody's pages does not answer any more: if no other does, they
// are off duty in a moment.
func (r *Roster) Leave(ctx context.Context, who person.ID) error {
	return r.change(ctx, who, func(e *Entry) {
		if last := r.clock().Add(Leaving - AnswersWithin); e.Answered.After(last) {
			e.Answered = last
		}
	})
}

// Settle is called once every room knows of the entry as it was read: who serves stays on
// the list, who does not is taken off. false: it is another by now, and what the rooms
// were told may be wrong.
func (r *Roster) Settle(ctx context.Context, e Entry, serves bool) (bool, error) {
	var err error
	if serves {
		e.Told = r.clock()
		err = r.put(ctx, e, e.version)
	} else {
		err = r.values.Delete(ctx, bucket, string(e.Person), e.version)
	}
	if errors.Is(err, eventlog.ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// Has is somebody's entry; false: they have none.
func (r *Roster) Has(ctx context.Context, who person.ID) (Entry, bool, error) {
	v, err := r.values.Get(ctx, bucket, string(who))
	if errors.Is(err, eventlog.ErrNotFound) {
		return Entry{}, false, nil
	}
	if err != nil {
		return Entry{}, false, fmt.Errorf("duty: reading: %w", err)
	}
	e, err := parse(v)
	return e, err == nil, err
}

// All is everybody on the list.
func (r *Roster) All(ctx context.Context) ([]Entry, error) {
	list, err := r.values.List(ctx, bucket)
	if err != nil {
		return nil, fmt.Errorf("duty: listing: %w", err)
	}
	var all []Entry
	for _, v := range list {
		e, err := parse(v)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func parse(v eventlog.Value) (Entry, error) {
	var s stored
	if err := json.Unmarshal(v.Data, &s); err != nil {
		return Entry{}, fmt.Errorf("duty: an entry that cannot be read: %w", err)
	}
	return Entry{
		Person: person.ID(v.Key), Answered: time.UnixMilli(s.Answered), Touched: time.UnixMilli(s.Touched),
		Ending: s.Ending, Told: moment(s.ToldAt), version: v.Version,
	}, nil
}

// moment is a time as it is stored; 0 is none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (r *Roster) put(ctx context.Context, e Entry, cond eventlog.Version) error {
	s := stored{Answered: e.Answered.UnixMilli(), Touched: e.Touched.UnixMilli(), Ending: e.Ending}
	if !e.Told.IsZero() {
		s.ToldAt = e.Told.UnixMilli()
	}
	data, err := json.Marshal(s)
	if err == nil {
		_, err = r.values.Put(ctx, bucket, string(e.Person), data, time.Time{}, cond)
	}
	if err != nil {
		return fmt.Errorf("duty: writing: %w", err)
	}
	return nil
}

// change does something to an entry, until nobody came in between. Who has none is left
// alone.
func (r *Roster) change(ctx context.Context, who person.ID, do func(*Entry)) error {
	for {
		e, ok, err := r.Has(ctx, who)
		if err != nil || !ok {
			return err
		}
		before := e
		if do(&e); e == before {
			return nil
		}
		err = r.put(ctx, e, e.version)
		if !errors.Is(err, eventlog.ErrConflict) {
			return err
		}
	}
}
