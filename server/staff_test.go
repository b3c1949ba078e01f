package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

// ward is a clinic with one room, a moderator of it and two participants.
type ward struct {
	*clinic
	room               room.ID
	moderator, fox, lu string // cookies
}

func openWard(t *testing.T) ward {
	t.Helper()
	c := openClinic(t, nil)
	w := ward{clinic: c, room: c.openRoom(t, "Evening")}
	w.moderator = c.comeIn(t, w.room, "moderator", "the.moderator", "Sam Guide")
	w.fox = c.comeIn(t, w.room, "participant", "person.fox", "Fox")
	w.lu = c.comeIn(t, w.room, "participant", "person.lu", "Lu")
	return w
}

// From the invitation to the first word, over HTTP and the socket alone.
func TestInviteEnrolJoin(t *testing.T) {
	w := openWard(t)
	secret := w.invite(t, w.moderator, w.room, "participant")
	look := w.accepted(t, "/api/links/look", "", map[string]any{"secret": secret})
	if look["kind"] != "invite" || look["room_name"] != "Evening" || look["role"] != "participant" || look["signed_in"] != false {
		t.Errorf("look: %v", look)
	}
	watcher := servertest.Dial(t, w.URL, w.fox)
	watcher.Join(w.room, "")
	newcomer := servertest.Dial(t, w.URL, w.enrol(t, secret, "new.person", "Wren", nil))
	watcher.Until(servertest.Event("member"))
	if j := newcomer.Join(w.room, ""); len(j.Room.Members) != 5 || j.Role != room.Participant {
		t.Errorf("joined as %v with %d members", j.Role, len(j.Room.Members))
	}
	newcomer.Post(w.room, "good evening")
	if m, err := watcher.Until(servertest.Event("message")).Posted(); err != nil || m.From.Alias != "Wren" || m.Text != "good evening" {
		t.Errorf("%+v, %v", m, err)
	}
	w.refused(t, http.StatusGone, "link_used", "/api/links/enrol", "", map[string]any{
		"secret": secret, "name": "another", "passphrase": passphrase, "alias": "Owl", "accepts": []string{"agreement", "not_emergency"},
	})
	servertest.Dial(t, w.URL, w.signIn(t, "NEW.Person", passphrase)).Join(w.room, "")
}

// Somebody with an account is invited to one more room, and stays one person.
func TestFurtherInvitation(t *testing.T) {
	w := openWard(t)
	more := w.openRoom(t, "Morning")
	live := servertest.Dial(t, w.URL, w.fox)
	live.Barrier()
	secret := w.invite(t, w.lead, more, "participant")
	accepts := []string{"agreement", "not_emergency"}
	w.refused(t, http.StatusUnauthorized, "signed_out", "/api/links/accept", "", map[string]any{"secret": secret, "alias": "Heron", "accepts": accepts})
	w.refused(t, http.StatusBadRequest, "accept_needed", "/api/links/accept", w.fox, map[string]any{"secret": secret, "alias": "Heron", "accepts": []string{"agreement"}})
	got := w.accepted(t, "/api/links/accept", w.fox, map[string]any{"secret": secret, "alias": "Heron", "accepts": accepts})
	if got["room"] != string(more) {
		t.Errorf("%v", got)
	}
	if _, me, _ := w.Get(t, "/api/me", w.fox); len(me["rooms"].([]any)) != 2 {
		t.Errorf("rooms: %v", me["rooms"])
	}
	live.Join(more, "") // the socket that was open knows of it
	again := w.invite(t, w.lead, more, "participant")
	w.refused(t, http.StatusConflict, "member_already", "/api/links/accept", w.fox, map[string]any{"secret": again, "alias": "Stork", "accepts": accepts})
	w.enrol(t, again, "somebody.else", "Stork", nil) // the link was kept for whom it is meant
}

// A moderator helps somebody who lost the passphrase: every session of theirs ends,
// the record says who made the link, and the person is told.
func TestResetByAModerator(t *testing.T) {
	w := openWard(t)
	open := servertest.Dial(t, w.URL, w.fox)
	open.Join(w.room, "")
	answer := w.accepted(t, "/api/resets", w.moderator, map[string]any{"room": w.room, "member": w.memberOf(t, w.fox, w.room)})
	secret := secretOf(t, answer)
	open.Barrier() // issuing alone ends nothing
	begun := time.Now()
	status, body, header := w.Post(t, "/api/links/reset", "", map[string]any{"secret": secret, "passphrase": otherPassphrase})
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	if code, took := ended(t, open, begun); code != 0 || took > within {
		t.Errorf("the open socket ended with %d after %v", code, took)
	}
	if status, _, _ := w.Get(t, "/api/me", w.fox); status != http.StatusUnauthorized {
		t.Errorf("an old session still opens: %d", status)
	}
	w.refused(t, http.StatusUnauthorized, "sign_in_wrong", "/api/sign-in", "", map[string]any{"name": "person.fox", "passphrase": passphrase})
	fresh := servertest.CookieFrom(header)
	_, me, _ := w.Get(t, "/api/me", fresh)
	notices, _ := me["notices"].([]any)
	if len(notices) != 1 || notices[0].(map[string]any)["kind"] != "passphrase_reset" {
		t.Errorf("notices: %v", me["notices"])
	}
	w.recordedReset(t, "person.fox", "the.moderator")
}

// recordedReset looks into the person's own stream for who made the link.
func (w ward) recordedReset(t *testing.T, whose, by string) {
	t.Helper()
	of := func(name string) person.ID {
		id, err := w.Gate.PersonNamed(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	records, err := w.Log.Read(t.Context(), of(whose).Stream(), 1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		e, err := person.Decode(r)
		if err != nil {
			t.Fatal(err)
		}
		if reset, ok := e.Fact.(person.PassphraseReset); ok {
			if reset.By != of(by).Actor() {
				t.Errorf("the record names %v as the one who made the link", reset.By)
			}
			return
		}
	}
	t.Error("no record of the reset")
}

// A moderator makes themselves a link for the account of a colleague or of the
// lead: it is as good as the account.
func TestAttackResettingStaff(t *testing.T) {
	w := openWard(t)
	second := w.comeIn(t, w.room, "moderator", "second.moderator", "Kim Guide")
	for _, cookie := range []string{second, w.lead, w.moderator} {
		w.refused(t, http.StatusForbidden, "not_allowed", "/api/resets", w.moderator,
			map[string]any{"room": w.room, "member": w.memberOf(t, cookie, w.room)})
	}
	// Nor by way of a room that they do not moderate.
	other := w.openRoom(t, "Morning")
	w.refused(t, http.StatusNotFound, "no_such_room", "/api/resets", w.moderator,
		map[string]any{"room": other, "member": w.memberOf(t, w.lead, other)})
	w.refused(t, http.StatusNotFound, "no_such_room", "/api/invitations", w.moderator,
		map[string]any{"room": other, "role": "participant", "days": 1})
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/invitations", w.moderator,
		map[string]any{"room": w.room, "role": "moderator", "days": 1})
	for _, role := range []string{"lead", "", "system", "Participant"} {
		if status, answer, _ := w.Post(t, "/api/invitations", w.lead, map[string]any{"room": w.room, "role": role, "days": 1}); status != http.StatusBadRequest {
			t.Errorf("an invitation as %q: %d %v", role, status, answer)
		}
	}
	w.accepted(t, "/api/resets", w.lead, map[string]any{"room": w.room, "member": w.memberOf(t, second, w.room)})
}

// A participant tries every act of the staff.
func TestAttackParticipantActsAsStaff(t *testing.T) {
	w := openWard(t)
	lu := w.memberOf(t, w.lu, w.room)
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/rooms", w.fox, map[string]any{"name": "Mine", "alias": "Fox"})
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/rooms", w.moderator, map[string]any{"name": "Mine", "alias": "Sam"})
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/invitations", w.fox, map[string]any{"room": w.room, "role": "participant", "days": 1})
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/resets", w.fox, map[string]any{"room": w.room, "member": lu})
	fox := servertest.Dial(t, w.URL, w.fox)
	fox.Join(w.room, "")
	author := servertest.Dial(t, w.URL, w.lu)
	author.Join(w.room, "")
	theirs := author.Post(w.room, "mine alone")
	for _, cmd := range []servertest.Command{
		{"do": "set_topic", "room": w.room, "text": "x"},
		{"do": "set_rules", "room": w.room, "text": "x"},
		{"do": "rename_room", "room": w.room, "text": "x"},
		{"do": "end_membership", "room": w.room, "member": lu},
		{"do": "show_removed", "room": w.room, "message": theirs},
	} {
		fox.Refused("not_allowed", cmd)
	}
	fox.Refused("not_yours", servertest.Command{"do": "edit", "room": w.room, "message": theirs, "text": "x"})
	fox.Refused("not_yours", servertest.Command{"do": "remove", "room": w.room, "message": theirs})
}

// staffOnly is what no line to a participant may have: anybody's id in the
// programme, and what only moderators are told of a message.
var staffOnly = regexp.MustCompile(`"p_[A-Za-z0-9_-]{22}"|"removed_at"|"removed_by"|"erased_at"|"held"|"level"|"signals"|"reported`)

// A participant reads every byte that their socket gets, for more than the page
// shows of others.
func TestAttackReadingStaffFields(t *testing.T) {
	w := openWard(t)
	fox := servertest.Dial(t, w.URL, w.fox)
	fox.Join(w.room, "")
	lu, sam := servertest.Dial(t, w.URL, w.lu), servertest.Dial(t, w.URL, w.moderator)
	lu.Join(w.room, "")
	sam.Join(w.room, "")
	secret := lu.Post(w.room, "a thing said too soon")
	kept := lu.Post(w.room, "a thing that stays")
	fox.Must(servertest.Command{"do": "react", "room": w.room, "message": kept, "reaction": "hug", "on": true}, nil)
	lu.Must(servertest.Command{"do": "edit", "room": w.room, "message": kept, "text": "better so"}, nil)
	lu.Must(servertest.Command{"do": "remove", "room": w.room, "message": secret}, nil)
	var evidence struct{ Text string }
	sam.Must(servertest.Command{"do": "show_removed", "room": w.room, "message": secret}, &evidence)
	sam.Must(servertest.Command{"do": "set_topic", "room": w.room, "text": "evening talk"}, nil)
	sam.Must(servertest.Command{"do": "end_membership", "room": w.room, "member": w.memberOf(t, w.lu, w.room)}, nil)
	fox.Until(servertest.Event("member_left"))
	fox.Must(servertest.Command{"do": "history", "room": w.room, "before": kept}, nil)
	late := servertest.Dial(t, w.URL, w.fox)
	late.Join(w.room, "")
	late.Barrier()
	for _, l := range append(fox.Lines, late.Lines...) {
		line := string(l.Raw)
		if found := staffOnly.FindString(line); found != "" {
			t.Errorf("%s in a line to a participant: %s", found, line)
		}
		for _, name := range []string{"the.lead", "the.moderator", "person.lu", "person.fox"} {
			if strings.Contains(line, name) {
				t.Errorf("a sign-in name in a line to a participant: %s", line)
			}
		}
	}
	for _, l := range late.Lines {
		if strings.Contains(string(l.Raw), "said too soon") || strings.Contains(string(l.Raw), "that stays") {
			t.Errorf("text that is gone was sent: %s", l.Raw)
		}
	}
	if !staffOnly.Match(rawOf(sam)) {
		t.Error("the scan finds nothing in what a moderator is sent, so it can find nothing")
	}
}

func rawOf(c *servertest.Client) (all []byte) {
	for _, l := range c.Lines {
		all = append(all, l.Raw...)
	}
	return all
}
