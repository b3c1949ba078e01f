package server_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

func unmarshal(l wireclient.Line, into any) bool { return json.Unmarshal(l.Raw, into) == nil }

// helpOf is what somebody is told who may need a person: of their first room.
func (c *clinic) helpOf(t *testing.T, s *servertest.Server, cookie string) map[string]any {
	t.Helper()
	status, answer, _ := s.Get(t, "/api/help", cookie)
	rooms, _ := answer["rooms"].([]any)
	if status != http.StatusOK || len(rooms) == 0 {
		t.Fatalf("help: %d %v", status, answer)
	}
	return rooms[0].(map[string]any)
}

// callsIn counts the calls in a room's log.
func callsIn(t *testing.T, s *servertest.Server, in room.ID) (n int) {
	t.Helper()
	for e := range entries(t, s.Log, in) {
		if _, ok := e.Event.(*room.HelpCalled); ok {
			n++
		}
	}
	return n
}

// Somebody who is muted, in a room that is paused, with no socket, asks for a person: over
// plain requests, on one node. It rings with the moderator on the other within a second,
// stands above everything else, is asked once however often it is sent, and the person is
// told who has read it.
func TestCallForHelp(t *testing.T) {
	c, second := openClinicOnRedis(t)
	in := c.openRoom(t, "Evening")
	moderator := c.comeIn(t, in, "moderator", "the.moderator", "Sam Guide")
	fox, lu := c.comeIn(t, in, "participant", "person.fox", "Fox"), c.comeIn(t, in, "participant", "person.lu", "Lu")
	guide := servertest.Dial(t, second.URL, moderator)
	guide.Join(in, "")
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	lead.Must(cmd("set_hold", in, "mode", "everyone"), nil)
	other := servertest.Dial(t, c.URL, lu)
	other.Join(in, "")
	other.Post(in, "this waits for longer")
	lead.Must(cmd("mute", in, "member", c.memberOf(t, fox, in), "for", 3_600_000, "reason", "calm"), nil)
	lead.Must(cmd("pause", in, "for", 3_600_000, "reason", "calm"), nil)
	onOther := clinic{Server: second}
	onOther.kinds(t, guide, moderator, 1)

	id := wireclient.NewID()
	begun := time.Now()
	c.accepted(t, "/api/help/call", fox, map[string]any{"id": id})
	for len(onOther.queue(t, moderator)) < 2 {
		signalled(guide)
	}
	t.Logf("it rang on the other node after %v", time.Since(begun).Round(time.Millisecond))
	items := onOther.queue(t, moderator)
	if items[0]["kind"] != "call" {
		t.Fatalf("the first of the queue is %v", items[0])
	}
	c.accepted(t, "/api/help/call", fox, map[string]any{"id": id})
	c.accepted(t, "/api/help/call", fox, map[string]any{"id": wireclient.NewID(), "room": in})
	if n := callsIn(t, c.Server, in); n != 1 {
		t.Errorf("%d calls stand in the room", n)
	}
	if call := c.helpOf(t, c.Server, fox)["call"].(map[string]any); call["answered_at"] != nil {
		t.Errorf("read before anybody did: %v", call)
	}
	// Claiming it is not reading it.
	onOther.accepted(t, "/api/desk/claim", moderator, map[string]any{"item": items[0]["item"]})
	if call := c.helpOf(t, c.Server, fox)["call"].(map[string]any); call["answered_at"] != nil {
		t.Errorf("read when it was taken: %v", call)
	}
	onOther.refused(t, http.StatusForbidden, "not_allowed", "/api/desk/answer", lu, map[string]any{"item": items[0]["item"]})
	onOther.refused(t, http.StatusNotFound, "no_such_item", "/api/desk/answer", moderator, map[string]any{"item": items[1]["item"]})
	onOther.accepted(t, "/api/desk/answer", moderator, map[string]any{"item": items[0]["item"]})
	by := c.helpOf(t, c.Server, fox)["call"].(map[string]any)
	if by["answered_at"] == nil || by["by"].(map[string]any)["alias"] != "Sam Guide" {
		t.Errorf("who has read it: %v", by)
	}
	// Read is not yet answered: the line waits for words.
	for {
		items := onOther.queue(t, moderator)
		if len(items) == 2 && items[0]["kind"] != "call" {
			break
		}
		signalled(guide)
	}
	c.accepted(t, "/api/help/end", fox, map[string]any{"room": in})
	if call := c.helpOf(t, c.Server, fox)["call"]; call != nil {
		t.Errorf("it still calls: %v", call)
	}
}

// A call goes where somebody is on duty, if the person names no room, and into no room that
// is not theirs.
func TestCallGoesWhereSomebodyIs(t *testing.T) {
	w := openWard(t)
	morning := w.openRoom(t, "Morning")
	secret := w.invite(t, w.lead, morning, "participant")
	w.accepted(t, "/api/links/accept", w.fox, map[string]any{"secret": secret, "alias": "Heron", "accepts": []string{"agreement", "not_emergency"}})
	kim := w.comeIn(t, morning, "moderator", "kim.moderator", "Kay Guide")
	servertest.Dial(t, w.URL, kim).Join(morning, "")
	w.accepted(t, "/api/duty", kim, map[string]any{"on": true})
	w.accepted(t, "/api/help/call", w.fox, map[string]any{"id": wireclient.NewID()})
	if n, other := callsIn(t, w.Server, morning), callsIn(t, w.Server, w.room); n != 1 || other != 0 {
		t.Errorf("%d calls where somebody is, %d where nobody is", n, other)
	}
	w.refused(t, http.StatusNotFound, "no_such_room", "/api/help/call", w.lu, map[string]any{"id": wireclient.NewID(), "room": morning})
	w.refused(t, http.StatusNotFound, "no_such_room", "/api/help/call", w.moderator, map[string]any{"id": wireclient.NewID()})
	w.refused(t, http.StatusBadRequest, "bad_id", "/api/help/call", w.lu, map[string]any{"id": "now"})
}

// A peer learns nothing of a call, neither that there is one nor who makes it.
func TestAttackPeersWatchForCalls(t *testing.T) {
	w := openWard(t)
	guide, lu := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.lu)
	guide.Join(w.room, "")
	lu.Join(w.room, "")
	w.accepted(t, "/api/help/call", w.fox, map[string]any{"id": wireclient.NewID()})
	guide.Until(servertest.Event("call"))
	guide.Post(w.room, "good evening")
	lu.Until(servertest.Event("message"))
	for _, l := range lu.Lines {
		if l.Event == "call" {
			t.Errorf("a peer is told: %s", l.Raw)
		}
	}
	if j := servertest.Dial(t, w.URL, w.lu).Join(w.room, ""); j.Call != nil || len(j.Calls) != 0 {
		t.Errorf("a peer who joins is told: %+v %+v", j.Call, j.Calls)
	}
	if j := servertest.Dial(t, w.URL, w.moderator).Join(w.room, ""); len(j.Calls) != 1 {
		t.Errorf("a moderator who joins is told: %+v", j.Calls)
	}
}

// Somebody rings the team's bell all night: after a few it has to wait, and what was open
// stays open.
func TestAttackRingingAllNight(t *testing.T) {
	w := openWard(t)
	refused := 0
	for range 20 {
		status, answer, _ := w.Post(t, "/api/help/call", w.fox, map[string]any{"id": wireclient.NewID()})
		if status == http.StatusTooManyRequests && codeOf(answer) == "slow_down" {
			refused++
			continue
		}
		w.Post(t, "/api/help/end", w.fox, map[string]any{"room": w.room})
	}
	if n := callsIn(t, w.Server, w.room); n > 6 || refused < 10 {
		t.Errorf("%d calls, %d refused", n, refused)
	}
	w.clock.advance(11 * time.Second)
	w.accepted(t, "/api/help/call", w.fox, map[string]any{"id": wireclient.NewID()})
}
