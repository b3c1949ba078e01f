package auth_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
)

// Who looks after others sets up a second step, and gives a code of it from then on.
// Nobody else is asked.
func TestSecondStep(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.lacks(t, e, auth.SecondNone)
	h.staff[e.Session.Person] = true
	h.lacks(t, e, auth.SecondSetUp)
	p := h.setUp(t, e.Session)
	h.lacks(t, e, auth.SecondNone)
	if len(p.recovery) != auth.RecoveryCodes {
		t.Fatalf("%d recovery codes", len(p.recovery))
	}

	h.Advance(time.Minute)
	again := h.mustSignIn(t, "someone", goodPass)
	h.lacks(t, again, auth.SecondGive)
	spaced := p.code(t, h.Now())
	if _, err := h.gate.GiveSecond(t.Context(), again.Session, " "+spaced[:3]+" "+spaced[3:]+" "); err != nil {
		t.Fatal(err)
	}
	h.lacks(t, again, auth.SecondNone)
	h.lacks(t, e, auth.SecondNone)
	if notices := h.noticesOf(t, e.Session.Person); len(notices) != 1 || notices[0] != person.NoticeSecondSet {
		t.Errorf("notices: %v", notices)
	}
}

func (h *house) noticesOf(t *testing.T, p person.ID) (kinds []person.NoticeKind) {
	t.Helper()
	s, err := h.gate.Person(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Notices {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

// The secret stays the same while it is set up, is what the picture says, and is gone
// from the session when it is settled.
func TestSecondStepBegunTwice(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.staff[e.Session.Person] = true
	one, err1 := h.gate.BeginSecond(t.Context(), e.Session)
	two, err2 := h.gate.BeginSecond(t.Context(), e.Session)
	if err1 != nil || err2 != nil || one != two {
		t.Fatal(one, two, err1, err2)
	}
	want := "otpauth://totp/Kith:someone?issuer=Kith&secret=" + one.Secret
	if one.URL != want || len(one.Secret) != 32 {
		t.Errorf("%q, want %q", one.URL, want)
	}
	_, err := h.gate.ConfirmSecond(t.Context(), e.Session, phone{secret: one.Secret}.code(t, h.Now().Add(-2*time.Minute)))
	wantCode(t, err, auth.CodeSecondWrong)
	p := h.setUp(t, e.Session)
	if p.secret != one.Secret {
		t.Error("a wrong code began it anew")
	}
	_, err = h.gate.BeginSecond(t.Context(), e.Session)
	wantCode(t, err, auth.CodeSecondSet)
	_, err = h.gate.ConfirmSecond(t.Context(), e.Session, p.code(t, h.Now()))
	wantCode(t, err, auth.CodeSecondSet)
	v, err := h.values.Get(t.Context(), "session/"+e.Session.Person.Key(), string(e.Session.ID))
	if err != nil || strings.Contains(string(v.Data), "pending") {
		t.Error("the session keeps a secret", err)
	}
}

// A code a step too early or late is good, for clocks that differ; two steps is too far.
func TestSecondStepClocks(t *testing.T) {
	for _, c := range []struct {
		off  time.Duration
		code string
	}{
		{-time.Minute, auth.CodeSecondWrong},
		{-30 * time.Second, ""},
		{30 * time.Second, ""},
		{time.Minute, auth.CodeSecondWrong},
	} {
		h := newHouse(t)
		p := h.makeStaff(t, h.enrol(t, "someone", "Fox"))
		h.Advance(5 * time.Minute)
		e := h.mustSignIn(t, "someone", goodPass)
		_, err := h.gate.GiveSecond(t.Context(), e.Session, p.code(t, h.Now().Add(c.off)))
		wantCode(t, err, c.code)
	}
}

// A recovery code is good once, ends the other sessions, and is told.
func TestRecoveryCode(t *testing.T) {
	h := newHouse(t)
	first := h.enrol(t, "someone", "Fox")
	p := h.makeStaff(t, first)
	for _, code := range p.recovery {
		if !regexp.MustCompile(`^([2-9b-z]{4}-){2}[2-9b-z]{4}$`).MatchString(code) {
			t.Errorf("a recovery code looks like %q", code)
		}
	}
	e := h.mustSignIn(t, "someone", goodPass)
	if _, err := h.gate.GiveSecond(t.Context(), e.Session, strings.ToUpper(p.recovery[3])); err != nil {
		t.Fatal(err)
	}
	h.lacks(t, e, auth.SecondNone)
	_, err := h.gate.Authenticate(t.Context(), first.Token)
	wantCode(t, err, auth.CodeSignedOut)
	if n := h.noticesOf(t, e.Session.Person); len(n) != 2 || n[1] != person.NoticeSecondRecovered {
		t.Errorf("notices: %v", n)
	}
	if left, err := h.gate.RecoveryLeft(t.Context(), e.Session.Person); err != nil || left != auth.RecoveryCodes-1 {
		t.Error(left, err)
	}
	next := h.mustSignIn(t, "someone", goodPass)
	_, err = h.gate.GiveSecond(t.Context(), next.Session, p.recovery[3])
	wantCode(t, err, auth.CodeSecondWrong)
}

// New recovery codes take the place of the old ones.
func TestNewRecoveryCodes(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	p := h.makeStaff(t, e)
	h.Advance(time.Minute)
	_, err := h.gate.NewRecoveryCodes(t.Context(), e.Session, p.recovery[0])
	wantCode(t, err, auth.CodeSecondWrong)
	codes, err := h.gate.NewRecoveryCodes(t.Context(), e.Session, p.code(t, h.Now()))
	if err != nil || len(codes) != auth.RecoveryCodes {
		t.Fatal(codes, err)
	}
	next := h.mustSignIn(t, "someone", goodPass)
	_, err = h.gate.GiveSecond(t.Context(), next.Session, p.recovery[0])
	wantCode(t, err, auth.CodeSecondWrong)
	if _, err := h.gate.GiveSecond(t.Context(), next.Session, codes[0]); err != nil {
		t.Fatal(err)
	}
}

// Another phone: the old one's codes are worth nothing, and other sessions have ended.
func TestForgetSecondStep(t *testing.T) {
	h := newHouse(t)
	other := h.enrol(t, "someone", "Fox")
	old := h.makeStaff(t, other)
	h.Advance(time.Minute)
	e := h.mustSignIn(t, "someone", goodPass)
	if _, err := h.gate.GiveSecond(t.Context(), e.Session, old.code(t, h.Now())); err != nil {
		t.Fatal(err)
	}
	h.Advance(time.Minute)
	if err := h.gate.ForgetSecond(t.Context(), e.Session, old.code(t, h.Now())); err != nil {
		t.Fatal(err)
	}
	h.lacks(t, e, auth.SecondSetUp)
	_, err := h.gate.Authenticate(t.Context(), other.Token)
	wantCode(t, err, auth.CodeSignedOut)
	fresh := h.setUp(t, e.Session)
	h.Advance(time.Minute)
	next := h.mustSignIn(t, "someone", goodPass)
	_, err = h.gate.GiveSecond(t.Context(), next.Session, old.code(t, h.Now()))
	wantCode(t, err, auth.CodeSecondWrong)
	if _, err := h.gate.GiveSecond(t.Context(), next.Session, fresh.code(t, h.Now())); err != nil {
		t.Fatal(err)
	}
}

// A link for a lost passphrase leaves the second step as it is; a rescue takes it away,
// and the person is told of both.
func TestRescueTakesTheSecondStepAway(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	h.makeStaff(t, e)
	who, by := e.Session.Person, h.enrol(t, "lead", "Owl").Session.Person.Actor()
	reset, err := h.gate.IssueReset(t.Context(), who, by)
	if err != nil {
		t.Fatal(err)
	}
	e, err = h.gate.SpendReset(t.Context(), auth.Reset{Secret: reset.Secret, Passphrase: otherPass})
	if err != nil {
		t.Fatal(err)
	}
	h.lacks(t, e, auth.SecondGive)
	rescue, err := h.gate.IssueRescue(t.Context(), who, by)
	if err != nil {
		t.Fatal(err)
	}
	e, err = h.gate.SpendReset(t.Context(), auth.Reset{Secret: rescue.Secret, Passphrase: goodPass})
	if err != nil {
		t.Fatal(err)
	}
	h.lacks(t, e, auth.SecondSetUp)
	want := []person.NoticeKind{person.NoticeSecondSet, person.NoticeReset, person.NoticeReset, person.NoticeSecondDropped}
	if got := h.noticesOf(t, who); len(got) != 4 || got[3] != want[3] {
		t.Errorf("notices: %v, want %v", got, want)
	}
}
