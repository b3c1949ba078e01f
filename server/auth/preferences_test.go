package auth_test

import (
	"sync"
	"testing"

	"github.com/kith-chat/kith/server/auth"
)

func TestPreferences(t *testing.T) {
	h := newHouse(t)
	p := h.enrol(t, "someone", "Fox").Session.Person
	got, err := h.gate.Preferences(t.Context(), p)
	if want := (auth.Preferences{Presence: true, Announce: "all", Theme: "auto", LeaveKey: true}); err != nil || got != want {
		t.Fatal(got, err)
	}
	for _, c := range []auth.PreferencesChange{{Theme: new("purple")}, {Announce: new("")}} {
		_, err := h.gate.ChangePreferences(t.Context(), p, c)
		wantCode(t, err, auth.CodeBadValue)
	}
	// Two devices at once: neither change is lost.
	var wg sync.WaitGroup
	for _, c := range []auth.PreferencesChange{{Typing: new(true)}, {Theme: new("dark")}, {Presence: new(false), LeaveKey: new(false)}, {Announce: new("staff")}} {
		wg.Go(func() {
			if _, err := h.gate.ChangePreferences(t.Context(), p, c); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err = h.gate.Preferences(t.Context(), p)
	if want := (auth.Preferences{Typing: true, Announce: "staff", Theme: "dark"}); err != nil || got != want {
		t.Error(got, err)
	}
}
