package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
)

func TestPHC(t *testing.T) {
	h, err := newHasher(InsecureTestCost, 1, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.hash(t.Context(), "tortoise")
	if err != nil {
		t.Fatal(err)
	}
	s := p.String()
	if !strings.HasPrefix(s, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Error(s)
	}
	if ok, outdated, err := h.verify(t.Context(), s, "tortoise"); !ok || outdated || err != nil {
		t.Error(ok, outdated, err)
	}
	if ok, _, _ := h.verify(t.Context(), s, "tortoises"); ok {
		t.Error("another passphrase matches")
	}
	if ok, _, _ := h.verify(t.Context(), "", ""); ok {
		t.Error("nobody's passphrase matches")
	}
	for _, bad := range []string{
		"", "x", s + "$", s[1:], strings.Replace(s, "id", "i", 1), strings.Replace(s, "v=19", "v=16", 1),
		strings.Replace(s, "m=8", "m=99999999", 1), strings.Replace(s, "m=8", "m=+8", 1), strings.Replace(s, "t=1", "t=0", 1),
		strings.Replace(s, "p=1", "p=1 ", 1), s[:len(s)-1], s + "A",
	} {
		if _, err := parsePHC(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

// The recommended cost really is what is computed, in the standard's own terms.
func TestRecommendedCost(t *testing.T) {
	h, err := newHasher(Recommended, 1, rand.Reader)
	if err != nil || !strings.HasPrefix(h.decoy.String(), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(err)
	}
}

// The queue is bounded, waiting ends with the caller's context, and places come
// back.
func TestHasherQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := newHasher(InsecureTestCost, 1, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		busy := make(chan struct{})
		done := make(chan error, 1+waitingPerHash)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { done <- h.run(t.Context(), func() { <-busy }) }()
		synctest.Wait()
		for range waitingPerHash {
			go func() { done <- h.run(ctx, func() {}) }()
		}
		synctest.Wait()
		if err := h.run(t.Context(), func() {}); CodeOf(err) != CodeSlowDown || err.(*Error).Wait != queueWait {
			t.Error(err)
		}
		cancel()
		for range waitingPerHash {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		close(busy)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.run(t.Context(), func() {}); err != nil {
			t.Error(err)
		}
		if len(h.queue) != 0 || len(h.slots) != 0 {
			t.Error("places were lost")
		}
	})
}
