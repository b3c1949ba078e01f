package server_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

// Seven years after the last record of a room its stream ends; the programme goes on, and
// who was in the room still comes in.
func TestRecordsEndAfterTheirTerm(t *testing.T) {
	w := openWard(t)
	old := w.openRoom(t, "Morning")
	w.clock.advance(4 * 366 * 24 * time.Hour)
	visit := room.OpenVisit{Person: "p_AAAAAAAAAAAAAAAAAAAAAA", Reason: "safety", Text: "on call"}
	if _, err := w.Hub.Do(t.Context(), w.room, "", w.Hub.NewID(), visit); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(4 * 366 * 24 * time.Hour)
	if err := w.EndRecords(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Log.Head(t.Context(), hub.Stream(old)); !errors.Is(err, eventlog.ErrDropped) {
		t.Errorf("the old room's records: %v", err)
	}
	if _, err := w.Log.Head(t.Context(), hub.Stream(w.room)); err != nil {
		t.Errorf("a room in which something was written since: %v", err)
	}
	again := w.signIn(t, "the.lead", passphrase)
	status, me, _ := w.Get(t, "/api/me", again)
	if rooms, ok := me["rooms"].([]any); status != http.StatusOK || !ok || len(rooms) != 1 {
		t.Errorf("%d %v", status, me)
	}
	servertest.Dial(t, w.URL, again).Refused("no_such_room", cmd("join", old))
	if err := w.EndRecords(t.Context()); err != nil {
		t.Errorf("once more: %v", err)
	}
}

func TestKeepRecordsIsChecked(t *testing.T) {
	for _, text := range []string{"", "7y", "1y", "366d", "200y"} {
		if err := (server.Config{Addr: "127.0.0.1:0", KeepRecords: text}).Check(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"7", "y", "0y", "30d", "-1y", "7w", "201y", "99999999999y"} {
		if err := (server.Config{Addr: "127.0.0.1:0", KeepRecords: text}).Check(); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
