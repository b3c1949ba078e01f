package auth

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

// How long sessions last. Input counts as use, an open socket does not.
const (
	LockAfter      = 15 * time.Minute // without input
	LockAfterStaff = 10 * time.Minute
	EndsIdle       = 14 * 24 * time.Hour // without input
	EndsAfter      = 30 * 24 * time.Hour // from sign-in
	EndsAfterStaff = 12 * time.Hour
	// TouchEvery is how often input is written down at most. What comes sooner
	// after the last does not count, so that a lock may come this much early.
	TouchEvery = time.Minute
	// MaxSessions bounds the sessions of one person: the one without input for
	// longest ends when there would be more.
	MaxSessions = 20
)

// Device is what kind of thing a session runs on; nothing finer is kept.
type Device string

// Devices.
const (
	Phone    Device = "phone"
	Tablet   Device = "tablet"
	Computer Device = "computer"
	Unknown  Device = "unknown"
)

func (d Device) known() Device {
	if slices.Contains([]Device{Phone, Tablet, Computer}, d) {
		return d
	}
	return Unknown
}

// Session is a signed-in device, as of the moment it was asked for.
type Session struct {
	ID     person.SessionID
	Person person.ID
	// Started is when the device signed in; Input the last input that counts.
	Started, Input time.Time
	Device         Device
	// Locked: shows nothing until the passphrase is given.
	Locked bool
	// Staff: the shorter times hold, and a second step is asked for.
	Staff bool
	// Second is what the session lacks before it opens anything.
	Second Second
}

// LockAfter is how long the session stays open without input.
func (s Session) LockAfter() time.Duration {
	if s.Staff {
		return LockAfterStaff
	}
	return LockAfter
}

// LocksAt is when the session locks if there is no further input.
func (s Session) LocksAt() time.Time { return s.Input.Add(s.LockAfter()) }

// EndsAt is when the session is over if there is no further input.
func (s Session) EndsAt() time.Time {
	life := EndsAfter
	if s.Staff {
		life = EndsAfterStaff
	}
	end := s.Started.Add(life)
	if idle := s.Input.Add(EndsIdle); idle.Before(end) {
		return idle
	}
	return end
}

// session is the stored form.
type session struct {
	Hash    []byte `json:"hash"`
	Started int64  `json:"started"`
	Input   int64  `json:"input"`
	Device  Device `json:"device"`
	Locked  bool   `json:"locked,omitzero"`
	Epoch   uint64 `json:"epoch"`
	// Second is which of the account's second steps a code was given of, Pending the
	// secret of one that is being set up.
	Second  uint64 `json:"second,omitzero"`
	Pending []byte `json:"pending,omitzero"`
	// Waived: no second step is asked for (people of the demo, and of load tests).
	Waived bool `json:"waived,omitzero"`
	// Ending is why the session is over, until the log knows of it.
	Ending person.Reason `json:"ending,omitzero"`
}

// expires is when the store may forget the session; Authenticate is stricter.
func (s session) expires() time.Time {
	return Session{Started: at(s.Started), Input: at(s.Input)}.EndsAt()
}

func (s session) shown(p person.ID, id person.SessionID, staff bool) Session {
	return Session{
		ID: id, Person: p, Started: at(s.Started), Input: at(s.Input),
		Device: s.Device, Locked: s.Locked, Staff: staff,
	}
}

// Entry is what somebody who came in gets.
type Entry struct {
	// Token is the session's secret, for a cookie that lasts EndsAfter at most.
	Token string
	// Known lets this device sign in again while others guess at the account's
	// passphrase. It proves nothing else; for a cookie that lasts a year.
	Known   string
	Session Session
}

// begin starts a session of the account as it was read: if the passphrase was
// changed since then, the session is over before it begins. Nothing that the
// device brought along is taken over into it.
func (g *Gate) begin(ctx context.Context, a account, d Device) (Entry, error) {
	return g.beginAs(ctx, a, session{Device: d.known()})
}

// beginWaived is begin without a second step: for the demo and for tests alone.
func (g *Gate) beginWaived(ctx context.Context, a account, d Device) (Entry, error) {
	return g.beginAs(ctx, a, session{Device: d.known(), Waived: true})
}

func (g *Gate) beginAs(ctx context.Context, a account, s session) (Entry, error) {
	staff, err := g.staff(ctx, a.Person)
	if err != nil {
		return Entry{}, fmt.Errorf("auth: asking for the person's role: %w", err)
	}
	if err := g.makeRoom(ctx, a, staff); err != nil {
		return Entry{}, err
	}
	t := sessionToken{person: a.Person}
	if t.session, err = g.newSessionID(); err != nil {
		return Entry{}, err
	}
	if err := g.random(t.secret[:]); err != nil {
		return Entry{}, err
	}
	now := ms(g.now())
	s.Hash, s.Started, s.Input, s.Epoch = hashed(t.secret), now, now, a.Epoch
	v := stored[session]{it: s, expires: s.expires()}
	if err := v.put(ctx, g, bucketSessions(a.Person), string(t.session), eventlog.Absent); err != nil {
		return Entry{}, err
	}
	known, err := g.knownDevice(a)
	return Entry{Token: t.String(), Known: known, Session: s.shown(a.Person, t.session, staff)}, err
}

// makeRoom ends the person's oldest sessions where there are MaxSessions; first those that
// lack the second step: a passphrase alone must not end those that have given it.
func (g *Gate) makeRoom(ctx context.Context, a account, staff bool) error {
	all, err := g.sessions(ctx, a.Person)
	if err != nil || len(all) < MaxSessions {
		return err
	}
	proven := func(id person.SessionID) int {
		if a.lacks(all[id].it, staff) == SecondNone {
			return 1
		}
		return 0
	}
	oldest := slices.SortedFunc(maps.Keys(all), func(one, other person.SessionID) int {
		return cmp.Or(cmp.Compare(proven(one), proven(other)), cmp.Compare(all[one].it.Input, all[other].it.Input))
	})
	for _, id := range oldest[:len(all)-MaxSessions+1] {
		if err := g.End(ctx, a.Person, id, person.TooMany); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gate) sessions(ctx context.Context, p person.ID) (map[person.SessionID]stored[session], error) {
	list, err := g.values.List(ctx, bucketSessions(p))
	if err != nil {
		return nil, fmt.Errorf("auth: listing sessions: %w", err)
	}
	all := make(map[person.SessionID]stored[session], len(list))
	for _, v := range list {
		if all[person.SessionID(v.Key)], err = decode[session](v); err != nil {
			return nil, err
		}
	}
	return all, nil
}
