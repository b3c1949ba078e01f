package auth

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func waitOf(err error) time.Duration {
	if e, ok := err.(*Error); ok {
		return e.Wait
	}
	return 0
}

func TestThrottleWaitsGrow(t *testing.T) {
	th, now, key := newThrottle(10), time.Unix(0, 0), keyOf("name", "a")
	for _, want := range []time.Duration{0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30} {
		if _, err := th.try(now, key); err != nil {
			t.Fatal(err)
		}
		if want == 0 {
			continue
		}
		_, err := th.try(now, key)
		if got := waitOf(err); got != want*time.Second {
			t.Fatalf("wait %v, want %v", got, want*time.Second)
		}
		// A refused try does not make the wait longer.
		if _, again := th.try(now, key); waitOf(again) != waitOf(err) {
			t.Fatal(again)
		}
		now = now.Add(want * time.Second)
	}
	if _, err := th.try(now.Add(ForgottenAfter), key); err != nil {
		t.Fatal(err)
	}
	if got := th.entries[key].Value.(*tries).n; got != 1 {
		t.Errorf("%d tries remembered after an hour", got)
	}
}

// Overloading the server must not buy tries: what was not looked at is given
// back, the wait before the next one is not.
func TestThrottleUndoKeepsTheWait(t *testing.T) {
	th, now, key := newThrottle(10), time.Unix(0, 0), keyOf("name", "a")
	var last attempt
	for range FreeTries {
		last, _ = th.try(now, key)
	}
	last.undo()
	if _, err := th.try(now, key); err == nil {
		t.Error("the wait was given back")
	}
}

func TestThrottleNetwork(t *testing.T) {
	th, now := newThrottle(1000), time.Unix(0, 0)
	network := ofNetwork(netip.MustParseAddr("2001:db8:1:2::3"))
	one := func() error {
		_, err := th.tryFrom(now, keyOf("name", fmt.Sprint(len(th.entries))), network)
		return err
	}
	for range NetworkTries {
		if err := one(); err != nil {
			t.Fatal(err)
		}
	}
	if got := waitOf(one()); got != time.Second/NetworkPerSecond {
		t.Errorf("wait %v", got)
	}
	now = now.Add(time.Second)
	for range NetworkPerSecond {
		if err := one(); err != nil {
			t.Error(err)
		}
	}
	if one() == nil {
		t.Error("refills too fast")
	}
}

func TestNetworksOfAddresses(t *testing.T) {
	same := func(a, b string) bool { return ofNetwork(netip.MustParseAddr(a)) == ofNetwork(netip.MustParseAddr(b)) }
	if !same("192.0.2.1", "192.0.2.200") || same("192.0.2.1", "192.0.3.1") || !same("192.0.2.1", "::ffff:192.0.2.9") {
		t.Error("IPv4 is by /24")
	}
	if !same("2001:db8:1::1", "2001:db8:1:ffff::1%eth0") || same("2001:db8:1::1", "2001:db8:2::1") {
		t.Error("IPv6 is by /48")
	}
	if ofNetwork(netip.Addr{}) == ofNetwork(netip.MustParseAddr("192.0.2.1")) {
		t.Error("no address is a network of its own")
	}
}

// Filling the memory with other names: it stays bounded, and the account that is
// being tried is not the one that is forgotten.
func TestThrottleMemoryIsBounded(t *testing.T) {
	th, now, victim := newThrottle(1000), time.Unix(0, 0), keyOf("name", "victim")
	through := 0
	for n := range 10_000 {
		now = now.Add(100 * time.Millisecond)
		_, _ = th.try(now, keyOf("name", fmt.Sprint("other", n)))
		if n%50 == 0 {
			if _, err := th.try(now, victim); err == nil {
				through++
			}
		}
	}
	if len(th.entries) > 1000 || th.order.Len() != len(th.entries) {
		t.Errorf("%d entries", len(th.entries))
	}
	if most := FreeTries + 6 + 1000/30; through > most {
		t.Errorf("%d tries at the victim's account, want at most %d", through, most)
	}
}

// Filling the memory with tries that overload turns away: they leave nothing.
func TestThrottleUndoLeavesNothing(t *testing.T) {
	th, now := newThrottle(1000), time.Unix(0, 0)
	for n := range 100 {
		try, err := th.try(now, keyOf("name", fmt.Sprint(n)))
		if err != nil {
			t.Fatal(err)
		}
		try.undo()
	}
	if len(th.entries) != 0 || th.order.Len() != 0 {
		t.Errorf("%d entries", len(th.entries))
	}
}

// Waiting an hour buys no new tries at a code: there are few of those.
func TestThrottleRemembersCodesForADay(t *testing.T) {
	th, now := newThrottle(10), time.Unix(0, 0)
	tries := 0
	for end := now.Add(24 * time.Hour); now.Before(end); now = now.Add(time.Hour + time.Minute) {
		for {
			if _, err := th.trySecond(now, "p_A"); err != nil {
				break
			}
			tries++
		}
	}
	if tries > FreeTries+24 {
		t.Errorf("%d tries in a day", tries)
	}
}
