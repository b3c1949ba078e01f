package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// within is how soon an ended right must be felt.
const within = time.Second

// Somebody signs out in one tab and walks away; another tab of the same browser
// still has its socket. Sessions on other devices are their owner's and stay.
func TestAttackSocketOutlivesItsSession(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	here := c.comeIn(t, in, "participant", "a.person", "Fox")
	elsewhere := c.signIn(t, "a.person", passphrase)
	tabs := []*servertest.Client{servertest.Dial(t, c.URL, here), servertest.Dial(t, c.URL, here)}
	phone := servertest.Dial(t, c.URL, elsewhere)
	for _, client := range append(tabs, phone) {
		client.Join(in, "")
	}
	begun := time.Now()
	c.accepted(t, "/api/sign-out", here, map[string]any{})
	for _, tab := range tabs {
		code, took := ended(t, tab, begun)
		if code != 0 {
			t.Errorf("the socket was closed in good order with %d, not reset", code)
		}
		if took > within {
			t.Errorf("the socket lived on for %v", took)
		}
		t.Logf("reset after %v", took.Round(time.Millisecond))
	}
	phone.Post(in, "still here")
	if status, _, _ := c.Get(t, "/api/me", here); status != http.StatusUnauthorized {
		t.Errorf("the ended session still opens /api/me: %d", status)
	}
}

// The same from another device: one session, then all others, are ended there.
func TestEndingSessionsFromAnotherDevice(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	mine := c.comeIn(t, in, "participant", "a.person", "Fox")
	lost := servertest.Dial(t, c.URL, c.signIn(t, "a.person", passphrase))
	third := servertest.Dial(t, c.URL, c.signIn(t, "a.person", passphrase))
	keeper := servertest.Dial(t, c.URL, mine)
	_, list, _ := c.Get(t, "/api/sessions", mine)
	sessions := list["sessions"].([]any)
	if len(sessions) != 3 {
		t.Fatalf("%d sessions", len(sessions))
	}
	for _, one := range sessions {
		if s := one.(map[string]any); s["this"] == false {
			c.accepted(t, "/api/sessions/end", mine, map[string]any{"id": s["id"]})
			break
		}
	}
	begun := time.Now()
	c.accepted(t, "/api/sessions/end", mine, map[string]any{"others": true})
	for _, other := range []*servertest.Client{lost, third} {
		if code, took := ended(t, other, begun); code != 0 || took > within {
			t.Errorf("ended with %d after %v", code, took)
		}
	}
	keeper.Barrier()
}

// A lock closes the sockets with a code that says so and leaves the session to be
// unlocked; what was typed is the client's and survives there.
func TestLockClosesAndUnlockOpens(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	cookie := c.comeIn(t, in, "participant", "a.person", "Fox")
	other := servertest.Dial(t, c.URL, c.signIn(t, "a.person", passphrase))
	tab := servertest.Dial(t, c.URL, cookie)
	tab.Join(in, "")
	begun := time.Now()
	c.accepted(t, "/api/lock", cookie, map[string]any{})
	if code, took := ended(t, tab, begun); code != wire.CloseLocked || took > within {
		t.Errorf("closed with %d after %v", code, took)
	}
	c.locked(t, cookie)
	c.refused(t, http.StatusUnauthorized, "sign_in_wrong", "/api/unlock", cookie, map[string]any{"passphrase": "some other words"})
	c.locked(t, cookie)
	c.accepted(t, "/api/unlock", cookie, map[string]any{"passphrase": passphrase})
	servertest.Dial(t, c.URL, cookie).Join(in, "")
	other.Barrier()
}

// locked checks what a locked session opens: a lock, and nothing behind it.
func (c *clinic) locked(t *testing.T, cookie string) {
	t.Helper()
	got := upgradeWith(t, c.URL, func(r *http.Request) { r.Header.Set("Cookie", cookie) })
	if got.status != http.StatusLocked || got.code != "locked" {
		t.Errorf("the upgrade of a locked session: %d %s", got.status, got.body)
	}
	c.refused(t, http.StatusLocked, "locked", "/api/passphrase", cookie, map[string]any{"old": passphrase, "new": otherPassphrase})
	if status, _, _ := c.Get(t, "/api/sessions", cookie); status != http.StatusLocked {
		t.Errorf("/api/sessions of a locked session: %d", status)
	}
	status, me, _ := c.Get(t, "/api/me", cookie)
	if status != http.StatusOK || me["locked"] != true {
		t.Errorf("/api/me of a locked session: %d %v", status, me)
	}
	for _, field := range []string{"rooms", "name", "programme", "notices", "locks_at"} {
		if me[field] != nil {
			t.Errorf("/api/me of a locked session tells %s: %v", field, me[field])
		}
	}
}

// Nobody touches the page: it locks by itself, for staff sooner. A socket that is
// open, and pings, is no touch.
func TestIdleLock(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	cookie := c.comeIn(t, in, "participant", "a.person", "Fox")
	fox, lead := servertest.Dial(t, c.URL, cookie), servertest.Dial(t, c.URL, c.lead)
	fox.Join(in, "")
	c.clock.advance(auth.LockAfterStaff + time.Second)
	begun := time.Now()
	if code, took := ended(t, lead, begun); code != wire.CloseLocked || took > 2*within { // it is looked every second
		t.Errorf("the lead's socket ended with %d after %v", code, took)
	}
	fox.Barrier() // not yet; and no touch
	c.clock.advance(auth.LockAfter - auth.LockAfterStaff)
	begun = time.Now()
	if code, took := ended(t, fox, begun); code != wire.CloseLocked || took > 2*within {
		t.Errorf("the participant's socket ended with %d after %v", code, took)
	}
	c.locked(t, cookie)
}

// A frame sent after the time, before anybody has looked, is refused as well.
func TestFrameAfterTheIdleLock(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	cookie := c.comeIn(t, in, "participant", "a.person", "Fox")
	fox := servertest.Dial(t, c.URL, cookie)
	fox.Join(in, "")
	c.clock.advance(auth.LockAfter + time.Second)
	if err := fox.Send(t.Context(), servertest.Command{"do": "post", "id": wireclient.NewIDAt(c.clock.now()), "room": in, "text": "too late"}); err != nil {
		t.Fatal(err)
	}
	if code, _ := ended(t, fox, time.Now()); code != wire.CloseLocked {
		t.Errorf("ended with %d", code)
	}
	c.accepted(t, "/api/unlock", cookie, map[string]any{"passphrase": passphrase})
	if page := servertest.Dial(t, c.URL, cookie).Join(in, "").Messages; len(page) != 0 {
		t.Errorf("the message was taken: %+v", page)
	}
}
