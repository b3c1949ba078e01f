package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/servertest"
)

// The end of somebody's care, acknowledged by one node, is the end on the other: their
// sockets are reset within a second, no message of theirs comes after it, they cannot
// come in again, and what they wrote is gone where the lead said so.
func TestEndOfCareOnEveryNode(t *testing.T) {
	c, second := openClinicOnRedis(t)
	evening, morning := c.openRoom(t, "Evening"), c.openRoom(t, "Morning")
	fox := c.comeIn(t, evening, "participant", "a.person", "Fox")
	secret := c.invite(t, c.lead, morning, "participant")
	c.accepted(t, "/api/links/accept", fox, map[string]any{"secret": secret, "alias": "Heron", "accepts": []string{"agreement", "not_emergency"}})
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(evening, "")
	there := servertest.Dial(t, second.URL, fox)
	there.Join(morning, "")
	you := there.Join(evening, "").You
	there.Post(evening, "canary of the evening")
	there.Post(morning, "canary of the morning")

	c.refused(t, http.StatusForbidden, "not_allowed", "/api/people/end-care", fox, map[string]any{"room": evening, "member": you, "erase": true})
	begun := time.Now()
	c.accepted(t, "/api/people/end-care", c.lead, map[string]any{"room": evening, "member": you, "erase": true})
	if code, took := ended(t, there, begun); code != 0 {
		t.Errorf("the socket was closed with %d, not reset", code)
	} else {
		t.Logf("reset after %v", took.Round(time.Millisecond))
	}
	if status, _, _ := second.Get(t, "/api/me", fox); status != http.StatusUnauthorized {
		t.Errorf("the session still opens the other node: %d", status)
	}
	if status, _, _ := c.Post(t, "/api/sign-in", "", map[string]any{"name": "a.person", "passphrase": passphrase}); status != http.StatusUnauthorized {
		t.Errorf("they could sign in again: %d", status)
	}
	for _, in := range []servertest.Command{cmd("join", evening), cmd("join", morning)} {
		raw := string(servertest.Dial(t, second.URL, c.lead).Do(in).Raw)
		if strings.Contains(raw, "canary") {
			t.Errorf("left behind: %s", raw)
		}
	}
}

// A move takes effect in both rooms, or in none.
func TestMoveBetweenRooms(t *testing.T) {
	w := openWard(t)
	morning := w.openRoom(t, "Morning")
	w.comeIn(t, morning, "participant", "person.stork", "Stork")
	fox := w.memberOf(t, w.fox, w.room)
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/people/move", w.moderator, map[string]any{"room": w.room, "member": fox, "to": morning, "alias": "Heron"})
	w.refused(t, http.StatusConflict, "alias_taken", "/api/people/move", w.lead, map[string]any{"room": w.room, "member": fox, "to": morning, "alias": "Stоrk"}) // one letter is Cyrillic
	live := servertest.Dial(t, w.URL, w.fox)
	live.Join(w.room, "") // the refusal has changed nothing
	w.accepted(t, "/api/people/move", w.lead, map[string]any{"room": w.room, "member": fox, "to": morning, "alias": "Heron"})
	again := servertest.Dial(t, w.URL, w.fox)
	again.Refused("no_such_room", cmd("join", w.room))
	if j := again.Join(morning, ""); len(j.Room.Members) != 3 {
		t.Errorf("in the other room: %+v", j.Room.Members)
	}
}

// Another role takes effect in the room and ends the person's sessions, on every node,
// within a second; who has a socket open sees and does nothing over it any more.
func TestRoleOnEveryNode(t *testing.T) {
	c, second := openClinicOnRedis(t)
	in := c.openRoom(t, "Evening")
	fox := c.comeIn(t, in, "participant", "a.person", "Fox")
	there := servertest.Dial(t, second.URL, fox)
	you := there.Join(in, "").You
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	change := map[string]any{"room": in, "member": you, "role": "moderator"}
	c.refused(t, http.StatusForbidden, "not_allowed", "/api/people/role", fox, change)
	c.refused(t, http.StatusBadRequest, "bad_value", "/api/people/role", c.lead, map[string]any{"room": in, "member": you, "role": "lead"})
	begun := time.Now()
	c.accepted(t, "/api/people/role", c.lead, change)
	if code, took := ended(t, there, begun); code != 0 {
		t.Errorf("the socket was closed with %d, not reset", code)
	} else {
		t.Logf("reset after %v", took.Round(time.Millisecond))
	}
	if status, _, _ := second.Get(t, "/api/me", fox); status != http.StatusUnauthorized {
		t.Errorf("the session still opens the other node: %d", status)
	}
	lead.Until(servertest.Event("member"))
	if j := servertest.Dial(t, c.URL, c.signIn(t, "a.person", passphrase)).Join(in, ""); j.Role.String() != "moderator" {
		t.Errorf("joined as %v", j.Role)
	}
	change["role"] = "participant"
	c.accepted(t, "/api/people/role", c.lead, change)
	if j := servertest.Dial(t, c.URL, c.signIn(t, "a.person", passphrase)).Join(in, ""); j.Role.String() != "participant" {
		t.Errorf("joined again as %v", j.Role)
	}
}
