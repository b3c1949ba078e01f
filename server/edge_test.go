package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
)

// upgradeWith asks for the socket with the headers of a browser, changed by set.
func upgradeWith(t *testing.T, url string, set func(*http.Request)) answer {
	t.Helper()
	return ask(t, nil, http.MethodGet, url+"/ws", "", func(r *http.Request) {
		for name, value := range map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": wire.Protocol, "Origin": url,
		} {
			r.Header.Set(name, value)
		}
		set(r)
	})
}

func oneMember(t *testing.T) (s *servertest.Server, cookie string) {
	t.Helper()
	s, rooms := servertest.StartSeeded(t, seed.Spec{Rooms: 1, Members: 2, Moderators: 1}, nil)
	return s, servertest.Cookie(rooms[0].Members[1].Token)
}

// A page of another site opens the socket in the name of somebody who is signed in.
func TestAttackUpgradeFromAnotherPage(t *testing.T) {
	s, cookie := oneMember(t)
	host := strings.TrimPrefix(s.URL, "http://")
	port := host[strings.LastIndex(host, ":"):]
	for what, origin := range map[string]string{
		"foreign":            "https://evil.example",
		"null":               "null",
		"look-alike suffix":  "http://127.0.0.1.evil.example" + port,
		"look-alike prefix":  "http://evil-127.0.0.1" + port,
		"look-alike user":    "http://127.0.0.1" + port + "@evil.example",
		"other port":         "http://127.0.0.1:1",
		"other host here":    "http://localhost" + port,
		"without scheme":     host,
		"a file":             "file://",
		"empty":              "",
		"look-alike letters": "http://127.0.0.１" + port,
	} {
		got := upgradeWith(t, s.URL, func(r *http.Request) {
			r.Header.Set("Cookie", cookie)
			r.Header.Set("Origin", origin)
		})
		if got.status != http.StatusForbidden {
			t.Errorf("%s origin: %d", what, got.status)
		}
	}
	missing := upgradeWith(t, s.URL, func(r *http.Request) {
		r.Header.Set("Cookie", cookie)
		r.Header.Del("Origin")
	})
	if missing.status != http.StatusForbidden {
		t.Errorf("no origin: %d", missing.status)
	}
	good := upgradeWith(t, s.URL, func(r *http.Request) { r.Header.Set("Cookie", cookie) })
	if good.status != http.StatusSwitchingProtocols {
		t.Errorf("the right origin: %d %s", good.status, good.body)
	}
}

// Somebody without a session, with one they made up, or with one that has ended.
func TestAttackUpgradeWithoutASession(t *testing.T) {
	c := openClinic(t, nil)
	real := strings.TrimPrefix(c.lead, "kith=")
	swapped, first := "A", "x"
	if real[0] == 'x' {
		first = "y"
	}
	if real[len(real)-1] == 'A' {
		swapped = "B"
	}
	for what, cookie := range map[string]string{
		"no":               "",
		"empty":            "kith=",
		"made up":          "kith=" + strings.Repeat("A", len(real)),
		"changed at start": "kith=" + first + real[1:],
		"changed at end":   "kith=" + real[:len(real)-1] + swapped,
		"cut off":          "kith=" + real[:len(real)-1],
		"secure name":      "__Host-kith=" + real,
	} {
		c.without(t, what, cookie)
	}
	c.clock.advance(12*time.Hour + time.Second) // staff's sessions end after that
	c.without(t, "expired", c.lead)
}

func (c *clinic) without(t *testing.T, what, cookie string) {
	t.Helper()
	set := func(r *http.Request) {
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
	}
	if got := upgradeWith(t, c.URL, set); got.status != http.StatusUnauthorized || got.code != "signed_out" {
		t.Errorf("%s cookie at the upgrade: %d %s", what, got.status, got.body)
	}
	if got := ask(t, nil, http.MethodGet, c.URL+"/api/me", "", set); got.status != http.StatusUnauthorized {
		t.Errorf("%s cookie at /api/me: %d", what, got.status)
	}
}

// Another site makes the browser post in somebody's name. SameSite cookies stop
// most of it; this is for browsers and embeddings where they don't.
func TestAttackCrossSitePost(t *testing.T) {
	c := openClinic(t, nil)
	for what, set := range map[string]func(*http.Request){
		"an origin of another site": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"a sandboxed page":          func(r *http.Request) { r.Header.Set("Origin", "null") },
		"fetch metadata":            func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"a sibling site":            func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
	} {
		got := ask(t, nil, http.MethodPost, c.URL+"/api/sign-out", "{}", func(r *http.Request) {
			r.Header.Set("Cookie", c.lead)
			set(r)
		})
		if got.status != http.StatusForbidden {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	if status, _, _ := c.Get(t, "/api/me", c.lead); status != http.StatusOK {
		t.Errorf("the session is gone: %d", status)
	}
	form := ask(t, nil, http.MethodPost, c.URL+"/api/sign-in", "name=a&passphrase=b", func(r *http.Request) {
		r.Header.Set("Content-Type", "text/plain") // what a form of another site can send without being asked
	})
	if form.status != http.StatusUnsupportedMediaType {
		t.Errorf("a form's body: %d", form.status)
	}
}

// A name of the attacker's is made to resolve to this machine, so that a page of
// theirs is of the same origin as the server.
func TestAttackDNSRebinding(t *testing.T) {
	s, cookie := oneMember(t)
	for _, host := range []string{
		"evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.localhost", "0.0.0.0", "[::ffff:1.2.3.4]",
	} {
		for _, path := range []string{"/", "/api/me", "/ws", "/leave", "/static/x"} {
			got := ask(t, nil, http.MethodGet, s.URL+path, "", func(r *http.Request) {
				r.Host = host
				r.Header.Set("Cookie", cookie)
				r.Header.Set("Origin", "http://"+host)
			})
			if got.status != http.StatusForbidden {
				t.Errorf("%s under %s: %d", path, host, got.status)
			}
		}
	}
	if !strings.Contains(s.Logs.String(), "-origin") {
		t.Error("the log does not name the flag that mends a wrong origin")
	}
}

// Link previews and scanners GET every address they see, with whatever they can
// make of the link. None of it spends the invitation.
func TestAttackLinkPreviewSpendsNothing(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening")
	secret := c.invite(t, c.lead, in, "participant")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut} {
		for _, path := range []string{"look", "enrol", "accept", "reset", "demo"} {
			got := ask(t, nil, method, c.URL+"/api/links/"+path+"?secret="+secret, "", nil)
			if got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, got.status)
			}
		}
		ask(t, nil, method, c.URL+"/?link="+secret, "", nil)
		ask(t, nil, method, c.URL+"/%23link="+secret, "", nil)
	}
	for range 3 { // looking spends nothing either
		if got := c.accepted(t, "/api/links/look", "", map[string]any{"secret": secret}); got["kind"] != "invite" {
			t.Errorf("look: %v", got)
		}
	}
	c.enrol(t, secret, "somebody", "Fox", nil)
	c.refused(t, http.StatusGone, "link_used", "/api/links/look", "", map[string]any{"secret": secret})
	if logs := c.Logs.String(); strings.Contains(logs, secret) {
		t.Error("the secret is in the log")
	}
}

// postRoutes are all there are, each with a body that has a field too many.
var postRoutes = []string{
	"/api/links/look", "/api/links/enrol", "/api/links/accept", "/api/links/reset", "/api/links/demo", "/api/sign-in", "/api/unlock",
	"/api/preferences", "/api/notices/seen", "/api/passphrase", "/api/sessions/end", "/api/rooms", "/api/invitations", "/api/resets", "/api/visits", "/api/visits/end", "/api/people/end-care", "/api/people/move", "/api/people/role",
	"/api/desk/claim", "/api/desk/release", "/api/desk/undo", "/api/desk/hand-over", "/api/desk/answer", "/api/duty",
	"/api/shift/offer", "/api/shift/take", "/api/shift/withdraw", "/api/help/call", "/api/help/end", "/api/second", "/api/second/begin", "/api/second/confirm", "/api/second/codes", "/api/second/forget",
}

// Bodies that fill the memory, or hope that what is not understood is let through.
func TestAttackOversizedAndUnknownBodies(t *testing.T) {
	c := openClinic(t, nil)
	large := `{"secret":"` + strings.Repeat("A", 16<<10) + `"}`
	for _, path := range postRoutes {
		with := func(r *http.Request) { r.Header.Set("Cookie", c.lead) }
		if got := ask(t, nil, http.MethodPost, c.URL+path, large, with); got.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s, over 16 KiB: %d %s", path, got.status, got.code)
		}
		for what, body := range map[string]string{
			"an unknown field": `{"surplus":1}`, "no object": `[]`, "two values": `{} {}`, "not JSON": `{`, "a wrong type": `{"secret":{},"name":{},"typing":{},"id":{},"old":{},"room":{},"passphrase":{}}`,
		} {
			got := ask(t, nil, http.MethodPost, c.URL+path, body, with)
			if got.status != http.StatusBadRequest {
				t.Errorf("%s, %s: %d %s", path, what, got.status, got.code)
			}
			if strings.Contains(got.body, "surplus") {
				t.Errorf("%s repeats what was sent", path)
			}
		}
	}
}

// What every answer must carry, by the standards' own names.
var wantHeaders = map[string][]string{
	"Content-Security-Policy": {
		"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'",
		"require-trusted-types-for 'script'",
	},
	"Referrer-Policy":              {"no-referrer"},
	"X-Content-Type-Options":       {"nosniff"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy":           {"camera=()", "microphone=()", "geolocation=()"},
	"Cache-Control":                {"no-store"},
}

// The headers are on every route, refusals and errors among them.
func TestHeadersEverywhere(t *testing.T) {
	c := openClinic(t, nil)
	asks := []answer{
		ask(t, nil, http.MethodGet, c.URL+"/nothing/here", "", nil),
		ask(t, nil, http.MethodDelete, c.URL+"/api/me", "", nil),
		ask(t, nil, http.MethodGet, c.URL+"/static/none.js", "", nil),
		ask(t, nil, http.MethodGet, c.URL+"/", "", func(r *http.Request) { r.Host = "evil.example" }),
		ask(t, nil, http.MethodPost, c.URL+"/api/sign-out", "{}", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }),
	}
	for _, cookie := range []string{"", c.lead} {
		with := func(r *http.Request) { r.Header.Set("Cookie", cookie) }
		for _, path := range []string{"/", "/api/me", "/api/sessions", "/ws"} {
			asks = append(asks, ask(t, nil, http.MethodGet, c.URL+path, "", with))
		}
		for _, path := range postRoutes {
			asks = append(asks, ask(t, nil, http.MethodPost, c.URL+path, "{}", with))
		}
	}
	asks = append(asks, ask(t, nil, http.MethodGet, c.URL+"/leave", "", nil))
	for i, got := range asks {
		checkHeaders(t, fmt.Sprintf("answer %d (%d)", i, got.status), got.header)
		if got.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("answer %d: HSTS without TLS", i)
		}
	}
	page := ask(t, nil, http.MethodGet, c.URL+"/", "", nil).body
	_, after, _ := strings.Cut(page, `"/static/`)
	file, _, _ := strings.Cut(after, `"`)
	if got := ask(t, nil, http.MethodGet, c.URL+"/static/"+file, "", nil).header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("a file under its hash: Cache-Control %q", got)
	}
}

func checkHeaders(t *testing.T, what string, header http.Header) {
	t.Helper()
	for name, parts := range wantHeaders {
		for _, part := range parts {
			if !strings.Contains(header.Get(name), part) {
				t.Errorf("%s: %s is %q, without %q", what, name, header.Get(name), part)
			}
		}
	}
}

// A participant compares the members of two rooms, to find out who is who.
func TestAttackLinkingAliasesOfTwoRooms(t *testing.T) {
	c := openClinic(t, nil)
	one, two := c.openRoom(t, "Morning"), c.openRoom(t, "Evening")
	fox := c.comeIn(t, one, "participant", "a.person", "Fox")
	c.accepted(t, "/api/links/accept", fox, map[string]any{
		"secret": c.invite(t, c.lead, two, "participant"), "alias": "Heron", "accepts": []string{"agreement", "not_emergency"},
	})
	names := make(map[string]room.ID)
	for _, in := range []room.ID{one, two} {
		watcher := servertest.Dial(t, c.URL, fox)
		for _, m := range watcher.Join(in, "").Room.Members {
			if other, again := names[m.Member]; again {
				t.Errorf("%s is called the same in %s and %s", m.Alias, other, in)
			}
			names[m.Member] = in
		}
		watcher.Post(in, "hello "+string(in))
	}
	// One room's names open nothing in the other.
	servertest.Dial(t, c.URL, c.lead).Refused("no_such_member", servertest.Command{
		"do": "end_membership", "room": two, "member": c.memberOf(t, fox, one),
	})
}
