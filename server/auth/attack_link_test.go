package auth_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person/fact"
)

// Spending a link twice at once: one gets in, one person exists.
func TestAttackSpendingALinkTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	for round := range 5 {
		secret := h.invite(t)
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for n := range errs {
			wg.Go(func() {
				in := enrolment(secret, fmt.Sprintf("name%d-%d", round, n), fmt.Sprintf("Fox %d %d", round, n))
				_, errs[n] = h.gate.Enrol(t.Context(), in, h.rooms.Join)
			})
		}
		wg.Wait()
		in := 0
		for _, err := range errs {
			switch auth.CodeOf(err) {
			case "":
				if err != nil {
					t.Error(err)
				}
				in++
			case auth.CodeLinkUsed, auth.CodeSlowDown:
			default:
				t.Error(err)
			}
		}
		if in != 1 || len(h.rooms.members[h.room]) != round+1 {
			t.Fatalf("round %d: %d got in, %d members", round, in, len(h.rooms.members[h.room]))
		}
	}
}

// The same form sent twice at once, by an impatient thumb: one person.
func TestSameFormTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	var wg sync.WaitGroup
	people := make([]auth.Entry, 4)
	for n := range people {
		wg.Go(func() {
			people[n], _ = h.gate.Enrol(t.Context(), enrolment(secret, "name", "Fox"), h.rooms.Join)
		})
	}
	wg.Wait()
	p := h.mustSignIn(t, "name", goodPass).Session.Person
	for _, e := range people {
		if e.Token != "" && e.Session.Person != p {
			t.Error("two people of one form")
		}
	}
	if len(h.rooms.members[h.room]) != 1 {
		t.Error(h.rooms.members[h.room])
	}
}

// Two reset links, or one twice, at the same moment: one passphrase wins.
func TestAttackSpendingAResetTwiceAtOnce(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "victim", "Fox").Session.Person
	one, err1 := h.gate.IssueReset(t.Context(), p, fact.Machine)
	two, err2 := h.gate.IssueReset(t.Context(), p, fact.Machine)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for n := range errs {
		secret := []string{one.Secret, two.Secret}[n%2]
		wg.Go(func() {
			_, errs[n] = h.gate.SpendReset(t.Context(), auth.Reset{Secret: secret, Passphrase: fmt.Sprint(otherPass, n)})
		})
	}
	wg.Wait()
	if in := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err != nil }); len(in) != 1 {
		t.Errorf("%d resets, want 1: %v", len(in), errs)
	}
	if got := count(h.kindsOf(t, p), "passphrase_reset"); got != 1 {
		t.Errorf("%d records", got)
	}
}

// A used link, by another one and much later by the same one.
func TestAttackSpendingAUsedLink(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	mine := enrolment(secret, "name", "Fox")
	if _, err := h.gate.Enrol(t.Context(), mine, h.rooms.Join); err != nil {
		t.Fatal(err)
	}
	_, err := h.gate.Look(t.Context(), secret, "")
	wantCode(t, err, auth.CodeLinkUsed)
	_, err = h.gate.Enrol(t.Context(), enrolment(secret, "thief", "Owl"), h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)
	other := h.enrol(t, "other", "Elk").Session.Person
	_, err = h.gate.Accept(t.Context(), other, auth.Acceptance{Secret: secret, Alias: "Owl", Accepts: accepts}, h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)

	// For a day it answers the one who used it, whose first answer may be lost.
	if _, err := h.gate.Enrol(t.Context(), mine, h.rooms.Join); err != nil {
		t.Error(err)
	}
	wrong := mine
	wrong.Passphrase = otherPass
	_, err = h.gate.Enrol(t.Context(), wrong, h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)
	h.Advance(auth.ClaimLasts)
	_, err = h.gate.Enrol(t.Context(), mine, h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)
	h.Advance(auth.LinkRemembered + 7*24*time.Hour)
	_, err = h.gate.Enrol(t.Context(), mine, h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUnknown)
}

// An expired link, of every kind; much later it is not even known.
func TestAttackSpendingAnExpiredLink(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "victim", "Fox").Session.Person
	spend := map[string]func(secret string) error{
		"invite": func(s string) error {
			_, err := h.gate.Enrol(t.Context(), enrolment(s, "late", "Owl"), h.rooms.Join)
			return err
		},
		"accept": func(s string) error {
			_, err := h.gate.Accept(t.Context(), p, auth.Acceptance{Secret: s, Alias: "Owl", Accepts: accepts}, h.rooms.Join)
			return err
		},
		"setup": func(s string) error {
			in := enrolment(s, "late", "Owl")
			in.Programme = "Harbour"
			_, err := h.gate.Enrol(t.Context(), in, h.rooms.Join)
			return err
		},
		"reset": func(s string) error {
			_, err := h.gate.SpendReset(t.Context(), auth.Reset{Secret: s, Passphrase: otherPass})
			return err
		},
		"demo": func(s string) error { _, err := h.gate.SpendDemo(t.Context(), s, auth.Phone); return err },
	}
	setup, err1 := h.gate.IssueSetup(t.Context())
	reset, err2 := h.gate.IssueReset(t.Context(), p, fact.Machine)
	demo, err3 := h.gate.IssueDemo(t.Context(), p, 24*time.Hour)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	secrets := map[string]string{
		"invite": h.invite(t), "accept": h.invite(t), "setup": setup.Secret,
		"reset": reset.Secret, "demo": demo.Secret,
	}
	h.Advance(7 * 24 * time.Hour)
	for kind, secret := range secrets {
		wantCode(t, spend[kind](secret), auth.CodeLinkExpired)
		_, err := h.gate.Look(t.Context(), secret, "")
		wantCode(t, err, auth.CodeLinkExpired)
	}
	h.Advance(auth.LinkRemembered)
	for kind, secret := range secrets {
		wantCode(t, spend[kind](secret), auth.CodeLinkUnknown)
	}
}

// A link of one kind spent as another.
func TestAttackSpendingALinkAsAnotherKind(t *testing.T) {
	h := newHouse(t)
	victim := h.enrol(t, "victim", "Fox").Session.Person
	invite := h.invite(t)
	reset, err := h.gate.IssueReset(t.Context(), victim, fact.Machine)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.gate.SpendDemo(t.Context(), reset.Secret, auth.Phone)
	wantCode(t, err, auth.CodeLinkUnknown)
	_, err = h.gate.SpendDemo(t.Context(), invite, auth.Phone)
	wantCode(t, err, auth.CodeLinkUnknown)
	_, err = h.gate.SpendReset(t.Context(), auth.Reset{Secret: invite, Passphrase: otherPass})
	wantCode(t, err, auth.CodeLinkUnknown)
	_, err = h.gate.Enrol(t.Context(), enrolment(reset.Secret, "other", "Owl"), h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUnknown)
}

// A GET that would spend: a link preview, a scanner, a person who only looks. The
// only thing a GET may come to is Look.
func TestAttackAGetThatWouldSpend(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	before, err := h.values.Get(t.Context(), "link", linkKeyOf(t, secret))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		info, err := h.gate.Look(t.Context(), secret, "")
		if err != nil || info.Kind != auth.LinkInvite || info.Room != h.room || info.Role != auth.Participant {
			t.Fatalf("%+v %v", info, err)
		}
	}
	after, err := h.values.Get(t.Context(), "link", linkKeyOf(t, secret))
	if err != nil || after.Version != before.Version {
		t.Error("looking wrote to the link", err)
	}
	if _, err := h.gate.Enrol(t.Context(), enrolment(secret, "name", "Fox"), h.rooms.Join); err != nil {
		t.Error(err)
	}
}

// The store is stolen with its key: no value opens a link or a session.
func TestAttackReadingSecretsFromTheStore(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	entry := h.enrol(t, "name", "Fox")
	for _, bucket := range []string{"link", "account", "name", "session/" + entry.Session.Person.Key()} {
		list, err := h.values.List(t.Context(), bucket)
		if err != nil || len(list) == 0 {
			t.Fatal(bucket, err)
		}
		for _, v := range list {
			for _, s := range []string{secret, entry.Token, entry.Token[43:], goodPass} {
				if contains(v.Data, s) || strings.Contains(v.Key, s) {
					t.Errorf("a secret stands in bucket %s", bucket)
				}
			}
		}
	}
}

// A second setup link, or an old one, after there is a lead.
func TestAttackSecondSetup(t *testing.T) {
	h := newHouse(t)
	one, err1 := h.gate.IssueSetup(t.Context())
	two, err2 := h.gate.IssueSetup(t.Context())
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for n, secret := range []string{one.Secret, two.Secret} {
		wg.Go(func() {
			in := enrolment(secret, fmt.Sprint("lead", n), fmt.Sprint("Lead ", n))
			in.Programme = "Harbour"
			_, errs[n] = h.gate.Enrol(t.Context(), in, h.rooms.Join)
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatal(errs)
	}
	s, err := h.gate.Program(t.Context())
	if err != nil || len(s.Leads) != 1 || s.Name != "Harbour" {
		t.Error(s, err)
	}
	_, err = h.gate.IssueSetup(t.Context())
	wantCode(t, err, auth.CodeLinkUsed)
	accounts, err := h.values.List(t.Context(), "account")
	if err != nil || len(accounts) != 1 {
		t.Errorf("%d accounts: the loser left one (%v)", len(accounts), err)
	}
}

// Asking for taken names with one's own link, to learn who is a patient.
func TestAttackAskingForNamesWithALink(t *testing.T) {
	h := newHouse(t)
	for n := range 10 {
		h.enrol(t, fmt.Sprint("patient", n), fmt.Sprint("Fox ", n))
	}
	secret := h.invite(t)
	told := 0
	for n := range 10 {
		_, err := h.gate.Enrol(t.Context(), enrolment(secret, fmt.Sprint("patient", n), "Owl"), h.rooms.Join)
		if auth.CodeOf(err) == auth.CodeNameTaken {
			told++
		}
	}
	if told != auth.FreeTries {
		t.Errorf("told of %d names at once, want %d", told, auth.FreeTries)
	}
}

// Each of two is past its first look when the other one finishes: the last
// compare-and-swap decides, not the first look.
func TestAttackSpendingBehindAFinishedLook(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "victim", "Fox").Session.Person
	reset, err1 := h.gate.IssueReset(t.Context(), p, fact.Machine)
	one, err2 := h.gate.IssueSetup(t.Context())
	two, err3 := h.gate.IssueSetup(t.Context())
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	setup := func(g *auth.Gate, secret, name string) error {
		in := enrolment(secret, name, "Lead of "+name)
		in.Programme = "Harbour"
		_, err := g.Enrol(t.Context(), in, h.rooms.Join)
		return err
	}
	overtake := func(slow func(*auth.Gate) error, fast func() error) {
		t.Helper()
		held := &heldValues{Values: h.values, at: "account", reached: make(chan struct{}), go_: make(chan struct{})}
		g := h.open(t, h.log, held, auth.InsecureTestCost)
		result := make(chan error)
		go func() { result <- slow(g) }()
		<-held.reached
		if err := fast(); err != nil {
			t.Error(err)
		}
		close(held.go_)
		wantCode(t, <-result, auth.CodeLinkUsed)
	}
	overtake(func(g *auth.Gate) error {
		_, err := g.SpendReset(t.Context(), auth.Reset{Secret: reset.Secret, Passphrase: "a thief's own words"})
		return err
	}, func() error {
		_, err := h.gate.SpendReset(t.Context(), auth.Reset{Secret: reset.Secret, Passphrase: otherPass})
		return err
	})
	h.mustSignIn(t, "victim", otherPass)
	overtake(func(g *auth.Gate) error { return setup(g, one.Secret, "one") }, func() error { return setup(h.gate, two.Secret, "two") })
	if s, err := h.gate.Program(t.Context()); err != nil || len(s.Leads) != 1 {
		t.Error(s.Leads, err)
	}
}

// An invitation that somebody with an account has begun to spend, by another one.
func TestAttackTakingOverAnAcceptance(t *testing.T) {
	h := newHouse(t)
	one, two := h.enrol(t, "one", "Fox").Session.Person, h.enrol(t, "two", "Owl").Session.Person
	h.room = roomID(2)
	secret := h.invite(t)
	c := &crash{at: 1}
	in := auth.Acceptance{Secret: secret, Alias: "Elk", Accepts: accepts}
	if _, err := h.gate.Accept(t.Context(), one, in, c.join(h.rooms.Join)); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	_, err := h.gate.Accept(t.Context(), two, in, h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)
	_, err = h.gate.Enrol(t.Context(), enrolment(secret, "three", "Elk"), h.rooms.Join)
	wantCode(t, err, auth.CodeLinkUsed)
	if _, err := h.gate.Accept(t.Context(), one, in, h.rooms.Join); err != nil {
		t.Error(err)
	}
}
