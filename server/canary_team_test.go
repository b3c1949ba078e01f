package server_test

import (
	"bytes"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/audit"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

// teamCanaries are what moderating adds to the words that people write.
func init() {
	for _, what := range []string{
		"nudge", "hiding", "report", "outcome", "line", "answer on the line", "label", "pause", "visit", "decline", "held message", "appeal", "answer to an appeal", "mute",
	} {
		word := []byte("zephyrteam")
		for _, c := range []byte(what) {
			if c != ' ' {
				word = append(word, c)
			}
		}
		canaries["words of a "+what] = string(word)
	}
}

func teamWord(what string) string { return canaries["words of a "+what] }

// moderateWithCanaries does everything that takes words.
func moderateWithCanaries(t *testing.T, c *clinic, in room.ID, fox *servertest.Client) {
	t.Helper()
	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	guide := servertest.Dial(t, c.URL, c.comeIn(t, in, "moderator", "the.moderator", "Sam Guide"))
	guide.Join(in, "")
	lu := servertest.Dial(t, c.URL, c.comeIn(t, in, "participant", "person.lu", "Lu"))
	lu.Join(in, "")
	you := c.memberOfClient(fox, in)
	said := fox.Post(in, "something")
	guide.Must(cmd("nudge", in, "member", you, "reason", "other", "text", teamWord("nudge")), nil)
	lu.Must(cmd("report", in, "message", said, "kind", "rules", "text", teamWord("report")), nil)
	guide.Must(cmd("resolve_reports", in, "message", said, "outcome", "acted", "text", teamWord("outcome")), nil)
	guide.Must(cmd("hide", in, "message", said, "reason", "other", "text", teamWord("hiding")), nil)
	notes := fox.Join(in, "").Notes
	hiding := notes[len(notes)-1].ID
	fox.Must(cmd("appeal", in, "note", hiding, "text", teamWord("appeal")), nil)
	lead.Must(cmd("answer_appeal", in, "note", hiding, "overturn", false, "text", teamWord("answer to an appeal")), nil)
	fox.Must(cmd("write_line", in, "member", you, "text", teamWord("line")), nil)
	guide.Must(cmd("write_line", in, "member", you, "text", teamWord("answer on the line")), nil)
	guide.Must(cmd("set_label", in, "member", you, "text", teamWord("label")), nil)
	guide.Must(cmd("set_hold", in, "mode", "everyone"), nil)
	held := fox.Post(in, teamWord("held message"))
	guide.Must(cmd("decline", in, "message", held, "reason", "other", "text", teamWord("decline")), nil)
	guide.Must(cmd("pause", in, "for", 60_000, "reason", "calm", "text", teamWord("pause")), nil)
	guide.Must(cmd("mute", in, "member", you, "for", 60_000, "reason", "calm", "text", teamWord("mute")), nil)
	other := c.openRoom(t, "Morning")
	kim := c.comeIn(t, other, "moderator", "kim.moderator", "Kay Guide")
	c.accepted(t, "/api/visits", kim, map[string]any{"room": in, "reason": "safety", "text": teamWord("visit")})
	c.accepted(t, "/api/people/move", c.lead, map[string]any{"room": in, "member": c.memberOfClient(lu, in), "to": other, "alias": "Heron"})
}

// memberOfClient is what somebody who follows a room is called there.
func (c *clinic) memberOfClient(of *servertest.Client, in room.ID) string {
	return of.Join(in, "").You
}

// No record's metadata, on no stream, holds a word of anybody's; nor does an export, in
// either form. Bodies are looked at too, so that it is known that the words were there.
func TestCanaryIsInNoMetadataAndNoExport(t *testing.T) {
	s := servertest.Start(t, nil)
	talk(t, s)
	s.Stop(t)
	opened, err := server.Open(s.Config)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	var bodies []byte
	for stream := range streamsOf(t, opened.Log) {
		for from := eventlog.Seq(1); ; {
			records, err := opened.Log.Read(t.Context(), stream, from, from+eventlog.MaxRead-1)
			if err != nil {
				t.Fatal(err)
			}
			if len(records) == 0 {
				break
			}
			for _, r := range records {
				scan(t, "the metadata of "+stream, r.Meta)
				bodies = append(bodies, r.Body...)
			}
			from = records[len(records)-1].Seq + 1
		}
	}
	for what, word := range canaries {
		if what == "passphrase" || what == "refused text" || what == "sign-in name" {
			continue // not in the log at all
		}
		if !bytes.Contains(bytes.ToLower(bodies), bytes.ToLower([]byte(word))) {
			t.Errorf("the %s is in no body: nothing is shown of it", what)
		}
	}
	for form, export := range map[string]func(*bytes.Buffer) error{
		"CSV":  func(b *bytes.Buffer) error { return audit.CSV(t.Context(), opened.Log, audit.Range{}, b) },
		"JSON": func(b *bytes.Buffer) error { return audit.JSON(t.Context(), opened.Log, audit.Range{}, b) },
	} {
		var out bytes.Buffer
		if err := export(&out); err != nil {
			t.Fatal(err)
		}
		if out.Len() < 1000 {
			t.Errorf("the %s export is %d bytes", form, out.Len())
		}
		scan(t, "the "+form+" export", out.Bytes())
	}
}

// streamsOf walks the names of all streams.
func streamsOf(t *testing.T, log eventlog.Log) func(func(string) bool) {
	t.Helper()
	return func(yield func(string) bool) {
		var cursor eventlog.Cursor
		for {
			changes, next, err := log.Changes(t.Context(), cursor, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if !yield(c.Stream) {
					return
				}
			}
			if len(changes) == 0 {
				return
			}
			cursor = next
		}
	}
}
