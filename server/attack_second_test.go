package server_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
)

// openToHalf are the routes that a session may use before its second step: those that
// need none at all, and those that end it, lock it or give the step.
var openToHalf = []string{
	"POST /api/links/look", "POST /api/links/enrol", "POST /api/links/reset", "POST /api/links/demo", "POST /api/sign-in",
	"POST /api/sign-out", "POST /api/lock", "POST /api/unlock", "GET /leave", "GET /api/me",
	"POST /api/second", "POST /api/second/begin", "POST /api/second/confirm",
}

// manualRoutes are all routes, "POST /api/sign-in", from the manual.
func manualRoutes(t *testing.T) (routes []string) {
	t.Helper()
	manual, err := os.ReadFile("web/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^(?:\\| |)(GET|POST) `(/[^`]*)`").FindAllStringSubmatch(string(manual), -1) {
		routes = append(routes, row[1]+" "+row[2])
	}
	if len(routes) < len(openToHalf) {
		t.Fatalf("the manual names %d routes", len(routes))
	}
	return routes
}

// halves is a moderator's sessions that lack their second step, by the way they began.
func (w ward) halves(t *testing.T) map[string]string {
	t.Helper()
	half := map[string]string{}
	// Not with clinic.signIn, which gives the step.
	status, _, header := w.Post(t, "/api/sign-in", "", map[string]any{"name": "the.moderator", "passphrase": passphrase})
	if status != http.StatusOK {
		t.Fatal("sign in:", status)
	}
	half["sign-in"] = servertest.CookieFrom(header)
	_, _, header = w.Post(t, "/api/links/enrol", "", map[string]any{
		"secret": w.invite(t, w.lead, w.room, "moderator"), "name": "new.moderator", "passphrase": passphrase, "alias": "Kim",
		"accepts": []string{"agreement", "not_emergency"},
	})
	half["enrolment"] = servertest.CookieFrom(header)
	other := w.comeIn(t, w.room, "moderator", "other.moderator", "Jo")
	link := w.accepted(t, "/api/resets", w.lead, map[string]any{"room": w.room, "member": w.memberOf(t, other, w.room)})
	_, _, header = w.Post(t, "/api/links/reset", "", map[string]any{"secret": secretOf(t, link), "passphrase": otherPassphrase})
	half["reset"] = servertest.CookieFrom(header)
	for way, cookie := range half {
		want := "give"
		if way == "enrolment" {
			want = "set_up"
		}
		if got := w.Lacks(t, cookie); got != want {
			t.Fatalf("after %s the session lacks %q, want %q", way, got, want)
		}
	}
	return half
}

// A second factor skipped over the API: whichever way somebody of the team came in, no
// route does anything for a session without it, and the one that says who it is tells
// nothing but that.
func TestAttackSecondFactorSkippedOverTheAPI(t *testing.T) {
	w := openWard(t)
	for way, cookie := range w.halves(t) {
		for _, route := range manualRoutes(t) {
			if slices.Contains(openToHalf, route) {
				continue
			}
			method, path, _ := strings.Cut(route, " ")
			got := ask(t, nil, method, w.URL+path, "{}", func(r *http.Request) {
				r.Header.Set("Cookie", cookie)
				r.Header.Set("Origin", w.URL)
			})
			if got.status != http.StatusForbidden || got.code != "second_step" {
				t.Errorf("after %s, %s: %d %s", way, route, got.status, got.code)
			}
		}
		_, me, _ := w.Get(t, "/api/me", cookie)
		for field := range me {
			if !slices.Contains([]string{"now", "locked", "staff", "lead", "demo", "preferences", "second"}, field) {
				t.Errorf("after %s, /api/me tells %s", way, field)
			}
		}
	}
}

// A second factor skipped over the socket: none opens without it.
func TestAttackSecondFactorSkippedOverTheSocket(t *testing.T) {
	w := openWard(t)
	for way, cookie := range w.halves(t) {
		got := ask(t, nil, http.MethodGet, w.URL+"/ws", "", func(r *http.Request) {
			r.Header.Set("Cookie", cookie)
			r.Header.Set("Origin", w.URL)
			for name, value := range map[string]string{
				"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
				"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": wire.Protocol,
			} {
				r.Header.Set(name, value)
			}
		})
		if got.status != http.StatusForbidden || got.code != "second_step" {
			t.Errorf("after %s: %d %s", way, got.status, got.code)
		}
	}
}

// Somebody who is made a moderator while a socket of theirs is open does not moderate
// over it: it is closed within a second, and the session asks for the second step.
func TestAttackOpenSocketOfANewModerator(t *testing.T) {
	w := openWard(t)
	live := servertest.Dial(t, w.URL, w.fox)
	live.Join(w.room, "")
	secret := w.invite(t, w.lead, w.openRoom(t, "Morning"), "moderator")
	w.accepted(t, "/api/links/accept", w.fox, map[string]any{"secret": secret, "alias": "Fox Guide", "accepts": []string{"agreement", "not_emergency"}})
	begun := time.Now()
	code, took := ended(t, live, begun)
	if code != wire.CloseLocked {
		t.Errorf("the socket was closed with %d", code)
	}
	t.Logf("closed after %v", took.Round(time.Millisecond))
	if got := w.Lacks(t, w.fox); got != "set_up" {
		t.Errorf("the session lacks %q", got)
	}
	w.refused(t, http.StatusForbidden, "second_step", "/api/invitations", w.fox, map[string]any{"room": w.room, "role": "participant", "days": 1})
	w.SetUpPhone(t, w.fox, w.clock.now())
	servertest.Dial(t, w.URL, w.fox).Join(w.room, "")
}

// The lead helps a moderator who lost the phone; a moderator can do that for nobody.
func TestSecondStepLostWithItsPhone(t *testing.T) {
	w := openWard(t)
	member := w.memberOf(t, w.moderator, w.room)
	fox := w.memberOf(t, w.fox, w.room)
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/resets", w.moderator, map[string]any{"room": w.room, "member": fox, "second": true})
	link := w.accepted(t, "/api/resets", w.lead, map[string]any{"room": w.room, "member": member, "second": true})
	_, _, header := w.Post(t, "/api/links/reset", "", map[string]any{"secret": secretOf(t, link), "passphrase": otherPassphrase})
	cookie := servertest.CookieFrom(header)
	if got := w.Lacks(t, cookie); got != "set_up" {
		t.Fatalf("the session lacks %q", got)
	}
	w.clock.advance(30 * time.Second)
	w.SetUpPhone(t, cookie, w.clock.now())
	servertest.Dial(t, w.URL, cookie).Join(w.room, "")
}
