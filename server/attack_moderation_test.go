package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// cmd is a command in few words: what to do in a room, then pairs of fields.
func cmd(do string, in room.ID, pairs ...any) servertest.Command {
	c := servertest.Command{"do": do, "room": in}
	for i := 0; i < len(pairs); i += 2 {
		c[pairs[i].(string)] = pairs[i+1]
	}
	return c
}

// table is a ward with everybody seated.
type table struct {
	ward
	lead, guide, fox, lu *servertest.Client
	foxID, luID          string
}

func seated(t *testing.T) table {
	t.Helper()
	w := openWard(t)
	s := table{ward: w}
	for cookie, into := range map[string]**servertest.Client{w.lead: &s.lead, w.moderator: &s.guide, w.fox: &s.fox, w.lu: &s.lu} {
		*into = servertest.Dial(t, w.URL, cookie)
		(*into).Join(w.room, "")
	}
	s.foxID, s.luID = w.memberOf(t, w.fox, w.room), w.memberOf(t, w.lu, w.room)
	return s
}

// since is what a client is sent while something happens, up to a barrier.
func since(c *servertest.Client, do func()) (raw string) {
	c.Barrier()
	from := len(c.Lines)
	do()
	c.Barrier()
	for _, l := range c.Lines[from:] {
		if l.Signal == "" && l.Answer == nil {
			raw += string(l.Raw) + "\n"
		}
	}
	return raw
}

// Attack: somebody who is muted goes on talking by changing what they wrote before.
func TestAttackEditAfterMute(t *testing.T) {
	s := seated(t)
	id := s.fox.Post(s.room, "harmless")
	s.guide.Must(cmd("mute", s.room, "member", s.foxID, "for", 60_000, "reason", "unkind"), nil)
	s.fox.Refused("muted", cmd("edit", s.room, "message", id, "text", "not harmless"))
}

// Attack: reactions, or a new alias, as a channel round a mute.
func TestAttackReactionOrAliasRoundAMute(t *testing.T) {
	s := seated(t)
	id := s.lu.Post(s.room, "hello")
	s.guide.Must(cmd("mute", s.room, "member", s.foxID, "for", 600_000, "reason", "unkind"), nil)
	s.fox.Refused("muted", cmd("react", s.room, "message", id, "reaction", "hug", "on", true))
	s.guide.Must(cmd("remove_member", s.room, "member", s.foxID, "reason", "unkind"), nil)
	secret := s.invite(t, s.moderator, s.room, "participant")
	status, answer, _ := s.ward.Post(t, "/api/links/accept", s.ward.fox, map[string]any{
		"secret": secret, "alias": "You all lie", "accepts": []string{"agreement", "not_emergency"},
	})
	if status == http.StatusOK || !strings.Contains(asText(answer), "muted") {
		t.Errorf("came back under a new alias: %d %v", status, answer)
	}
}

// Attack: the frame of a message that was sent before the mute is sent again after it.
func TestAttackReplayedFramesAfterMute(t *testing.T) {
	s := seated(t)
	frame := cmd("post", s.room, "text", "once", "id", wireclient.NewID())
	s.fox.Must(frame, nil)
	s.guide.Must(cmd("mute", s.room, "member", s.foxID, "for", 60_000, "reason", "unkind"), nil)
	seen := since(s.lu, func() {
		var again wire.Logged
		s.fox.Must(frame, &again) // the first answer, and nothing more
	})
	if seen != "" {
		t.Errorf("the room was shown %s", seen)
	}
	frame["id"] = wireclient.NewID()
	s.fox.Refused("muted", frame)
}

// Attack: names of one room, or made up ones, used in another.
func TestAttackForgedRoom(t *testing.T) {
	s := seated(t)
	other := s.openRoom(t, "Morning")
	kim := servertest.Dial(t, s.URL, s.comeIn(t, other, "moderator", "other.moderator", "Kim Guide"))
	kim.Join(other, "")
	id := s.fox.Post(s.room, "hello")
	kim.Refused("no_such_message", cmd("hide", other, "message", id, "reason", "other"))
	kim.Refused("no_such_message", cmd("erase", other, "message", id, "reason", "other"))
	kim.Refused("no_such_member", cmd("mute", other, "member", s.foxID, "for", 60_000, "reason", "other"))
	kim.Refused("no_such_message", cmd("release", other, "message", id))
	kim.Refused("no_such_room", cmd("set_hold", "r_AAAAAAAAAAAAAAAAAAAAAA", "mode", "none"))
}

// Attack: a moderator of one room moderates, or reads, another.
func TestAttackModeratorOfAnotherRoom(t *testing.T) {
	s := seated(t)
	other := s.openRoom(t, "Morning")
	kim := servertest.Dial(t, s.URL, s.comeIn(t, other, "moderator", "other.moderator", "Kim Guide"))
	id := s.fox.Post(s.room, "hello")
	for _, c := range []servertest.Command{
		cmd("hide", s.room, "message", id, "reason", "other"), cmd("mute", s.room, "member", s.foxID, "for", 60_000, "reason", "other"),
		cmd("show_reports", s.room, "message", id), cmd("line", s.room, "member", s.foxID), cmd("write_line", s.room, "member", s.foxID, "text", "hello"),
		cmd("set_hold", s.room, "mode", "everyone"), cmd("join", s.room),
	} {
		kim.Refused("no_such_room", c)
	}
}

// Attack: a participant does what only moderators may, one command after the other.
func TestAttackParticipantModerates(t *testing.T) {
	s := seated(t)
	id := s.lu.Post(s.room, "hello")
	for _, c := range []servertest.Command{
		cmd("nudge", s.room, "member", s.luID, "reason", "other", "text", "x"), cmd("hide", s.room, "message", id, "reason", "other"),
		cmd("unhide", s.room, "message", id, "reason", "other"), cmd("erase", s.room, "message", id, "reason", "other"),
		cmd("mute", s.room, "member", s.luID, "for", 60_000, "reason", "other"), cmd("unmute", s.room, "member", s.luID, "reason", "other"),
		cmd("remove_member", s.room, "member", s.luID, "reason", "other"), cmd("set_hold", s.room, "mode", "none"),
		cmd("release", s.room, "message", id), cmd("decline", s.room, "message", id, "reason", "other"),
	} {
		s.fox.Refused("not_allowed", c)
	}
	fox := servertest.Dial(t, s.URL, s.ward.fox)
	for _, c := range []servertest.Command{
		cmd("set_pace", s.room, "for", 0, "for_new", 0), cmd("pause", s.room, "for", 60_000, "reason", "calm"), cmd("resume", s.room, "reason", "calm"),
		cmd("set_keep", s.room, "for", 86_400_000), cmd("set_legal_hold", s.room, "on", true, "reason", "other"),
		cmd("erase_person", s.room, "member", s.luID, "reason", "other"), cmd("resolve_reports", s.room, "message", id, "outcome", "acted"),
		cmd("show_reports", s.room, "message", id), cmd("line", s.room, "member", s.luID), cmd("close_line", s.room, "member", s.luID),
		cmd("answer_appeal", s.room, "note", id, "overturn", true),
	} {
		fox.Refused("not_allowed", c)
	}
}

// Attack: a moderator, the lead or the person concerned finds out who reported: from
// what they are sent, from what they ask for, from what they load anew.
func TestAttackReportRevealsTheReporter(t *testing.T) {
	s := seated(t)
	id := s.lu.Post(s.room, "hello")
	frames := since(s.guide, func() {
		lu := since(s.lu, func() {
			s.fox.Must(cmd("report", s.room, "message", id, "kind", "rules", "text", "it hurt"), nil)
		})
		if lu != "" {
			t.Errorf("its author is told %s", lu)
		}
	})
	if !strings.Contains(frames, `"event":"reports"`) {
		t.Fatalf("the moderator is told %s", frames)
	}
	frames += string(s.guide.Do(cmd("show_reports", s.room, "message", id)).Raw)
	frames += string(s.lead.Do(cmd("show_reports", s.room, "message", id)).Raw)
	if strings.Contains(frames, s.foxID) || strings.Contains(frames, "Fox") {
		t.Errorf("who reported is in %s", frames)
	}
	j := s.guide.Join(s.room, "")
	if len(j.Reports) != 1 || j.Reports[0].Mine || len(j.Messages) != 1 || j.Messages[0].Reports.Rules != 1 {
		t.Errorf("loaded anew: %+v", j.Reports)
	}
}

// Attack: peers learn from frames or positions that something was held, declined,
// reported or said in private.
func TestAttackTimingOfWhatIsHeld(t *testing.T) {
	s := seated(t)
	s.guide.Must(cmd("set_hold", s.room, "mode", "everyone"), nil)
	id := s.lead.Post(s.room, "from the lead") // staff are not held
	seen := since(s.lu, func() {
		var held wire.Logged
		s.fox.Must(cmd("post", s.room, "text", "waits"), &held)
		s.guide.Must(cmd("decline", s.room, "message", held.Message, "reason", "method"), nil)
		s.fox.Must(cmd("report", s.room, "message", id, "kind", "worry"), nil)
		s.fox.Must(cmd("write_line", s.room, "member", s.foxID, "text", "quietly"), nil)
		s.guide.Must(cmd("nudge", s.room, "member", s.foxID, "reason", "other", "text", "a word"), nil)
	})
	if seen != "" {
		t.Errorf("a peer is sent %s", seen)
	}
	if raw := string(s.lu.Do(cmd("join", s.room)).Raw); strings.Contains(raw, "waits") || strings.Contains(raw, "quietly") || strings.Contains(raw, "a word") ||
		strings.Contains(raw, `"notes"`) || strings.Contains(raw, `"held"`) || strings.Contains(raw, `"line"`) {
		t.Errorf("a peer loads %s", raw)
	}
}

// Attack: a post, a change or a reaction through a node that has not heard of the mute,
// the pause or the removal: there is none, whichever node acknowledged it.
func TestAttackPostThroughAStaleNode(t *testing.T) {
	c, second := openClinicOnRedis(t)
	in := c.openRoom(t, "Evening")
	fox := c.comeIn(t, in, "participant", "a.person", "Fox")
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	there := servertest.Dial(t, second.URL, fox)
	you := there.Join(in, "").You
	id := there.Post(in, "before")
	for range 5 {
		lead.Must(cmd("mute", in, "member", you, "for", 60_000, "reason", "unkind"), nil)
		there.Refused("muted", cmd("edit", in, "message", id, "text", "after"))
		lead.Must(cmd("unmute", in, "member", you, "reason", "asked"), nil)
		there.Must(cmd("read", in, "message", id), nil)
	}
	fresh := servertest.Dial(t, second.URL, fox)
	fresh.Join(in, "")
	mine := servertest.Dial(t, c.URL, c.lead)
	mine.Must(cmd("hide", in, "message", id, "reason", "other"), nil)
	fresh.Refused("already_removed", cmd("react", in, "message", id, "reaction", "hug", "on", true))
	mine.Must(cmd("pause", in, "for", 60_000, "reason", "calm"), nil)
	fresh.Refused("paused", cmd("post", in, "text", "after"))
	mine.Must(cmd("remove_member", in, "member", you, "reason", "other"), nil)
	last := servertest.Dial(t, second.URL, fox)
	last.Refused("no_such_room", cmd("post", in, "text", "after"))
}

func asText(v any) string {
	var b strings.Builder
	writeText(&b, v)
	return b.String()
}

func writeText(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, one := range v {
			b.WriteString(k + " ")
			writeText(b, one)
		}
	case []any:
		for _, one := range v {
			writeText(b, one)
		}
	case string:
		b.WriteString(v + " ")
	}
}

// Attack: somebody comes in under a name that looks like another member's, or like the
// team's, by letters of another script. The invitation stays good for whom it is meant.
func TestAttackAliasOfLookAlikeLetters(t *testing.T) {
	w := openWard(t)
	secret := w.invite(t, w.moderator, w.room, "participant")
	form := func(alias string) map[string]any {
		return map[string]any{
			"secret": secret, "name": "new.person", "passphrase": passphrase, "alias": alias, "accepts": []string{"agreement", "not_emergency"},
		}
	}
	for _, alias := range []string{"Fоx", "F0x", "FOX", "f o x", "Sam Guidе"} {
		status, answer, _ := w.Post(t, "/api/links/enrol", "", form(alias))
		if status != http.StatusConflict || !strings.Contains(asText(answer), "alias_taken") {
			t.Errorf("%q: %d %v", alias, status, answer)
		}
	}
	w.refused(t, http.StatusBadRequest, "alias_staff", "/api/links/enrol", "", form("Mоderаtor"))
	w.enrol(t, secret, "new.person", "Heron", nil)
}
