package auth

import (
	"container/list"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/person"
)

// Numbers of the throttle. It is counted in this process's memory.
const (
	// FreeTries at one account are as fast as people type; then the wait doubles
	// from FirstWait to LongestWait.
	FreeTries   = 5
	FirstWait   = time.Second
	LongestWait = 30 * time.Second
	// ForgottenAfter is how long after the last try an account starts anew.
	ForgottenAfter = time.Hour
	// SecondLongestWait and SecondForgottenAfter are the same for the second step's codes,
	// of which there are only a million, three of them good at a time. Who tries day after
	// day has 96 tries in each, and finds one on a day out of 3,500.
	SecondLongestWait    = 15 * time.Minute
	SecondForgottenAfter = 24 * time.Hour
	// NetworkTries wrong tries from one network come at once, NetworkPerSecond
	// after that: a clinic is one address, and its people sign in together.
	NetworkTries     = 200
	NetworkPerSecond = 2
	// throttleEntries bounds the memory, at about 200 bytes each. The one tried
	// least recently is forgotten first: pushing an account out takes longer than
	// the wait that it would save.
	throttleEntries = 50_000
)

// throttleKey is a hash: names are not kept in memory for an hour.
type throttleKey [16]byte

func keyOf(kind, id string) throttleKey {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return throttleKey(sum[:16])
}

func ofName(key string) throttleKey             { return keyOf("name", key) }
func ofDevice(nonce string) throttleKey         { return keyOf("device", nonce) }
func ofSession(id person.SessionID) throttleKey { return keyOf("session", string(id)) }
func ofSecond(p person.ID) throttleKey          { return keyOf("second", string(p)) }
func ofLink(id string) throttleKey              { return keyOf("link", id) }

// ofNetwork takes what one household or one clinic shares: /24 of IPv4, /48 of IPv6.
func ofNetwork(a netip.Addr) throttleKey {
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	prefix, err := a.Prefix(bits)
	if err != nil {
		return keyOf("network", "unknown")
	}
	return keyOf("network", prefix.String())
}

// throttle counts tries.
type throttle struct {
	mu      sync.Mutex
	max     int
	entries map[throttleKey]*list.Element
	order   *list.List // of *tries, the last touched first
}

// tries is what is remembered under one key: of an account the count and when the
// next may come, of a network how many are left.
type tries struct {
	key  throttleKey
	n    int
	next time.Time
	last time.Time
	left float64
}

func newThrottle(maxEntries int) *throttle {
	return &throttle{max: maxEntries, entries: map[throttleKey]*list.Element{}, order: list.New()}
}

// attempt is a try that was let through, and counted as wrong until more is known.
type attempt struct {
	t        *throttle
	account  throttleKey
	network  throttleKey
	byPerson bool // no network was asked
}

// try counts a try at an account from a session that is proven; see tryFrom.
func (t *throttle) try(now time.Time, account throttleKey) (attempt, error) {
	return t.tryAs(now, account, passphrases)
}

// patience is how long the waits grow, and how long tries are remembered.
type patience struct{ longest, forgotten time.Duration }

var (
	passphrases = patience{LongestWait, ForgottenAfter}
	seconds     = patience{SecondLongestWait, SecondForgottenAfter}
)

// trySecond is try for a code of the second step.
func (t *throttle) trySecond(now time.Time, who person.ID) (attempt, error) {
	return t.tryAs(now, ofSecond(who), seconds)
}

func (t *throttle) tryAs(now time.Time, account throttleKey, p patience) (attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.countAccount(now, account, p); wait > 0 {
		return attempt{}, slowDown(wait)
	}
	return attempt{t: t, account: account, byPerson: true}, nil
}

// tryFrom counts a try at an account from a network, before the passphrase is
// looked at, so that tries side by side are counted too. The error is slow_down;
// a try that was refused is not counted, so waiting is all it takes.
func (t *throttle) tryFrom(now time.Time, account, network throttleKey) (attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.waitOf(now, account); wait > 0 {
		return attempt{}, slowDown(wait)
	}
	if wait := t.countNetwork(now, network); wait > 0 {
		return attempt{}, slowDown(wait)
	}
	t.countAccount(now, account, passphrases)
	return attempt{t: t, account: account, network: network}, nil
}

// succeed forgets the account's tries and gives the network its own back.
func (a attempt) succeed() {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	a.t.forget(a.account)
	a.giveBack()
}

// undo is for a try whose passphrase was not looked at after all. The wait stays:
// else overloading the server would shorten it. A key with no other try is
// forgotten: else overloading would push out those that have some.
func (a attempt) undo() {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	if e, ok := a.t.entries[a.account]; ok {
		one := e.Value.(*tries)
		if one.n--; one.n <= 0 {
			a.t.forget(a.account)
		}
	}
	a.giveBack()
}

func (t *throttle) forget(key throttleKey) {
	if e, ok := t.entries[key]; ok {
		t.order.Remove(e)
		delete(t.entries, key)
	}
}

func (a attempt) giveBack() {
	if e, ok := a.t.entries[a.network]; ok && !a.byPerson {
		one := e.Value.(*tries)
		one.left = min(NetworkTries, one.left+1)
	}
}

func (t *throttle) waitOf(now time.Time, key throttleKey) time.Duration {
	if e, ok := t.entries[key]; ok {
		return max(0, e.Value.(*tries).next.Sub(now))
	}
	return 0
}

func (t *throttle) countAccount(now time.Time, key throttleKey, p patience) time.Duration {
	if wait := t.waitOf(now, key); wait > 0 {
		return wait
	}
	one := t.entry(now, key)
	if now.Sub(one.last) >= p.forgotten {
		one.n = 0
	}
	one.n++
	one.last = now
	one.next = now.Add(waitAfter(one.n, p.longest))
	return 0
}

// waitAfter is how long the next try waits after n wrong ones, at most longest.
func waitAfter(n int, longest time.Duration) time.Duration {
	if n < FreeTries {
		return 0
	}
	return min(longest, FirstWait<<min(n-FreeTries, 10))
}

func (t *throttle) countNetwork(now time.Time, key throttleKey) time.Duration {
	one := t.entry(now, key)
	one.left = min(NetworkTries, one.left+max(0, now.Sub(one.last).Seconds())*NetworkPerSecond)
	one.last = now
	if one.left < 1 {
		return time.Duration((1 - one.left) / NetworkPerSecond * float64(time.Second)).Round(time.Millisecond)
	}
	one.left--
	return 0
}

// entry is the key's, made where there is none, and now the last touched.
func (t *throttle) entry(now time.Time, key throttleKey) *tries {
	if e, ok := t.entries[key]; ok {
		t.order.MoveToFront(e)
		return e.Value.(*tries)
	}
	for len(t.entries) >= t.max {
		oldest := t.order.Back()
		delete(t.entries, t.order.Remove(oldest).(*tries).key)
	}
	one := &tries{key: key, last: now, left: NetworkTries}
	t.entries[key] = t.order.PushFront(one)
	return one
}
