package server_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// queue is what waits for the holder of a cookie, as kinds, once it is as much as
// expected; the queue follows the rooms, and a signal says when it has.
func (c *clinic) queue(t *testing.T, cookie string) (items []map[string]any) {
	t.Helper()
	status, answer, _ := c.Get(t, "/api/desk", cookie)
	if status != http.StatusOK {
		t.Fatalf("the queue: %d %v", status, answer)
	}
	for _, i := range answer["items"].([]any) {
		items = append(items, i.(map[string]any))
	}
	return items
}

// signalled reads until the queue has changed.
func signalled(c *servertest.Client) {
	c.Until(func(l wireclient.Line) bool { return l.Signal == "desk" })
}

// kinds reads signals until the queue holds n items, and names them.
func (c *clinic) kinds(t *testing.T, live *servertest.Client, cookie string, n int) (kinds string) {
	t.Helper()
	for {
		items := c.queue(t, cookie)
		if len(items) == n {
			for _, i := range items {
				kinds += fmt.Sprint(i["kind"], " ")
			}
			return kinds
		}
		signalled(live)
	}
}

// Everything that waits in the rooms one looks after is in one queue, with nothing of
// what was written; it says who is at it, and what is done in the room leaves it.
func TestDesk(t *testing.T) {
	w := openWard(t)
	guide, fox, lu := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox), servertest.Dial(t, w.URL, w.lu)
	guide.Join(w.room, "")
	you := fox.Join(w.room, "").You
	lu.Join(w.room, "")
	message := fox.Post(w.room, "canary one")
	guide.Must(servertest.Command{"do": "set_hold", "room": w.room, "mode": "everyone"}, nil)
	held := fox.Post(w.room, "canary two")
	if got := w.kinds(t, guide, w.moderator, 1); got != "held " {
		t.Fatal(got)
	}
	lu.Must(servertest.Command{"do": "report", "room": w.room, "message": message, "kind": "worry", "text": "canary three"}, nil)
	fox.Must(servertest.Command{"do": "write_line", "room": w.room, "text": "canary four", "member": you}, nil)
	if got := w.kinds(t, guide, w.moderator, 3); got != "worry held line " {
		t.Fatal(got)
	}
	status, answer, _ := w.Get(t, "/api/desk", w.fox)
	if status != http.StatusForbidden || codeOf(answer) != "not_allowed" {
		t.Errorf("a participant asks for the queue: %d %v", status, answer)
	}
	for _, i := range w.queue(t, w.moderator) {
		for field := range i {
			if !regexp.MustCompile(`^(item|room|kind|about|since|mine|taken|until|paged_at|failing)$`).MatchString(field) {
				t.Errorf("the queue tells %s", field)
			}
		}
	}

	item := w.queue(t, w.moderator)[1]["item"]
	w.accepted(t, "/api/desk/claim", w.moderator, map[string]any{"item": item})
	w.refused(t, http.StatusConflict, "item_taken", "/api/desk/claim", w.lead, map[string]any{"item": item})
	if i := w.queue(t, w.lead)[1]; i["taken"] != true || i["mine"] != nil {
		t.Errorf("the lead sees %v", i)
	}
	w.accepted(t, "/api/desk/claim", w.lead, map[string]any{"item": item, "take": true})
	if i := w.queue(t, w.moderator)[1]; i["taken"] != true || i["mine"] != nil {
		t.Errorf("the moderator sees %v", i)
	}
	w.accepted(t, "/api/desk/release", w.lead, map[string]any{"item": item})
	w.refused(t, http.StatusNotFound, "no_such_item", "/api/desk/claim", w.moderator, map[string]any{"item": "d_AAAAAAAAAAAAAAAAAAAAAA"})
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/desk/claim", w.fox, map[string]any{"item": item})

	guide.Must(servertest.Command{"do": "resolve_reports", "room": w.room, "message": message, "outcome": "talked", "text": ""}, nil)
	guide.Must(servertest.Command{"do": "decline", "room": w.room, "message": held, "reason": "calm"}, nil)
	if got := w.kinds(t, guide, w.moderator, 1); got != "line " {
		t.Fatal(got)
	}
	for _, l := range append(fox.Lines, lu.Lines...) {
		if l.Signal == "desk" {
			t.Error("a participant is told that the queue changed")
		}
	}
}

// A moderator of another room finds nothing of this one, and takes nothing.
func TestAttackDeskOfAnotherRoomOverTheAPI(t *testing.T) {
	w := openWard(t)
	other := w.openRoom(t, "Morning")
	kim := w.comeIn(t, other, "moderator", "other.moderator", "Kim Guide")
	guide, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	fox.Join(w.room, "")
	guide.Must(servertest.Command{"do": "set_hold", "room": w.room, "mode": "everyone"}, nil)
	fox.Post(w.room, "canary")
	w.kinds(t, guide, w.moderator, 1)
	item := w.queue(t, w.moderator)[0]["item"]
	if got := w.queue(t, kim); len(got) > 0 {
		t.Errorf("another room's moderator finds %v", got)
	}
	for _, path := range []string{"/api/desk/claim", "/api/desk/release"} {
		w.refused(t, http.StatusNotFound, "no_such_item", path, kim, map[string]any{"item": item})
	}
	// Nor this room's, once they are not its moderator any more.
	lead := servertest.Dial(t, w.URL, w.lead)
	lead.Join(w.room, "")
	who, _ := w.Hub.Tokens.ParseMember(w.room, w.memberOf(t, w.moderator, w.room))
	if _, err := w.Hub.Do(t.Context(), w.room, "", w.Hub.NewID(), room.SetRole{Person: who, Role: room.Participant}); err != nil {
		t.Fatal(err)
	}
	signalled(lead)
	if got, _, _ := w.Get(t, "/api/desk", w.moderator); got == http.StatusOK {
		t.Error("somebody who is no moderator any more asks for the queue")
	}
}

// The server is killed right after a held message was acknowledged, before or after the
// queue heard of it: it waits there when the server is up again. And looking at the queue
// holds no room in memory.
func TestDeskAfterAKill(t *testing.T) {
	c := servertest.Config(t.TempDir())
	s := servertest.Run(t, c)
	w := &clinic{Server: s, clock: new(clock), phones: map[string]*servertest.Phone{}}
	link, err := s.Gate.IssueSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.lead = w.enrol(t, link.Secret, "the.lead", "Robin Lead", map[string]any{"programme": "Harbour"})
	in := w.openRoom(t, "Evening")
	fox := w.comeIn(t, in, "participant", "person.fox", "Fox")
	s.Stop(t)

	p := servertest.StartProcess(t, c)
	w.URL = p.URL
	lead, author := servertest.Dial(t, p.URL, w.lead), servertest.Dial(t, p.URL, fox)
	lead.Join(in, "")
	author.Join(in, "")
	lead.Must(servertest.Command{"do": "set_hold", "room": in, "mode": "everyone"}, nil)
	for n := range 3 {
		author.Post(in, fmt.Sprintf("held %d", n))
		p.Kill(t)
		p.Restart(t)
		lead = servertest.Dial(t, p.URL, w.lead)
		if got := w.kinds(t, lead, w.lead, n+1); len(got) != (n+1)*len("held ") {
			t.Fatalf("after kill %d: %s", n, got)
		}
		author = servertest.Dial(t, p.URL, fox)
		author.Join(in, "")
	}
}

// Looking at the queue folds no room: a server that just started holds none afterwards.
func TestDeskFoldsNoRoom(t *testing.T) {
	w := openWard(t)
	guide, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	fox.Join(w.room, "")
	guide.Must(servertest.Command{"do": "set_hold", "room": w.room, "mode": "everyone"}, nil)
	fox.Post(w.room, "canary")
	w.kinds(t, guide, w.moderator, 1)
	w.clock.advance(time.Minute)
	if err := w.SweepDesk(t.Context()); err != nil { // so that it looks at no room when it starts
		t.Fatal(err)
	}
	w.Stop(t)
	config := w.Config
	config.Addr, config.Ops = "127.0.0.1:0", "127.0.0.1:0"
	again := &clinic{Server: servertest.Run(t, config)}
	if got := again.queue(t, w.lead); len(got) != 1 {
		t.Fatalf("the queue: %v", got)
	}
	metrics := ask(t, nil, http.MethodGet, "http://"+again.OpsAddr()+"/metrics", "", nil).body
	if !strings.Contains(metrics, "\nkith_rooms_active 0\n") {
		t.Error("a room is held in memory")
	}
	if !strings.Contains(metrics, "\nkith_desk_waiting 1\n") || strings.Contains(metrics, "\nkith_desk_oldest_seconds 0\n") {
		t.Error("the metrics do not tell that something waits")
	}
}

// What waits is on the desk of every node, wherever it came up.
func TestDeskOverTwoNodes(t *testing.T) {
	c, second := openClinicOnRedis(t)
	in := c.openRoom(t, "Evening")
	fox := c.comeIn(t, in, "participant", "a.person", "Fox")
	guide := c.comeIn(t, in, "moderator", "the.moderator", "Sam Guide")
	lead, there, away := servertest.Dial(t, c.URL, c.lead), servertest.Dial(t, second.URL, guide), servertest.Dial(t, second.URL, fox)
	for _, each := range []*servertest.Client{lead, there, away} {
		each.Join(in, "")
	}
	lead.Must(servertest.Command{"do": "set_hold", "room": in, "mode": "everyone"}, nil)
	away.Until(servertest.Event("policy"))
	away.Post(in, "held")
	other := &clinic{Server: second, clock: c.clock, phones: c.phones}
	for _, node := range []struct {
		*clinic
		live   *servertest.Client
		cookie string
	}{{c, lead, c.lead}, {other, there, guide}} {
		if got := node.kinds(t, node.live, node.cookie, 1); got != "held " {
			t.Error(got)
		}
	}
	item := c.queue(t, c.lead)[0]["item"]
	other.accepted(t, "/api/desk/claim", guide, map[string]any{"item": item})
	if i := c.queue(t, c.lead)[0]; i["taken"] != true {
		t.Errorf("the other node shows %v", i)
	}
}
