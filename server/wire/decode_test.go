package wire_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/hours"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

const id = "01900000-0000-7000-8000-000000000001"

// with is a command with an id and further fields.
func with(do, fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return fmt.Sprintf(`{"do":%q,"id":%q%s}`, do, id, fields)
}

// Every fault has its own code, and the answer carries the id wherever it could be
// read, so that the client knows what was refused.
func TestDecodeRefuses(t *testing.T) {
	cases := []struct{ name, line, code, field, answer string }{
		{"an empty line", ``, "bad_json", "", ""},
		{"no JSON", `post hello`, "bad_json", "", ""},
		{"an array", `["do","post"]`, "bad_json", "", ""},
		{"a string", `"post"`, "bad_json", "", ""},
		{"null", `null`, "bad_json", "", ""},
		{"cut off", `{"id":"` + id + `","do":"ping"`, "bad_json", "", id},
		{"cut off in a value", `{"id":"` + id + `","do":"pi`, "bad_json", "", id},
		{"trailing garbage", with("ping", "") + "x", "bad_json", "", id},
		{"two objects", with("ping", "") + with("ping", ""), "bad_json", "", id},
		{"a comma too many", `{"id":"` + id + `","do":"ping",}`, "bad_json", "", id},
		{"too deep", with("post", `"room":`+strings.Repeat("[", 8)+strings.Repeat("]", 8)), "too_deep", "", ""},
		{"as deep as may be", with("post", `"room":`+strings.Repeat("[", 7)+strings.Repeat("]", 7)+`,"text":"x"`), "wrong_type", "room", id},
		{"no verb", `{"id":"` + id + `"}`, "missing_field", "do", id},
		{"verb of a wrong type", `{"id":"` + id + `","do":7}`, "wrong_type", "do", id},
		{"verb that is null", `{"id":"` + id + `","do":null}`, "wrong_type", "do", id},
		{"unknown verb", with("dance", ""), "unknown_command", "do", id},
		{"verb in capitals", with("PING", ""), "unknown_command", "do", id},
		{"unknown field", with("ping", `"loud":true`), "unknown_field", "", id},
		{"field of another verb", with("ping", `"text":"x"`), "unknown_field", "text", id},
		{"field in capitals", with("part", `"Room":"r"`), "unknown_field", "", id},
		{"field twice", with("part", `"room":"r","room":"r"`), "duplicate_field", "room", id},
		{"field twice, once escaped", with("part", `"room":"r","\u0072oom":"r"`), "duplicate_field", "room", id},
		{"id twice", with("ping", `"id":"`+id+`"`), "duplicate_field", "id", id},
		{"missing room", with("part", ""), "missing_field", "room", id},
		{"missing text", with("post", `"room":"r"`), "missing_field", "text", id},
		{"null text", with("post", `"room":"r","text":null`), "wrong_type", "text", id},
		{"null where a field may be left out", with("join", `"room":"r","after":null`), "wrong_type", "after", id},
		{"text that is a number", with("post", `"room":"r","text":1`), "wrong_type", "text", id},
		{"text that is an object", with("post", `"room":"r","text":{"a":"b"}`), "wrong_type", "text", id},
		{"text that is a list", with("post", `"room":"r","text":["a"]`), "wrong_type", "text", id},
		{"on that is a word", with("typing", `"room":"r","on":"true"`), "wrong_type", "on", id},
		{"on that is a number", with("typing", `"room":"r","on":1`), "wrong_type", "on", id},
		{"history below its range", with("join", `"room":"r","history":-1`), "bad_value", "history", id},
		{"history above its range", with("join", `"room":"r","history":101`), "bad_value", "history", id},
		{"history with a fraction", with("join", `"room":"r","history":1.5`), "wrong_type", "history", id},
		{"history with an exponent", with("join", `"room":"r","history":1e1`), "wrong_type", "history", id},
		{"history past every number", with("join", `"room":"r","history":99999999999999999999`), "wrong_type", "history", id},
		{"limit of nothing", with("history", `"room":"r","before":"m","limit":0`), "bad_value", "limit", id},
		{"limit above its range", with("history", `"room":"r","before":"m","limit":101`), "bad_value", "limit", id},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cmd, answer, failed := wire.Decode([]byte(c.line))
			if failed == nil {
				t.Fatalf("taken as %+v", cmd)
			}
			if failed.Code != c.code || failed.Field != c.field || answer != c.answer {
				t.Fatalf("%q of %q, answering %q; want %q of %q, answering %q", failed.Code, failed.Field, answer, c.code, c.field, c.answer)
			}
		})
	}
}

func TestDecodeRefusesIDs(t *testing.T) {
	cases := []struct{ name, raw, code, field, answer string }{
		{"in capitals", `"01900000-0000-7000-8000-00000000000A"`, "bad_id", "id", ""},
		{"of version 4", `"01900000-0000-4000-8000-000000000001"`, "bad_id", "id", "01900000-0000-4000-8000-000000000001"},
		{"of another variant", `"01900000-0000-7000-c000-000000000001"`, "bad_id", "id", "01900000-0000-7000-c000-000000000001"},
		{"without hyphens", `"01900000000070008000000000000001"`, "bad_id", "id", "01900000000070008000000000000001"},
		{"with hyphens elsewhere", `"01900000-0000-7000-8000-00000000-0-1"`, "bad_id", "id", "01900000-0000-7000-8000-00000000-0-1"},
		{"in braces", `"{01900000-0000-7000-8000-000000000001}"`, "bad_id", "id", ""},
		{"empty", `""`, "bad_id", "id", ""},
		{"too long to send back", `"` + strings.Repeat("a", 65) + `"`, "bad_id", "id", ""},
		{"that is a sentence", `"I feel low tonight"`, "bad_id", "id", ""},
		{"that is a number", `7`, "bad_id", "id", ""},
		{"that is null", `null`, "bad_id", "id", ""},
		{"that is an object", `{}`, "bad_id", "id", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, answer, failed := wire.Decode([]byte(`{"do":"ping","id":` + c.raw + `}`))
			if failed == nil || failed.Code != c.code || failed.Field != c.field || answer != c.answer {
				t.Fatalf("%+v, answering %q", failed, answer)
			}
		})
	}
	if _, _, failed := wire.Decode([]byte(`{"do":"ping"}`)); failed == nil || failed.Code != "missing_field" || failed.Field != "id" {
		t.Fatalf("no id at all: %+v", failed)
	}
}

// Each verb takes all its fields, and what may be left out has the manual's value.
func TestDecodeTakes(t *testing.T) {
	cases := []struct {
		line string
		want wire.Command
	}{
		{with("join", `"room":"r"`), wire.Command{Do: wire.Join, Room: "r", History: 50}},
		{with("join", `"room":"r","after":"p","history":0`), wire.Command{Do: wire.Join, Room: "r", After: "p"}},
		{with("part", `"room":"r"`), wire.Command{Do: wire.Part, Room: "r", History: 50}},
		{with("post", `"room":"r","text":"a\nb"`), wire.Command{Do: wire.Post, Room: "r", Text: "a\nb", History: 50}},
		{with("post", `"room":"r","text":"","reply_to":"m"`), wire.Command{Do: wire.Post, Room: "r", ReplyTo: "m", History: 50}},
		{with("edit", `"room":"r","message":"m","text":"x"`), wire.Command{Do: wire.Edit, Room: "r", Message: "m", Text: "x", History: 50}},
		{with("remove", `"room":"r","message":"m"`), wire.Command{Do: wire.Remove, Room: "r", Message: "m", History: 50}},
		{with("react", `"room":"r","message":"m","reaction":"hug","on":true`), wire.Command{Do: wire.React, Room: "r", Message: "m", Reaction: "hug", On: true, History: 50}},
		{with("set_topic", `"room":"r","text":"x"`), wire.Command{Do: wire.SetTopic, Room: "r", Text: "x", History: 50}},
		{with("set_rules", `"room":"r","text":"x"`), wire.Command{Do: wire.SetRules, Room: "r", Text: "x", History: 50}},
		{with("rename_room", `"room":"r","text":"x"`), wire.Command{Do: wire.RenameRoom, Room: "r", Text: "x", History: 50}},
		{with("end_membership", `"room":"r","member":"w"`), wire.Command{Do: wire.EndMembership, Room: "r", Member: "w", History: 50}},
		{with("history", `"room":"r","before":"m","limit":100`), wire.Command{Do: wire.History, Room: "r", Before: "m", History: 50, Limit: 100}},
		{with("show_removed", `"room":"r","message":"m"`), wire.Command{Do: wire.ShowRemoved, Room: "r", Message: "m", History: 50}},
		{with("read", `"room":"r","message":"m"`), wire.Command{Do: wire.Read, Room: "r", Message: "m", History: 50}},
		{with("typing", `"room":"r","on":false`), wire.Command{Do: wire.Typing, Room: "r", History: 50}},
		{with("active", ""), wire.Command{Do: wire.Active, History: 50}},
		{with("set_unattended", `"room":"r","mode":"hold"`), wire.Command{Do: wire.SetUnattended, Room: "r", Mode: "hold", History: 50}},
		{with("set_house", `"room":"r","house":{"cross_talk":true,"sober":true}`), wire.Command{Do: wire.SetHouse, Room: "r", House: wire.House{CrossTalk: true, Sober: true}, History: 50}},
		{with("pin", `"room":"r","message":"m"`), wire.Command{Do: wire.Pin, Room: "r", Message: "m", History: 50}},
		{with("set_sessions", `"room":"r","quiet":true,"schedule":{"zone":"UTC","weekly":[{"day":2,"from":1080,"to":1260}],"except":[{"date":"2026-12-29"}]}`), wire.Command{
			Do: wire.SetSessions, Room: "r", Quiet: true, History: 50, Schedule: hours.Schedule{
				Zone: "UTC", Weekly: []hours.DaySpan{{Day: 2, Span: hours.Span{From: 1080, To: 1260}}}, Except: []hours.Date{{Date: "2026-12-29"}},
			},
		}},
		{" " + with("ping", "") + " \r", wire.Command{Do: wire.Ping, History: 50}},
	}
	for _, c := range cases {
		if c.want.Limit == 0 {
			c.want.Limit = 50
		}
		c.want.ID, _ = room.ParseCommandID(id)
		got, answer, failed := wire.Decode([]byte(c.line))
		if failed != nil || !reflect.DeepEqual(got, c.want) || answer != id {
			t.Errorf("%s\n%+v, %q, %v", c.line, got, answer, failed)
		}
	}
}

func TestLines(t *testing.T) {
	cases := []struct {
		name, frame string
		lines       int
		code        string
	}{
		{"one", "{}", 1, ""},
		{"one with its end", "{}\n", 1, ""},
		{"as many as may be", strings.Repeat("{}\n", 64), 64, ""},
		{"too many", strings.Repeat("{}\n", 65), 0, "too_many_lines"},
		{"as large as may be", strings.Repeat("x", 64<<10), 1, ""},
		{"too large", strings.Repeat("x", 64<<10+1), 0, "frame_too_large"},
		{"bad UTF-8", "{\"a\":\"\xff\"}", 0, "bad_utf8"},
		{"half a surrogate", "\xed\xa0\x80", 0, "bad_utf8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			lines, failed := wire.Lines([]byte(c.frame))
			code := ""
			if failed != nil {
				code = failed.Code
			}
			if len(lines) != c.lines || code != c.code {
				t.Fatalf("%d lines, %q", len(lines), code)
			}
		})
	}
}
