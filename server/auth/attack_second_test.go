package auth_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
)

// A code that was read over a shoulder is worth nothing once it was used, and of two
// that use it at once one gets in.
func TestAttackCodeUsedTwice(t *testing.T) {
	h := newHouse(t)
	p := h.makeStaff(t, h.enrol(t, "someone", "Fox"))
	h.Advance(time.Minute)
	code := p.code(t, h.Now())
	var inside atomic.Int32
	var at sync.WaitGroup
	for range 4 {
		e := h.mustSignIn(t, "someone", goodPass)
		at.Go(func() {
			if _, err := h.gate.GiveSecond(t.Context(), e.Session, code); err == nil {
				inside.Add(1)
			}
		})
	}
	at.Wait()
	if inside.Load() != 1 {
		t.Errorf("%d sessions came in with one code", inside.Load())
	}
}

// Setting the second step up with a code does not let it be given again either.
func TestAttackCodeOfTheSetUpUsedAgain(t *testing.T) {
	h := newHouse(t)
	p := h.makeStaff(t, h.enrol(t, "someone", "Fox"))
	e := h.mustSignIn(t, "someone", goodPass)
	_, err := h.gate.GiveSecond(t.Context(), e.Session, p.code(t, h.Now()))
	wantCode(t, err, auth.CodeSecondWrong)
}

// Guessing at the six digits is slowed down, over all sessions of the person, to one
// try in a quarter of an hour; and a right code is not looked at meanwhile.
func TestAttackGuessingCodes(t *testing.T) {
	h := newHouse(t)
	p := h.makeStaff(t, h.enrol(t, "someone", "Fox"))
	h.Advance(10 * time.Minute)
	tries := 0
	for start := h.Now(); h.Now().Sub(start) < 8*time.Hour; {
		e := h.mustSignIn(t, "someone", goodPass)
		_, err := h.gate.GiveSecond(t.Context(), e.Session, "000000")
		switch auth.CodeOf(err) {
		case auth.CodeSecondWrong:
			tries++
		case auth.CodeSlowDown:
			_, err = h.gate.GiveSecond(t.Context(), e.Session, p.code(t, h.Now()))
			wantCode(t, err, auth.CodeSlowDown)
			h.Advance(30 * time.Second)
		default:
			t.Fatal(err)
		}
	}
	if tries > 50 {
		t.Errorf("%d guesses in eight hours", tries)
	}
}

// Nobody sets up a second step in another's name who has the passphrase alone: not over
// one that is there, and not with a secret of their own.
func TestAttackSecondStepReplaced(t *testing.T) {
	h := newHouse(t)
	h.makeStaff(t, h.enrol(t, "someone", "Fox"))
	e := h.mustSignIn(t, "someone", goodPass)
	_, err := h.gate.BeginSecond(t.Context(), e.Session)
	wantCode(t, err, auth.CodeSecondSet)
	_, err = h.gate.ConfirmSecond(t.Context(), e.Session, "123456")
	wantCode(t, err, auth.CodeSecondSet)
	wantCode(t, h.gate.ForgetSecond(t.Context(), e.Session, "123456"), auth.CodeSecondStep)
	_, err = h.gate.NewRecoveryCodes(t.Context(), e.Session, "123456")
	wantCode(t, err, auth.CodeSecondStep)
	_, err = h.gate.ChangePassphrase(t.Context(), e.Session, goodPass, otherPass)
	wantCode(t, err, auth.CodeSecondStep)
	_, err = h.gate.Touch(t.Context(), e.Session)
	wantCode(t, err, auth.CodeSecondStep)
	h.lacks(t, e, auth.SecondGive)
}

// Unlocking is the passphrase again: it does not stand in for the second step.
func TestAttackUnlockForTheSecondStep(t *testing.T) {
	h := newHouse(t)
	h.makeStaff(t, h.enrol(t, "someone", "Fox"))
	e := h.mustSignIn(t, "someone", goodPass)
	if err := h.gate.Lock(t.Context(), e.Session); err != nil {
		t.Fatal(err)
	}
	_, err := h.gate.GiveSecond(t.Context(), e.Session, "123456")
	wantCode(t, err, auth.CodeLocked)
	if _, err := h.gate.Unlock(t.Context(), e.Session, goodPass); err != nil {
		t.Fatal(err)
	}
	h.lacks(t, e, auth.SecondGive)
}

// Two that set up at once, from two sessions: one second step, and the other session
// has to give a code of it.
func TestAttackTwoSetUpsAtOnce(t *testing.T) {
	h := newHouse(t)
	one := h.enrol(t, "someone", "Fox")
	h.staff[one.Session.Person] = true
	two := h.mustSignIn(t, "someone", goodPass)
	begun, err := h.gate.BeginSecond(t.Context(), two.Session)
	if err != nil {
		t.Fatal(err)
	}
	h.setUp(t, one.Session)
	_, err = h.gate.ConfirmSecond(t.Context(), two.Session, phone{secret: begun.Secret}.code(t, h.Now()))
	wantCode(t, err, auth.CodeSignedOut)
	h.lacks(t, one, auth.SecondNone)
}

// Who has the passphrase of one of the team signs in again and again, to push them out of
// the sessions that they proved with their phone.
func TestAttackPushingOutProvenSessions(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.makeStaff(t, e)
	for range auth.MaxSessions + 3 {
		h.Advance(time.Second)
		h.mustSignIn(t, "someone", goodPass)
	}
	h.lacks(t, e, auth.SecondNone)
}
