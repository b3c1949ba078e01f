package server_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

const (
	passphrase      = "four quiet rivers meet"
	otherPassphrase = "a lamp beside the sea"
)

// clock is the machine's, moved on by as much as a test wants.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time           { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(by time.Duration) { c.ahead.Add(int64(by)) }

// clinic is a server with a programme and its lead, who came in over HTTP as people
// do.
type clinic struct {
	*servertest.Server
	clock *clock
	lead  string // Cookie header
	// phones are those of the people by their sign-in names.
	phones map[string]*servertest.Phone
}

func openClinic(t *testing.T, change func(*server.Config)) *clinic {
	t.Helper()
	c := &clinic{clock: new(clock), phones: map[string]*servertest.Phone{}}
	c.Server = servertest.Start(t, func(config *server.Config) {
		config.Clock = c.clock.now
		if change != nil {
			change(config)
		}
	})
	link, err := c.Gate.IssueSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.lead = c.enrol(t, link.Secret, "the.lead", "Robin Lead", map[string]any{"programme": "Harbour"})
	return c
}

// enrol spends a link for somebody new and returns their cookie.
func (c *clinic) enrol(t *testing.T, secret, name, alias string, more map[string]any) string {
	t.Helper()
	body := map[string]any{
		"secret": secret, "name": name, "passphrase": passphrase, "alias": alias, "accepts": []string{"agreement", "not_emergency"},
	}
	for k, v := range more {
		body[k] = v
	}
	status, answer, header := c.Post(t, "/api/links/enrol", "", body)
	cookie := servertest.CookieFrom(header)
	if status != http.StatusOK || cookie == "" {
		t.Fatalf("enrol: %d %v", status, answer)
	}
	return c.secondStep(t, name, cookie)
}

// secondStep sets up or gives what a session lacks, if it lacks anything.
func (c *clinic) secondStep(t *testing.T, name, cookie string) string {
	t.Helper()
	switch c.Lacks(t, cookie) {
	case "set_up":
		c.phones[name] = c.SetUpPhone(t, cookie, c.clock.now())
	case "give":
		c.clock.advance(30 * time.Second) // to the next code: each is good once
		c.accepted(t, "/api/second", cookie, map[string]any{"code": c.phones[name].Code(t, c.clock.now())})
	}
	return cookie
}

// openRoom opens a room that the lead leads.
func (c *clinic) openRoom(t *testing.T, name string) room.ID {
	t.Helper()
	status, answer, _ := c.Post(t, "/api/rooms", c.lead, map[string]any{"name": name, "alias": "Robin " + name})
	if status != http.StatusOK {
		t.Fatalf("open a room: %d %v", status, answer)
	}
	return room.ID(answer["room"].(string))
}

// invite makes a link into a room and returns its secret.
func (c *clinic) invite(t *testing.T, by string, in room.ID, role string) string {
	t.Helper()
	status, answer, _ := c.Post(t, "/api/invitations", by, map[string]any{"room": in, "role": role, "days": 7})
	if status != http.StatusOK {
		t.Fatalf("invite: %d %v", status, answer)
	}
	return secretOf(t, answer)
}

func secretOf(t *testing.T, answer map[string]any) string {
	t.Helper()
	_, secret, ok := strings.Cut(answer["link"].(string), "/#link=")
	if !ok {
		t.Fatalf("no link: %v", answer)
	}
	return secret
}

// comeIn invites somebody new and lets them in.
func (c *clinic) comeIn(t *testing.T, in room.ID, role, name, alias string) string {
	t.Helper()
	return c.enrol(t, c.invite(t, c.lead, in, role), name, alias, nil)
}

// signIn starts one more session.
func (c *clinic) signIn(t *testing.T, name, with string) string {
	t.Helper()
	status, answer, header := c.Post(t, "/api/sign-in", "", map[string]any{"name": name, "passphrase": with})
	if status != http.StatusOK {
		t.Fatalf("sign in: %d %v", status, answer)
	}
	return c.secondStep(t, name, servertest.CookieFrom(header))
}

// memberOf is what the holder of a cookie is called in a room.
func (c *clinic) memberOf(t *testing.T, cookie string, in room.ID) string {
	t.Helper()
	return servertest.Dial(t, c.URL, cookie).Join(in, "").You
}

// refused posts what has to be refused with a status and code.
func (c *clinic) refused(t *testing.T, status int, code, path, cookie string, body any) {
	t.Helper()
	got, answer, _ := c.Post(t, path, cookie, body)
	if got != status || codeOf(answer) != code {
		t.Errorf("POST %s: %d %v, want %d %s", path, got, answer, status, code)
	}
}

// accepted posts what has to go well.
func (c *clinic) accepted(t *testing.T, path, cookie string, body any) map[string]any {
	t.Helper()
	status, answer, _ := c.Post(t, path, cookie, body)
	if status != http.StatusOK {
		t.Fatalf("POST %s: %d %v", path, status, answer)
	}
	return answer
}

func codeOf(answer map[string]any) string {
	e, _ := answer["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// answer is what came back for one raw request.
type answer struct {
	status int
	header http.Header
	body   string
	code   string // of the error, if it is one
}

// ask sends a request of which the test sets every part.
func ask(t *testing.T, client *http.Client, method, url, body string, set func(*http.Request)) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if set != nil {
		set(r)
	}
	if client == nil {
		client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	got, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer got.Body.Close()
	if got.StatusCode == http.StatusSwitchingProtocols {
		return answer{got.StatusCode, got.Header, "", ""} // what follows is no body
	}
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	var shape map[string]any
	_ = json.Unmarshal(text, &shape) // pages are not JSON
	return answer{got.StatusCode, got.Header, string(text), codeOf(shape)}
}

// ended reads until the server ends a connection, and says how and how long it took.
func ended(t *testing.T, c *servertest.Client, since time.Time) (code wire.CloseCode, took time.Duration) {
	t.Helper()
	for {
		if _, err := c.TryRead(); err != nil {
			if took = time.Since(since); took > reallyLate {
				t.Fatalf("the connection was not ended: %v", err)
			}
			return wireclient.CloseCode(err), took
		}
	}
}
