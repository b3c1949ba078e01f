package auth_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Locking: at the limit and not before, later with input, sooner for staff.
func TestLocksWithoutInput(t *testing.T) {
	for _, staff := range []bool{false, true} {
		h := newHouse(t)
		e := h.enrol(t, "someone", "Fox")
		if staff {
			h.makeStaff(t, e)
		}
		limit := auth.LockAfter
		if staff {
			limit = auth.LockAfterStaff
		}
		h.Advance(limit - time.Millisecond)
		s, err := h.gate.Authenticate(t.Context(), e.Token)
		if err != nil || s.Locked || !s.LocksAt().Equal(h.Now().Add(time.Millisecond)) || s.Staff != staff {
			t.Fatal(s, err)
		}
		if s, err = h.gate.Touch(t.Context(), s); err != nil || !s.LocksAt().Equal(h.Now().Add(limit)) {
			t.Fatal(s, err)
		}
		h.Advance(limit)
		s, err = h.gate.Authenticate(t.Context(), e.Token)
		wantCode(t, err, auth.CodeLocked)
		if !s.Locked || s.ID != e.Session.ID {
			t.Error(s)
		}
		// Input does not open a lock; nor does an open socket's question.
		_, err = h.gate.Touch(t.Context(), s)
		wantCode(t, err, auth.CodeLocked)
		_, err = h.gate.Recheck(t.Context(), s)
		wantCode(t, err, auth.CodeLocked)
		_, err = h.gate.Unlock(t.Context(), s, otherPass)
		wantCode(t, err, auth.CodeSignInWrong)
		if s, err = h.gate.Unlock(t.Context(), s, goodPass); err != nil || s.Locked {
			t.Fatal(s, err)
		}
		if _, err := h.gate.Authenticate(t.Context(), e.Token); err != nil {
			t.Error(err)
		}
	}
}

// Asking is not input: a page that polls all night locks all the same.
func TestAskingIsNotInput(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	for range 14 {
		h.Advance(time.Minute)
		if _, err := h.gate.Authenticate(t.Context(), e.Token); err != nil {
			t.Fatal(err)
		}
	}
	h.Advance(time.Minute)
	_, err := h.gate.Authenticate(t.Context(), e.Token)
	wantCode(t, err, auth.CodeLocked)
}

func TestTouchIsWrittenOnceAMinute(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	version := func() any {
		v, err := h.values.Get(t.Context(), "session/"+e.Session.Person.Key(), string(e.Session.ID))
		if err != nil {
			t.Fatal(err)
		}
		return v.Version
	}
	first, writes := version(), 0
	for range 120 {
		h.Advance(time.Second)
		if _, err := h.gate.Touch(t.Context(), e.Session); err != nil {
			t.Fatal(err)
		}
		if now := version(); now != first {
			first = now
			writes++
		}
	}
	if writes != 2 {
		t.Errorf("%d writes in two minutes", writes)
	}
}

// The lock button, and a race of it with input: the lock stands.
func TestLock(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.Advance(2 * time.Minute)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { _, _ = h.gate.Touch(t.Context(), e.Session) })
	}
	wg.Go(func() {
		if err := h.gate.Lock(t.Context(), e.Session); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	_, err := h.gate.Authenticate(t.Context(), e.Token)
	wantCode(t, err, auth.CodeLocked)
	if err := h.gate.Lock(t.Context(), e.Session); err != nil {
		t.Error("locking twice:", err)
	}
}

// The end without input, and the end whatever happens.
func TestSessionsEndByThemselves(t *testing.T) {
	for _, c := range []struct {
		staff bool
		step  time.Duration // between inputs
		lasts time.Duration
	}{
		{false, auth.EndsIdle, auth.EndsIdle},
		{false, auth.EndsIdle - time.Hour, auth.EndsAfter},
		{true, 2 * time.Hour, auth.EndsAfterStaff},
	} {
		h := newHouse(t)
		e := h.enrol(t, "someone", "Fox")
		if c.staff {
			h.makeStaff(t, e)
		}
		start := h.Now()
		for {
			next := min(c.step, start.Add(c.lasts).Sub(h.Now())-time.Millisecond)
			h.Advance(next)
			if _, err := h.gate.Authenticate(t.Context(), e.Token); auth.CodeOf(err) == auth.CodeSignedOut {
				t.Fatalf("%+v: over after %v", c, h.Now().Sub(start))
			}
			if next < c.step {
				break
			}
			if _, err := h.gate.Unlock(t.Context(), e.Session, goodPass); err != nil {
				t.Fatal(err)
			}
		}
		h.Advance(time.Millisecond)
		_, err := h.gate.Authenticate(t.Context(), e.Token)
		wantCode(t, err, auth.CodeSignedOut)
		_, err = h.gate.Unlock(t.Context(), e.Session, goodPass)
		wantCode(t, err, auth.CodeSignedOut)
	}
}

// A clock that was set back neither ends a session nor moves the log's time.
func TestClockSetBack(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.Advance(-time.Hour)
	if _, err := h.gate.Authenticate(t.Context(), e.Token); err != nil {
		t.Error(err)
	}
	if err := h.gate.End(t.Context(), e.Session.Person, e.Session.ID, person.SignedOut); err != nil {
		t.Fatal(err)
	}
	records, err := h.log.Read(t.Context(), e.Session.Person.Stream(), 1, 9)
	if err != nil || len(records) != 3 {
		t.Fatal(len(records), err)
	}
	var last int64
	for _, r := range records {
		ev, err := person.Decode(r)
		if err != nil || ev.At < last {
			t.Errorf("time went from %d to %d (%v)", last, ev.At, err)
		}
		last = ev.At
	}
}

func TestEndOthersAndAll(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "someone", "Fox")
	mine, other := h.mustSignIn(t, "someone", goodPass), h.mustSignIn(t, "someone", goodPass)
	for range 3 {
		if err := h.gate.EndOthers(t.Context(), mine.Session); err != nil {
			t.Fatal(err)
		}
		if _, err := h.gate.Authenticate(t.Context(), mine.Token); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.gate.Authenticate(t.Context(), other.Token)
	wantCode(t, err, auth.CodeSignedOut)
	if err := h.gate.EndAll(t.Context(), mine.Session.Person, person.EndOfCare, fact.Machine); err != nil {
		t.Fatal(err)
	}
	_, err = h.gate.Authenticate(t.Context(), mine.Token)
	wantCode(t, err, auth.CodeSignedOut)
	if list, err := h.gate.List(t.Context(), mine.Session.Person); err != nil || len(list) != 0 {
		t.Error(list, err)
	}
	if got := count(h.kindsOf(t, mine.Session.Person), "sessions_ended"); got != 4 {
		t.Errorf("%d records", got)
	}
	if a, err := h.values.Get(t.Context(), "account", string(mine.Session.Person)); err != nil || contains(a.Data, "owed") {
		t.Error("something is still owed", err)
	}
	values, err := h.values.List(t.Context(), "session/"+mine.Session.Person.Key())
	if err != nil || len(values) != 0 {
		t.Errorf("%d values of sessions that are over (%v)", len(values), err)
	}
}

func TestListAndTheMost(t *testing.T) {
	h := newHouse(t)
	first := h.enrol(t, "someone", "Fox")
	p := first.Session.Person
	h.Advance(time.Hour) // the first one is locked by now, and still listed
	for n := range auth.MaxSessions - 1 {
		h.Advance(time.Second)
		_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: "someone", Passphrase: goodPass, From: home, Device: auth.Device(fmt.Sprint("odd", n))})
		if err != nil {
			t.Fatal(err)
		}
	}
	list, err := h.gate.List(t.Context(), p)
	if err != nil || len(list) != auth.MaxSessions {
		t.Fatal(len(list), err)
	}
	if last := list[len(list)-1]; last.ID != first.Session.ID || last.Device != auth.Phone || !last.Locked {
		t.Error(last)
	}
	if list[0].Device != auth.Unknown || !slices.IsSortedFunc(list, func(a, b auth.Session) int { return b.Input.Compare(a.Input) }) {
		t.Error(list)
	}
	h.mustSignIn(t, "someone", goodPass)
	if list, err = h.gate.List(t.Context(), p); err != nil || len(list) != auth.MaxSessions {
		t.Error(len(list), err)
	}
	_, err = h.gate.Authenticate(t.Context(), first.Token)
	wantCode(t, err, auth.CodeSignedOut)
}

// A hash of an older cost is made anew at sign-in, once.
func TestRehashAtSignIn(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "someone", "Fox")
	costly := h.open(t, h.log, h.values, auth.Cost{MemoryKiB: 16, Passes: 2, Lanes: 1})
	for _, want := range []int64{2, 1} {
		before := costly.Hashes()
		if _, err := costly.SignIn(t.Context(), auth.Credentials{Name: "someone", Passphrase: goodPass, From: home}); err != nil {
			t.Fatal(err)
		}
		if got := costly.Hashes() - before; got != want {
			t.Errorf("%d hashes, want %d", got, want)
		}
	}
}

func TestDemo(t *testing.T) {
	h := newHouse(t)
	p, err := h.gate.CreatePerson(t.Context(), "demo", "")
	if err != nil {
		t.Fatal(err)
	}
	link, err := h.gate.IssueDemo(t.Context(), p, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		e, err := h.gate.SpendDemo(t.Context(), link.Secret, auth.Phone)
		if err != nil || e.Session.Person != p {
			t.Fatal(e, err)
		}
	}
	_, err = h.signIn(t, "demo", "")
	wantCode(t, err, auth.CodeSignInWrong)
	_, err = h.gate.CreatePerson(t.Context(), "DEMO", "")
	wantCode(t, err, auth.CodeNameTaken)
	if s, err := h.gate.Program(t.Context()); err != nil || !s.Knows(p) {
		t.Error(s, err)
	}
}

// A node that tidies up after an ending does so late, when another ending and a new
// session have come since: the session stands.
func TestLateTidyingLeavesNewerSessions(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	for range 2 {
		if err := h.gate.EndAll(t.Context(), p, person.EndOfCare, fact.Machine); err != nil {
			t.Fatal(err)
		}
	}
	e := h.mustSignIn(t, "someone", goodPass)
	if err := h.gate.ClearSessions(t.Context(), p, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := h.gate.Authenticate(t.Context(), e.Token); err != nil {
		t.Error(err)
	}
}
