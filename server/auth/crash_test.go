package auth_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// atEveryStep runs act through a process that dies at step 1, 2, … before and
// after the step's effect, until one run lives. after is told each time.
func (h *house) atEveryStep(t *testing.T, act func(n int, dying *auth.Gate, c *crash) error, check func(n int, err error)) {
	t.Helper()
	n := 0
	for _, after := range []bool{false, true} {
		for step := 1; ; step++ {
			n++
			c := &crash{at: step, after: after}
			// Made on the sound store: a crash in New is no step of the act.
			dying := h.open(t, dyingLog{h.log, c}, dyingValues{h.values, c}, auth.InsecureTestCost)
			err := act(n, dying, c)
			check(n, err)
			if t.Failed() {
				t.Fatalf("at step %d, after its effect: %v", step, after)
			}
			if !c.died() {
				break
			}
		}
	}
	if n < 14 {
		t.Fatalf("only %d runs: the crash does not reach the steps", n)
	}
	t.Logf("%d crashes", n-2)
}

// A crash anywhere while a link is spent: the same secret, name and passphrase go
// on and finish, everything exists once, and another name gets nothing.
func TestCrashWhileEnrolling(t *testing.T) {
	h := newHouse(t)
	var secret string
	h.atEveryStep(t, func(n int, dying *auth.Gate, c *crash) error {
		secret = h.invite(t)
		_, err := dying.Enrol(t.Context(), enrolment(secret, fmt.Sprint("name", n), fmt.Sprint("Fox ", n)), c.join(h.rooms.Join))
		return err
	}, func(n int, err error) {
		restarted := h.open(t, h.log, h.values, auth.InsecureTestCost)
		mine := enrolment(secret, fmt.Sprint("name", n), fmt.Sprint("Fox ", n))
		if err != nil && !isUnclaimed(t, h, secret) {
			other := mine
			other.Name, other.Alias = fmt.Sprint("thief", n), fmt.Sprint("Thief ", n)
			_, err := restarted.Enrol(t.Context(), other, h.rooms.Join)
			wantCode(t, err, auth.CodeLinkUsed)
			wrong := mine
			wrong.Passphrase = otherPass
			_, err = restarted.Enrol(t.Context(), wrong, h.rooms.Join)
			wantCode(t, err, auth.CodeLinkUsed)
		}
		entry, err := restarted.Enrol(t.Context(), mine, h.rooms.Join)
		if err != nil {
			t.Error(err)
			return
		}
		h.checkEnrolledOnce(t, n, entry)
	})
}

// isUnclaimed asks by the one thing a claim shows: it holds the name.
func isUnclaimed(t *testing.T, h *house, secret string) bool {
	t.Helper()
	key := linkKeyOf(t, secret)
	v, err := h.values.Get(t.Context(), "link", key)
	if err != nil {
		t.Fatal(err)
	}
	return !slices.ContainsFunc([]string{`"claim"`, `"used"`}, func(s string) bool { return contains(v.Data, s) })
}

func (h *house) checkEnrolledOnce(t *testing.T, n int, entry auth.Entry) {
	t.Helper()
	p := entry.Session.Person
	if got := h.kindsOf(t, p); !slices.Equal(got, []string{"enrolled", "room_joined"}) {
		t.Errorf("the person's stream holds %v", got)
	}
	if len(h.rooms.members[h.room]) != n || h.rooms.members[h.room][p] != fmt.Sprint("Fox ", n) {
		t.Errorf("%d members after %d enrolments", len(h.rooms.members[h.room]), n)
	}
	s, err := h.gate.Program(t.Context())
	if err != nil || len(s.People) != n {
		t.Errorf("the programme knows %d people after %d enrolments (%v)", len(s.People), n, err)
	}
	if _, err := h.gate.Authenticate(t.Context(), entry.Token); err != nil {
		t.Error(err)
	}
	if got := h.mustSignIn(t, fmt.Sprint("NAME", n), goodPass); got.Session.Person != p {
		t.Error("signed in as somebody else")
	}
	accounts, err := h.values.List(t.Context(), "account")
	if err != nil || len(accounts) != n {
		t.Errorf("%d accounts after %d enrolments (%v)", len(accounts), n, err)
	}
}

// The one who enrolled never comes back: Resume finishes what they began.
func TestCrashWhileEnrollingAndNobodyReturns(t *testing.T) {
	h := newHouse(t)
	var secret string
	h.atEveryStep(t, func(n int, dying *auth.Gate, c *crash) error {
		secret = h.invite(t)
		_, err := dying.Enrol(t.Context(), enrolment(secret, fmt.Sprint("name", n), fmt.Sprint("Fox ", n)), c.join(h.rooms.Join))
		return err
	}, func(n int, _ error) {
		unclaimed := isUnclaimed(t, h, secret)
		h.Advance(2 * time.Minute)
		if err := h.gate.Resume(t.Context(), h.rooms.Join); err != nil {
			t.Error(err)
		}
		if !unclaimed {
			h.mustSignIn(t, fmt.Sprint("name", n), goodPass)
			return
		}
		_, err := h.signIn(t, fmt.Sprint("name", n), goodPass)
		wantCode(t, err, auth.CodeSignInWrong)
		h.Advance(time.Hour)
	})
}

// The room refuses the alias, and the process dies while it gives everything back:
// the link can still be spent, by anybody who holds it.
func TestCrashWhileReleasing(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "first", "Fox")
	var secret string
	h.atEveryStep(t, func(n int, dying *auth.Gate, c *crash) error {
		secret = h.invite(t)
		_, err := dying.Enrol(t.Context(), enrolment(secret, fmt.Sprint("name", n), "Fox"), c.join(h.rooms.Join))
		return err
	}, func(n int, err error) {
		if err == nil {
			t.Error("two people of one alias")
		}
		restarted := h.open(t, h.log, h.values, auth.InsecureTestCost)
		if _, err := restarted.Enrol(t.Context(), enrolment(secret, fmt.Sprint("name", n), fmt.Sprint("Owl ", n)), h.rooms.Join); err != nil {
			t.Error(err)
			return
		}
		h.mustSignIn(t, fmt.Sprint("name", n), goodPass)
		if len(h.rooms.members[h.room]) != n+1 {
			t.Errorf("%d members, want %d", len(h.rooms.members[h.room]), n+1)
		}
	})
}

// A signed-in person joins a further room, with a crash anywhere.
func TestCrashWhileAccepting(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	var secret string
	h.atEveryStep(t, func(n int, dying *auth.Gate, c *crash) error {
		h.room = roomID(byte(n + 1))
		secret = h.invite(t)
		_, err := dying.Accept(t.Context(), p, auth.Acceptance{Secret: secret, Alias: "Fox", Accepts: accepts}, c.join(h.rooms.Join))
		return err
	}, func(n int, _ error) {
		restarted := h.open(t, h.log, h.values, auth.InsecureTestCost)
		room, err := restarted.Accept(t.Context(), p, auth.Acceptance{Secret: secret, Alias: "Fox", Accepts: accepts}, h.rooms.Join)
		if err != nil || room != h.room {
			t.Error(room, err)
		}
		if s, err := h.gate.Person(t.Context(), p); err != nil || len(s.Rooms) != n+1 || len(h.rooms.members[h.room]) != 1 {
			t.Error(s.Rooms, h.rooms.members[h.room], err)
		}
	})
}

// A reset link with a crash anywhere: the same passphrase goes on, another is
// refused once the first is set, one record, one notice, no old session.
func TestCrashWhileResetting(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	var secret, old string
	pass := goodPass
	h.atEveryStep(t, func(n int, dying *auth.Gate, c *crash) error {
		h.Advance(time.Minute)
		old = h.mustSignIn(t, "someone", pass).Token
		link, err := h.gate.IssueReset(t.Context(), p, fact.Machine)
		if err != nil {
			t.Fatal(err)
		}
		secret, pass = link.Secret, fmt.Sprint(otherPass, n)
		_, err = dying.SpendReset(t.Context(), auth.Reset{Secret: secret, Passphrase: pass})
		return err
	}, func(n int, _ error) {
		restarted := h.open(t, h.log, h.values, auth.InsecureTestCost)
		entry, err := restarted.SpendReset(t.Context(), auth.Reset{Secret: secret, Passphrase: pass})
		if err != nil {
			t.Error(err)
			return
		}
		_, err = restarted.SpendReset(t.Context(), auth.Reset{Secret: secret, Passphrase: "a thief's own words"})
		wantCode(t, err, auth.CodeLinkUsed)
		if _, err := h.gate.Authenticate(t.Context(), entry.Token); err != nil {
			t.Error(err)
		}
		_, err = h.gate.Authenticate(t.Context(), old)
		wantCode(t, err, auth.CodeSignedOut)
		if got := count(h.kindsOf(t, p), "passphrase_reset"); got != n {
			t.Errorf("%d records of %d resets", got, n)
		}
	})
}

// A change of passphrase with a crash anywhere: one of the two is good and the
// other is not; after Resume what happened is recorded, once.
func TestCrashWhileChangingPassphrase(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	var mine, other auth.Entry
	pass, next, changes := goodPass, "", 0
	h.atEveryStep(t, func(n int, dying *auth.Gate, _ *crash) error {
		mine, other = h.mustSignIn(t, "someone", pass), h.mustSignIn(t, "someone", pass)
		next = fmt.Sprint(otherPass, n)
		_, err := dying.ChangePassphrase(t.Context(), mine.Session, pass, next)
		return err
	}, func(_ int, _ error) {
		if err := h.gate.Resume(t.Context(), h.rooms.Join); err != nil {
			t.Error(err)
		}
		_, errOther := h.gate.Authenticate(t.Context(), other.Token)
		if _, err := h.gate.Authenticate(t.Context(), mine.Token); err != nil {
			t.Error(err)
		}
		if _, err := h.signIn(t, "someone", next); err == nil {
			wantCode(t, errOther, auth.CodeSignedOut)
			_, err := h.signIn(t, "someone", pass)
			wantCode(t, err, auth.CodeSignInWrong)
			pass = next
			changes++
		} else {
			wantCode(t, errOther, "")
		}
		if got := count(h.kindsOf(t, p), "passphrase_changed"); got != changes {
			t.Errorf("%d records of %d changes", got, changes)
		}
	})
	if changes < 4 {
		t.Errorf("only %d changes got through", changes)
	}
}

// A sign-out with a crash anywhere: done again it is done, and once it was begun
// the token opens nothing.
func TestCrashWhileSigningOut(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	var entry auth.Entry
	n := 0
	for _, after := range []bool{false, true} {
		for step := 1; step <= 6; step++ {
			n++
			entry = h.mustSignIn(t, "someone", goodPass)
			c := &crash{at: step, after: after}
			dying := h.open(t, dyingLog{h.log, c}, dyingValues{h.values, c}, auth.InsecureTestCost)
			_ = dying.End(t.Context(), p, entry.Session.ID, person.SignedOut)
			if step > 2 {
				_, err := h.gate.Authenticate(t.Context(), entry.Token)
				wantCode(t, err, auth.CodeSignedOut)
			}
			if err := h.gate.End(t.Context(), p, entry.Session.ID, person.SignedOut); err != nil {
				t.Fatal(err)
			}
			_, err := h.gate.Authenticate(t.Context(), entry.Token)
			wantCode(t, err, auth.CodeSignedOut)
			if got := count(h.kindsOf(t, p), "session_ended"); got < n {
				t.Fatalf("step %d: %d records of %d sign-outs", step, got, n)
			}
		}
	}
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}
