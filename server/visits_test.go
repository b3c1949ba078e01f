package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/access"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

// Somebody of the team looks into a room that is not theirs: for a reason and with words,
// for an hour, seeing and not writing. The lead is told, the room's team too, and what was
// read is written down without what was read.
func TestVisit(t *testing.T) {
	w := openWard(t)
	other := w.openRoom(t, "Morning")
	wren := w.comeIn(t, other, "participant", "person.wren", "Wren")
	w.comeIn(t, other, "moderator", "other.moderator", "Kim Guide")
	writer := servertest.Dial(t, w.URL, wren)
	writer.Join(other, "")
	writer.Post(other, "canary of the morning")

	ask := map[string]any{"room": other, "reason": "safety", "text": "a call came in about Wren"}
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/visits", w.fox, ask)
	w.refused(t, http.StatusBadRequest, "text_empty", "/api/visits", w.moderator, map[string]any{"room": other, "reason": "safety", "text": " "})
	w.refused(t, http.StatusBadRequest, "bad_value", "/api/visits", w.moderator, map[string]any{"room": other, "reason": "curious", "text": "x"})
	w.refused(t, http.StatusNotFound, "no_such_room", "/api/visits", w.moderator, map[string]any{"room": "r_AAAAAAAAAAAAAAAAAAAAAA", "reason": "safety", "text": "x"})
	guest := servertest.Dial(t, w.URL, w.moderator)
	if got := guest.Do(servertest.Command{"do": "join", "room": other}); got.Error == nil || got.Error.Code != "no_such_room" {
		t.Fatalf("joined without a visit: %s", got.Raw)
	}
	w.accepted(t, "/api/visits", w.moderator, ask)

	j := guest.Join(other, "")
	if j.Role != room.Visitor || j.Leaves == 0 || len(j.Messages) != 1 {
		t.Fatalf("the visitor joined as %v until %d with %d messages", j.Role, j.Leaves, len(j.Messages))
	}
	for _, c := range []servertest.Command{
		{"do": "post", "room": other, "text": "hello"},
		{"do": "hide", "room": other, "message": j.Messages[0].ID, "reason": "other"},
		{"do": "react", "room": other, "message": j.Messages[0].ID, "reaction": "hug", "on": true},
		{"do": "write_line", "room": other, "member": j.Messages[0].From.Member, "text": "hello"},
	} {
		if got := guest.Do(c); got.Error == nil {
			t.Errorf("a visitor may %v", c["do"])
		}
	}
	if _, me, _ := w.Get(t, "/api/me", w.lead); !strings.Contains(fmt.Sprint(me["notices"]), "kind:visit") {
		t.Errorf("the lead is told %v", me["notices"])
	}
	if strings.Contains(string(writer.Do(servertest.Command{"do": "join", "room": other}).Raw), "visit") {
		t.Error("a participant is told of the visit")
	}
	w.clock.advance(time.Hour + time.Second)
	if got := servertest.Dial(t, w.URL, w.signIn(t, "the.moderator", passphrase)).Do(servertest.Command{"do": "join", "room": other}); got.Error == nil {
		t.Error("the visit goes on after its hour")
	}
	reads := w.readRecord(t)
	if !strings.Contains(reads, `"what":"page","visit":true`) || strings.Contains(reads, "canary") {
		t.Errorf("the record of reading is %s", reads)
	}
}

// A visit may be ended early, and its connections are cut with it.
func TestVisitEndsEarly(t *testing.T) {
	w := openWard(t)
	other := w.openRoom(t, "Morning")
	w.accepted(t, "/api/visits", w.moderator, map[string]any{"room": other, "reason": "safety", "text": "on call"})
	guest := servertest.Dial(t, w.URL, w.moderator)
	guest.Join(other, "")
	w.accepted(t, "/api/visits/end", w.moderator, map[string]any{"room": other})
	for { // what was on its way, and then the end
		if _, err := guest.TryRead(); err != nil {
			break
		}
	}
	w.accepted(t, "/api/visits/end", w.moderator, map[string]any{"room": other}) // twice is harmless
}

// Moderators of a room read there as a matter of course, and that is written down too;
// what participants read is not.
func TestReadingOfStaffIsRecorded(t *testing.T) {
	w := openWard(t)
	fox := servertest.Dial(t, w.URL, w.fox)
	fox.Join(w.room, "")
	id := fox.Post(w.room, "canary")
	if got := w.readRecord(t); strings.Contains(got, "read") {
		t.Fatalf("a participant's reading is recorded: %s", got)
	}
	guide := servertest.Dial(t, w.URL, w.moderator)
	guide.Join(w.room, "")
	guide.Do(servertest.Command{"do": "hide", "room": w.room, "message": id, "reason": "other"})
	guide.Do(servertest.Command{"do": "show_removed", "room": w.room, "message": id})
	got := w.readRecord(t)
	if strings.Count(got, `"what":"page"`) != 1 || strings.Count(got, `"what":"evidence"`) != 1 || strings.Contains(got, "canary") {
		t.Errorf("the record of reading is %s", got)
	}
}

// readRecord is the stream of what the team read, as it is stored.
func (w ward) readRecord(t *testing.T) string {
	t.Helper()
	records, err := w.Log.Read(t.Context(), access.Stream, 1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, r := range records {
		all.Write(r.Meta)
		all.Write(r.Body)
	}
	return all.String()
}
