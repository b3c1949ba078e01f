package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// An invitation with a first and a last day: before the first it lets nobody in, from the
// last on its member is out, by the clock alone.
func TestMembershipWithABeginningAndAnEnd(t *testing.T) {
	w := openWard(t)
	now := w.clock.now()
	invitation := map[string]any{
		"room": w.room, "role": "participant", "days": 7, "from": now.Add(48 * time.Hour).UnixMilli(), "until": now.Add(96 * time.Hour).UnixMilli(),
	}
	for field, bad := range map[string]int64{
		"from": now.Add(91 * 24 * time.Hour).UnixMilli(), "until": now.Add(-time.Hour).UnixMilli(),
	} {
		wrong := map[string]any{"room": w.room, "role": "participant", "days": 7, field: bad}
		w.refused(t, http.StatusBadRequest, "bad_value", "/api/invitations", w.lead, wrong)
	}
	secret := secretOf(t, w.accepted(t, "/api/invitations", w.moderator, invitation))
	w.refused(t, http.StatusConflict, "link_early", "/api/links/look", "", map[string]any{"secret": secret})
	w.refused(t, http.StatusConflict, "link_early", "/api/links/enrol", "", map[string]any{
		"secret": secret, "name": "new.person", "passphrase": passphrase, "alias": "Wren", "accepts": []string{"agreement", "not_emergency"},
	})
	w.clock.advance(49 * time.Hour)
	wren := w.enrol(t, secret, "new.person", "Wren", nil)
	live := servertest.Dial(t, w.URL, wren)
	if j := live.Join(w.room, ""); int64(j.Ends) != invitation["until"] {
		t.Errorf("told that it ends at %d", j.Ends)
	}
	live.Post(w.room, "hello")
	w.clock.advance(48 * time.Hour)
	again := w.signIn(t, "new.person", passphrase)
	if got := servertest.Dial(t, w.URL, again).Do(cmd("join", w.room)); got.Error == nil || got.Error.Code != "no_such_room" {
		t.Errorf("joined after the last day: %s", got.Raw)
	}
	if err := w.Hub.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	lead := servertest.Dial(t, w.URL, w.signIn(t, "the.lead", passphrase))
	if n := len(lead.Join(w.room, "").Room.Members); n != 4 {
		t.Errorf("%d stand in the list of members", n)
	}
}

// reallyLate is when a socket that should close within a second has not been closed at
// all, however slow the machine is.
const reallyLate = 15 * time.Second

// An expired membership opens nothing: no post, no page, no text over a socket that was
// open all along, though no record says yet that it has ended.
func TestAttackExpiredMembership(t *testing.T) {
	w := openWard(t)
	guide, fox, lu := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox), servertest.Dial(t, w.URL, w.lu)
	guide.Join(w.room, "")
	foxID := fox.Join(w.room, "").You
	lu.Join(w.room, "")
	until := w.clock.now().Add(time.Minute).UnixMilli()
	fox.Refused("not_allowed", cmd("set_term", w.room, "member", foxID, "until", 0))
	guide.Refused("bad_value", cmd("set_term", w.room, "member", foxID, "until", w.clock.now().Add(-time.Minute).UnixMilli()))
	guide.Must(cmd("set_term", w.room, "member", foxID, "until", until), nil)
	if l := fox.Until(servertest.Event("term")); !strings.Contains(string(l.Raw), `"until":`) {
		t.Errorf("they are told %s", l.Raw)
	}
	message := fox.Post(w.room, "still here")
	w.clock.advance(time.Minute)
	for _, c := range []servertest.Command{
		cmd("post", w.room, "text", "too late"), cmd("edit", w.room, "message", message, "text", "changed"), cmd("react", w.room, "message", message, "reaction", "hug", "on", true),
		cmd("write_line", w.room, "member", foxID, "text", "hello"), cmd("history", w.room, "before", message), cmd("join", w.room),
	} {
		c["id"] = wireclient.NewID()
		if fox.Send(t.Context(), c) != nil {
			break // cut meanwhile: that is right too
		}
		for {
			l, err := fox.TryRead()
			if err != nil {
				break
			}
			if l.Answer == nil || *l.Answer != c["id"] {
				continue
			}
			if l.Error == nil {
				t.Errorf("after the end: %v: %s", c["do"], l.Raw)
			}
			break
		}
	}
	lu.Post(w.room, "canary of afterwards")
	begun := time.Now()
	for {
		l, err := fox.TryRead()
		if err != nil {
			break
		}
		if strings.Contains(string(l.Raw), "canary") {
			t.Errorf("they are told %s", l.Raw)
		}
	}
	if took := time.Since(begun); took > reallyLate {
		t.Errorf("the socket was open for another %v", took)
	} else {
		t.Logf("closed after %v", took.Round(time.Millisecond))
	}
	for _, l := range lu.Lines {
		if l.Event == "term" || strings.Contains(string(l.Raw), `"until"`) {
			t.Errorf("a peer is told %s", l.Raw)
		}
	}
}

// The team's words about somebody are in no frame to a peer, and none to the person: not
// as they are written, not on coming back, not in the list of members.
func TestAttackReadingTheTeamsLabels(t *testing.T) {
	w := openWard(t)
	guide, fox, lu := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox), servertest.Dial(t, w.URL, w.lu)
	guide.Join(w.room, "")
	j := fox.Join(w.room, "")
	lu.Join(w.room, "")
	fox.Refused("not_allowed", cmd("set_label", w.room, "member", j.You, "text", "mine"))
	guide.Must(cmd("set_label", w.room, "member", j.You, "text", "canary of the team"), nil)
	lead := servertest.Dial(t, w.URL, w.lead)
	if got := lead.Join(w.room, "").Labels; len(got) != 1 || got[j.You] != "canary of the team" {
		t.Errorf("the lead is told %v", got)
	}
	for name, c := range map[string]*servertest.Client{"the person": fox, "a peer": lu} {
		c.Do(cmd("join", w.room, "after", j.Pos))
		c.Do(cmd("part", w.room))
		c.Join(w.room, "")
		for _, l := range c.Lines {
			if raw := string(l.Raw); strings.Contains(raw, "canary") || strings.Contains(raw, "label") {
				t.Errorf("%s is told %s", name, raw)
			}
		}
	}
	guide.Must(cmd("set_label", w.room, "member", j.You, "text", ""), nil)
	if got := servertest.Dial(t, w.URL, w.lead).Join(w.room, "").Labels; len(got) != 0 {
		t.Errorf("after it was taken away: %v", got)
	}
}
