package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// Stealing a session after sign-out: the cookie's old value opens nothing, in any
// way, and every node is told.
func TestAttackStealingASessionAfterSignOut(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	if err := h.gate.End(t.Context(), e.Session.Person, e.Session.ID, person.SignedOut); err != nil {
		t.Fatal(err)
	}
	_, err := h.gate.Authenticate(t.Context(), e.Token)
	wantCode(t, err, auth.CodeSignedOut)
	_, err = h.gate.Recheck(t.Context(), e.Session)
	wantCode(t, err, auth.CodeSignedOut)
	_, err = h.gate.Touch(t.Context(), e.Session)
	wantCode(t, err, auth.CodeSignedOut)
	_, err = h.gate.Unlock(t.Context(), e.Session, goodPass)
	wantCode(t, err, auth.CodeSignedOut)
	_, err = h.gate.ChangePassphrase(t.Context(), e.Session, goodPass, otherPass)
	wantCode(t, err, auth.CodeSignedOut)
	if got := h.kindsOf(t, e.Session.Person); got[len(got)-1] != "session_ended" {
		t.Error(got)
	}
	if err := h.gate.End(t.Context(), e.Session.Person, e.Session.ID, person.SignedOut); err != nil {
		t.Error("ending twice:", err)
	}
}

// Ending somebody else's session by its id.
func TestAttackEndingAnothersSession(t *testing.T) {
	h := newHouse(t)
	victim, attacker := h.enrol(t, "victim", "Fox"), h.enrol(t, "attacker", "Owl")
	if err := h.gate.End(t.Context(), attacker.Session.Person, victim.Session.ID, person.EndedByOwner); err != nil {
		t.Fatal(err)
	}
	if _, err := h.gate.Authenticate(t.Context(), victim.Token); err != nil {
		t.Error(err)
	}
	if got := count(h.kindsOf(t, attacker.Session.Person), "session_ended"); got != 0 {
		t.Error("an ending of nothing was recorded")
	}
}

// A token that is changed in any place, or mixed from two, opens nothing.
func TestAttackForgingAToken(t *testing.T) {
	h := newHouse(t)
	one, two := h.enrol(t, "one", "Fox").Token, h.mustSignIn(t, "one", goodPass).Token
	for i := range len(one) {
		c := byte('A')
		if one[i] == c {
			c = 'B'
		}
		_, err := h.gate.Authenticate(t.Context(), one[:i]+string(c)+one[i+1:])
		wantCode(t, err, auth.CodeSignedOut)
	}
	for _, token := range []string{"", one[:42] + two[42:], one + "A", one[:85], one + "=", strings.Repeat("A", 86), strings.Repeat("é", 43)} {
		_, err := h.gate.Authenticate(t.Context(), token)
		wantCode(t, err, auth.CodeSignedOut)
	}
}

// Replaying an old token after a reset or a change of passphrase, and an old
// known-device token with it.
func TestAttackReplayAfterNewPassphrase(t *testing.T) {
	h := newHouse(t)
	thief := h.enrol(t, "victim", "Fox")
	p := thief.Session.Person
	link, err := h.gate.IssueReset(t.Context(), p, fact.Machine)
	if err != nil {
		t.Fatal(err)
	}
	spare, err := h.gate.IssueReset(t.Context(), p, fact.Machine)
	if err != nil {
		t.Fatal(err)
	}
	mine, err := h.gate.SpendReset(t.Context(), auth.Reset{Secret: link.Secret, Passphrase: otherPass, Device: auth.Tablet})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.gate.Authenticate(t.Context(), thief.Token)
	wantCode(t, err, auth.CodeSignedOut)
	_, err = h.signIn(t, "victim", goodPass)
	wantCode(t, err, auth.CodeSignInWrong)
	_, err = h.gate.SpendReset(t.Context(), auth.Reset{Secret: spare.Secret, Passphrase: "a thief's own words"})
	wantCode(t, err, auth.CodeLinkUsed)
	_, err = h.gate.Look(t.Context(), spare.Secret, "")
	wantCode(t, err, auth.CodeLinkUsed)
	if _, err := h.gate.Authenticate(t.Context(), mine.Token); err != nil {
		t.Error(err)
	}
	for n := range 10 {
		_ = h.guess(t, n, "victim")
	}
	_, err = h.gate.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: otherPass, Known: thief.Known, From: home})
	wantCode(t, err, auth.CodeSlowDown)
	if _, err = h.gate.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: otherPass, Known: mine.Known, From: home}); err != nil {
		t.Error(err)
	}
}

// A reset is recorded with who issued it, and the person is told until they say
// that they have read it.
func TestResetIsTold(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	staff := h.enrol(t, "staff", "Owl").Session.Person
	link, err := h.gate.IssueReset(t.Context(), p, staff.Actor())
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.gate.SpendReset(t.Context(), auth.Reset{Secret: link.Secret, Passphrase: "qwerty123"})
	wantCode(t, err, auth.CodePassphraseCommon)
	if _, err := h.gate.SpendReset(t.Context(), auth.Reset{Secret: link.Secret, Passphrase: otherPass}); err != nil {
		t.Fatal(err)
	}
	records, err := h.log.Read(t.Context(), p.Stream(), 1, 99)
	if err != nil {
		t.Fatal(err)
	}
	last, err := person.Decode(records[len(records)-1])
	if err != nil || last.Fact != (person.PassphraseReset{By: staff.Actor()}) || last.By != p.Actor() {
		t.Errorf("%+v %v", last, err)
	}
	s, err := h.gate.Person(t.Context(), p)
	if err != nil || len(s.Notices) != 1 || s.Notices[0].Kind != person.NoticeReset {
		t.Fatal(s.Notices, err)
	}
	for range 2 {
		if err := h.gate.NoticeSeen(t.Context(), p, s.Notices[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if s, err = h.gate.Person(t.Context(), p); err != nil || len(s.Notices) != 0 {
		t.Error(s.Notices, err)
	}
	_, err = h.gate.IssueReset(t.Context(), person.ID(fact.FormID("p_", [16]byte{9})), fact.Machine)
	wantCode(t, err, auth.CodeNoSuchMember)
}

func TestChangePassphrase(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "someone", "Fox")
	mine, other := h.mustSignIn(t, "someone", goodPass), h.mustSignIn(t, "someone", goodPass)
	_, err := h.gate.ChangePassphrase(t.Context(), mine.Session, otherPass, otherPass)
	wantCode(t, err, auth.CodeSignInWrong)
	_, err = h.gate.ChangePassphrase(t.Context(), mine.Session, goodPass, "someone12")
	wantCode(t, err, auth.CodePassphraseCommon)
	if e, _ := errors.AsType[*auth.Error](err); e.Field != "new" {
		t.Error(e.Field)
	}
	pass := goodPass
	// Twice, so that the session that stays outlives more than one change.
	for _, next := range []string{otherPass, goodPass + " again"} {
		changed, err := h.gate.ChangePassphrase(t.Context(), mine.Session, pass, next)
		if err != nil || changed.Known == "" {
			t.Fatal(err)
		}
		pass = next
		if _, err := h.gate.Authenticate(t.Context(), mine.Token); err != nil {
			t.Fatal(err)
		}
	}
	_, err = h.gate.Authenticate(t.Context(), other.Token)
	wantCode(t, err, auth.CodeSignedOut)
	s, err := h.gate.Person(t.Context(), mine.Session.Person)
	if err != nil || len(s.Notices) != 2 || s.Notices[1].Kind != person.NoticeChanged {
		t.Error(s.Notices, err)
	}
	h.mustSignIn(t, "someone", pass)
}
