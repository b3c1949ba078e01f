package auth_test

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
)

func addr(n int) netip.Addr { return netip.AddrFrom4([4]byte{198, byte(n >> 8), byte(n), 1}) }

// guess is one try at a passphrase, from network n.
func (h *house) guess(t *testing.T, n int, name string) error {
	t.Helper()
	_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: name, Passphrase: fmt.Sprint("guess number ", n), From: addr(n)})
	if err == nil {
		t.Fatal("guessed")
	}
	return err
}

// Guessing one person's passphrase from a new network each time: the account's
// own count slows it down to one try in LongestWait.
func TestAttackGuessingFromManyAddresses(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "victim", "Fox")
	before, looked := h.gate.Hashes(), 0
	for n := range 3600 {
		if auth.CodeOf(h.guess(t, n, "Victim")) == auth.CodeSignInWrong {
			looked++
		}
		h.Advance(time.Second)
	}
	if most := auth.FreeTries + 6 + 3600/30; looked > most || looked < 100 {
		t.Errorf("%d guesses an hour, want at most %d", looked, most)
	}
	if got := h.gate.Hashes() - before; got != int64(looked) {
		t.Errorf("%d hashes for %d guesses: a refused try must cost nothing", got, looked)
	}
}

// Guessing side by side, before the first wrong answer is counted.
func TestAttackGuessingAllAtOnce(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "victim", "Fox")
	before := h.gate.Hashes()
	var wg sync.WaitGroup
	for n := range 50 {
		wg.Go(func() {
			_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: fmt.Sprint("guess ", n), From: addr(n)})
			if err == nil {
				t.Error("guessed")
			}
		})
	}
	wg.Wait()
	if got := h.gate.Hashes() - before; got > auth.FreeTries {
		t.Errorf("%d passphrases were looked at, want at most %d", got, auth.FreeTries)
	}
}

// Trying one passphrase at everybody's account from one network.
func TestAttackOnePassphraseManyNames(t *testing.T) {
	h := newHouse(t)
	looked := 0
	for n := range 1000 {
		_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: fmt.Sprint("name", n), Passphrase: goodPass, From: home})
		if auth.CodeOf(err) == auth.CodeSignInWrong {
			looked++
		}
	}
	if looked != auth.NetworkTries {
		t.Errorf("%d tries from one network, want %d", looked, auth.NetworkTries)
	}
	// Another address of the same household is the same network.
	near := home.Next()
	_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: "another", Passphrase: goodPass, From: near})
	wantCode(t, err, auth.CodeSlowDown)
}

// A clinic's people all sign in at nine, from one address.
func TestClinicIsOneAddress(t *testing.T) {
	h := newHouse(t)
	for n := range 30 {
		h.enrol(t, fmt.Sprint("name", n), fmt.Sprint("Fox ", n))
	}
	for n := range 20 * 30 {
		h.mustSignIn(t, fmt.Sprint("name", n%30), goodPass)
	}
}

// Locking the victim out by guessing wrong without end: a device that has signed
// in before gets in at once, and an unlock too; a forged or foreign token of a
// known device gets nothing.
func TestAttackLockingTheVictimOut(t *testing.T) {
	h := newHouse(t)
	mine := h.enrol(t, "victim", "Fox")
	foreign := h.enrol(t, "attacker", "Owl")
	for n := range 200 {
		_ = h.guess(t, n, "victim")
		h.Advance(time.Second)
	}
	signIn := func(known string) error {
		_ = h.guess(t, 1000, "victim") // the attacker is always first
		_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: goodPass, Known: known, From: home})
		return err
	}
	wantCode(t, signIn(mine.Known), "")
	wantCode(t, signIn(foreign.Known), auth.CodeSlowDown)
	wantCode(t, signIn("AAAA"+mine.Known[4:]), auth.CodeSlowDown)
	wantCode(t, signIn(""), auth.CodeSlowDown)

	if err := h.gate.Lock(t.Context(), mine.Session); err != nil {
		t.Fatal(err)
	}
	if _, err := h.gate.Unlock(t.Context(), mine.Session, goodPass); err != nil {
		t.Error(err)
	}
}

// A stolen token of a known device is no way round the throttle.
func TestAttackGuessingFromAKnownDevice(t *testing.T) {
	h := newHouse(t)
	known := h.enrol(t, "victim", "Fox").Known
	before := h.gate.Hashes()
	for n := range 100 {
		_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: fmt.Sprint("guess ", n), Known: known, From: addr(n)})
		if err == nil {
			t.Fatal("guessed")
		}
	}
	if got := h.gate.Hashes() - before; got != auth.FreeTries {
		t.Errorf("%d guesses, want %d", got, auth.FreeTries)
	}
}

// Telling who exists by the answers, the waits or the work: names of somebody, of
// nobody, of one who has not finished enrolling, and what can't be a name are alike.
func TestAttackTellingWhoExists(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "victim", "Fox")
	c := &crash{at: 12}
	dying := h.open(t, dyingLog{h.log, c}, dyingValues{h.values, c}, auth.InsecureTestCost)
	if _, err := dying.Enrol(t.Context(), enrolment(h.invite(t), "halfway", "Owl"), c.join(h.rooms.Join)); err == nil {
		t.Fatal("not interrupted")
	}
	if accounts, err := h.values.List(t.Context(), "account"); err != nil || len(accounts) != 2 {
		t.Fatal("interrupted at another step than meant", len(accounts), err)
	}
	_, err := h.signIn(t, "halfway", goodPass)
	wantCode(t, err, auth.CodeSignInWrong)
	h.Advance(time.Hour)
	type answer struct {
		code   string
		wait   time.Duration
		hashes int64
	}
	var answers [4][]answer
	for i, name := range []string{"victim", "nobody", "halfway", "no name at all!"} {
		for n := range 30 {
			before := h.gate.Hashes()
			_, err := h.gate.SignIn(t.Context(), auth.Credentials{Name: name, Passphrase: "wrong every time", From: addr(n)})
			a := answer{code: auth.CodeOf(err), hashes: h.gate.Hashes() - before}
			if e, ok := err.(*auth.Error); ok {
				a.wait = e.Wait
			}
			answers[i] = append(answers[i], a)
		}
	}
	for i := range answers {
		for n, a := range answers[i] {
			if a != answers[0][n] {
				t.Errorf("name %d, try %d: %+v, want %+v", i, n, a, answers[0][n])
			}
		}
	}
	if got := answers[0][0]; got != (answer{auth.CodeSignInWrong, 0, 1}) {
		t.Errorf("%+v", got)
	}
}

// Fixation: a token that was planted in the browser before signing in is not
// taken over, and opens nothing afterwards.
func TestAttackFixation(t *testing.T) {
	h := newHouse(t)
	attacker := h.enrol(t, "attacker", "Owl")
	victim := h.enrol(t, "victim", "Fox")
	again := h.mustSignIn(t, "victim", goodPass)
	if again.Token == victim.Token || again.Token == attacker.Token || again.Session.ID == victim.Session.ID {
		t.Fatal("a session was used again")
	}
	s, err := h.gate.Authenticate(t.Context(), attacker.Token)
	if err != nil || s.Person == victim.Session.Person {
		t.Error(s.Person, err)
	}
}

// A passphrase that was right when the sign-in began but not when it ended.
func TestAttackSignInUnderWayDuringAReset(t *testing.T) {
	h := newHouse(t)
	victim := h.enrol(t, "victim", "Fox").Session.Person
	link, err := h.gate.IssueReset(t.Context(), victim, victim.Actor())
	if err != nil {
		t.Fatal(err)
	}
	// The thief's sign-in is held between checking the passphrase and storing the
	// session; the reset happens there.
	held := &heldValues{Values: h.values, at: "session/" + victim.Key(), reached: make(chan struct{}), go_: make(chan struct{})}
	slow := h.open(t, h.log, held, auth.InsecureTestCost)
	var thief auth.Entry
	var wg sync.WaitGroup
	wg.Go(func() {
		thief, err = slow.SignIn(t.Context(), auth.Credentials{Name: "victim", Passphrase: goodPass, From: home})
	})
	<-held.reached
	if _, err := h.gate.SpendReset(t.Context(), auth.Reset{Secret: link.Secret, Passphrase: otherPass}); err != nil {
		t.Fatal(err)
	}
	close(held.go_)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.gate.Authenticate(t.Context(), thief.Token)
	wantCode(t, err, auth.CodeSignedOut)
}
