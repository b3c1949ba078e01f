package server_test

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// proofs sets the proof of a room's second record behind the server's back, and returns what
// it was.
func (w *ward) proofs(t *testing.T, in room.ID, proof []byte) (was []byte) {
	t.Helper()
	w.Stop(t)
	db, err := sql.Open("sqlite", filepath.Join(w.Config.Data, "kith.db"))
	if err != nil {
		t.Fatal(err)
	}
	const at = ` WHERE seq = 2 AND stream = (SELECT id FROM streams WHERE name = ?)`
	if err := db.QueryRow(`SELECT proof FROM records`+at, hub.Stream(in)).Scan(&was); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE records SET proof = ?`+at, proof, hub.Stream(in)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	w.Server = servertest.Run(t, w.Config)
	return was
}

// spoil makes a room one that cannot be read.
func (w *ward) spoil(t *testing.T, in room.ID) (was []byte) { return w.proofs(t, in, make([]byte, 96)) }

// One room cannot be read any more. Whoever is in it, of the team or not, has all their
// other rooms, can sign in, be on duty and ask for a person.
func TestOneRoomThatCannotBeRead(t *testing.T) {
	w := openWard(t)
	bad := w.openRoom(t, "Morning")
	for cookie, as := range map[string]string{w.moderator: "moderator", w.fox: "participant"} {
		secret := w.invite(t, w.lead, bad, as)
		w.accepted(t, "/api/links/accept", cookie, map[string]any{"secret": secret, "alias": "Heron " + as, "accepts": []string{"agreement", "not_emergency"}})
	}
	if err := w.SweepDesk(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.spoil(t, bad)
	w.moderator, w.fox = w.signIn(t, "the.moderator", passphrase), w.signIn(t, "person.fox", passphrase)

	guide, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	fox.Join(w.room, "")
	_, me, _ := w.Get(t, "/api/me", w.fox)
	for _, line := range me["rooms"].([]any) { // nobody is told that they have left it
		row := line.(map[string]any)
		if unreadable := row["unreadable"] == true; unreadable != (row["room"] == string(bad)) {
			t.Errorf("the rooms of a member: %v", row)
		}
	}
	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
	onDuty(fox, 1)
	if rooms, _ := w.console(t, w.moderator)["rooms"].([]any); len(rooms) != 2 {
		t.Errorf("the console shows %v", rooms)
	}
	if status, answer, _ := w.Get(t, "/api/colleagues", w.moderator); status != http.StatusOK || len(answer["colleagues"].([]any)) != 1 {
		t.Errorf("colleagues: %d %v", status, answer)
	}
	if h := w.helpOf(t, w.Server, w.fox); h["room"] != string(w.room) {
		t.Errorf("help of %v", h)
	}
	w.accepted(t, "/api/help/call", w.fox, map[string]any{"id": wireclient.NewID()})
	w.kinds(t, guide, w.moderator, 1)
}

// A room cannot be read while somebody goes off duty. When it can be again, it does not say
// that they are there.
func TestOffDutyReachesARoomThatCouldNotBeRead(t *testing.T) {
	w := openWard(t)
	bad := w.openRoom(t, "Morning")
	servertest.Dial(t, w.URL, w.lead).Join(bad, "")
	w.accepted(t, "/api/duty", w.lead, map[string]any{"on": true})
	was := w.spoil(t, bad)
	w.accepted(t, "/api/duty", w.lead, map[string]any{"on": false})
	w.sweepDuty(t)
	w.proofs(t, bad, was)
	w.sweepDuty(t)
	team, err := w.Hub.Team(t.Context(), bad)
	if err != nil || len(team) != 1 || team[0].OnDuty {
		t.Errorf("the room says %+v, %v", team, err)
	}
}

// The only room that makes somebody one of the team cannot be read: they are asked for their
// second step all the same, and somebody who has none is not.
func TestAttackSecondStepPastAnUnreadableRoom(t *testing.T) {
	w := openWard(t)
	w.spoil(t, w.room)
	lacks := func(name string) string {
		status, _, header := w.Post(t, "/api/sign-in", "", map[string]any{"name": name, "passphrase": passphrase})
		if status != http.StatusOK {
			t.Fatal("sign in:", status)
		}
		return w.Lacks(t, servertest.CookieFrom(header))
	}
	if got := lacks("the.moderator"); got != "give" {
		t.Errorf("a moderator's session lacks %q", got)
	}
	if got := lacks("person.fox"); got != "" {
		t.Errorf("a participant's session lacks %q", got)
	}
}

// Who is on duty is so in a room, too, that they open, come into, or are made a moderator
// of meanwhile.
func TestDutyInANewRoom(t *testing.T) {
	w := openWard(t)
	servertest.Dial(t, w.URL, w.moderator).Join(w.room, "")
	servertest.Dial(t, w.URL, w.lead).Join(w.room, "")
	w.accepted(t, "/api/duty", w.lead, map[string]any{"on": true})
	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
	fresh := w.openRoom(t, "Morning")
	on := func(in room.ID) (n int) {
		team, err := w.Hub.Team(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range team {
			if m.OnDuty {
				n++
			}
		}
		return n
	}
	if n := on(fresh); n != 1 {
		t.Errorf("%d on duty in a room that somebody on duty opened", n)
	}
	secret := w.invite(t, w.lead, fresh, "moderator")
	w.accepted(t, "/api/links/accept", w.moderator, map[string]any{"secret": secret, "alias": "Sam Morning", "accepts": []string{"agreement", "not_emergency"}})
	if n := on(fresh); n != 2 {
		t.Errorf("%d on duty where somebody on duty came in", n)
	}
}

// A shift is taken by somebody who looks after one of two rooms: the other room does not
// lose whom it has.
func TestShiftOfARoomThatOnlyOneLooksAfter(t *testing.T) {
	w := openWard(t)
	alone := w.openRoom(t, "Morning")
	guide, lead := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.lead)
	guide.Join(w.room, "")
	lead.Join(alone, "")
	w.accepted(t, "/api/duty", w.lead, map[string]any{"on": true})
	to := map[string]any{"room": w.room, "member": w.memberOf(t, w.moderator, w.room)}
	shift := w.accepted(t, "/api/shift/offer", w.lead, to)["shift"]
	if ended := w.accepted(t, "/api/shift/take", w.moderator, map[string]any{"shift": shift})["ended"]; ended != false {
		t.Error("whoever handed over is off duty, and nobody is left in their other room")
	}
	if on := w.console(t, w.lead)["duty"]; on != true {
		t.Errorf("on duty: %v", on)
	}
	w.refused(t, http.StatusNotFound, "no_such_shift", "/api/shift/take", w.lead, map[string]any{"shift": shift})
}

// What was done with an item is undone by whoever did it, as long as nobody did something
// else; by nobody else, and once.
func TestUndo(t *testing.T) {
	w := openWard(t)
	guide, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	you := fox.Join(w.room, "").You
	fox.Must(cmd("write_line", w.room, "member", you, "text", "could we talk?"), nil)
	w.kinds(t, guide, w.moderator, 1)
	item := map[string]any{"item": w.queue(t, w.moderator)[0]["item"]}
	mine := func(cookie string) bool { return w.queue(t, cookie)[0]["mine"] == true }

	w.refused(t, http.StatusConflict, "no_undo", "/api/desk/undo", w.moderator, item)
	w.accepted(t, "/api/desk/claim", w.lead, item)
	w.accepted(t, "/api/desk/claim", w.moderator, map[string]any{"item": item["item"], "take": true})
	w.refused(t, http.StatusConflict, "no_undo", "/api/desk/undo", w.lead, item)
	w.accepted(t, "/api/desk/undo", w.moderator, item)
	if !mine(w.lead) || mine(w.moderator) {
		t.Error("what was taken from somebody is not theirs again")
	}
	w.refused(t, http.StatusConflict, "no_undo", "/api/desk/undo", w.moderator, item)
	w.accepted(t, "/api/desk/release", w.lead, item)
	w.accepted(t, "/api/desk/undo", w.lead, item)
	if !mine(w.lead) {
		t.Error("what was given back is not theirs again")
	}
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/desk/undo", w.fox, item)
	w.refused(t, http.StatusNotFound, "no_such_item", "/api/desk/undo", w.lead, map[string]any{"item": "d_AAAAAAAAAAAAAAAAAAAAAA"})
}

// Who calls is told that the call went out by the pager, or that it could not so far.
func TestCallerIsToldOfThePager(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(broken.Close)
	c := openClinic(t, func(config *server.Config) {
		config.CallWebhook, config.CallSecret = broken.URL, "a secret that is long enough for it"
	})
	in := c.openRoom(t, "Evening")
	guide := servertest.Dial(t, c.URL, c.comeIn(t, in, "moderator", "the.moderator", "Sam Guide"))
	fox := c.comeIn(t, in, "participant", "person.fox", "Fox")
	c.accepted(t, "/api/help/call", fox, map[string]any{"id": wireclient.NewID()})
	if err := c.SweepDesk(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := c.helpOf(t, c.Server, fox); h["paged_at"] != nil || h["paging_fails"] != nil {
		t.Errorf("before its time: %v", h)
	}
	c.clock.advance(3 * time.Minute)
	for c.helpOf(t, c.Server, fox)["paging_fails"] != true {
		signalled(guide) // with each try, and how it ended
	}
}
