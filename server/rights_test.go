package server_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
)

// verbRights is who may do what over the socket, written down by hand: p participants,
// m moderators, l the lead of the room, v somebody who looks in; o those about
// themselves. Nobody else is told more than that there is no such room.
var verbRights = map[string]string{
	"join": "pmlv", "search": "pmlv", "part": "pmlv", "history": "pmlv", "read": "pml", "typing": "pml", "line": "mlv",
	"post": "pml", "edit": "pml", "remove": "pml", "react": "pml", "report": "pml", "ignore": "pml",
	"set_topic": "ml", "set_rules": "ml", "rename_room": "l", "end_membership": "ml",
	"nudge": "ml", "hide": "ml", "unhide": "ml", "erase": "ml", "mute": "ml", "unmute": "ml", "remove_member": "ml",
	"set_term": "ml", "set_label": "ml", "set_hold": "ml", "set_pace": "ml", "pause": "ml", "resume": "ml", "set_keep": "l", "set_legal_hold": "l",
	"erase_person": "l", "release": "ml", "decline": "ml", "resolve_reports": "ml", "show_reports": "mlv", "show_removed": "mlv",
	"write_line": "ml", "take_back_line": "ml", "close_line": "ml", "answer_appeal": "ml",
	"set_hours": "ml", "set_sessions": "ml", "set_unattended": "ml", "set_house": "ml", "pin": "ml", "call": "p", "answer_call": "ml", "end_call": "p",
}

// routeRights is who may use a route: a anybody with a session, s the team, r who looks
// after the room that is named, L who leads the programme.
var routeRights = map[string]string{
	"GET /api/me": "a", "POST /api/preferences": "a", "POST /api/notices/seen": "a", "POST /api/passphrase": "a", "GET /api/sessions": "a",
	"POST /api/sessions/end": "a", "POST /api/active": "a", "POST /api/links/accept": "a", "POST /api/second/codes": "a", "POST /api/second/forget": "a",
	"GET /api/desk": "s", "POST /api/desk/claim": "s", "POST /api/desk/release": "s", "POST /api/desk/undo": "s", "GET /api/visits": "s", "POST /api/visits": "s", "POST /api/visits/end": "s",
	"GET /api/help": "a", "POST /api/help/call": "a", "POST /api/help/end": "a",
	"GET /api/console": "s", "GET /api/colleagues": "s", "POST /api/duty": "s", "POST /api/desk/hand-over": "s", "POST /api/desk/answer": "s",
	"POST /api/shift/offer": "s", "POST /api/shift/take": "s", "POST /api/shift/withdraw": "s",
	"POST /api/invitations": "r", "POST /api/resets": "r",
	"POST /api/rooms": "L", "POST /api/people/end-care": "L", "POST /api/people/move": "L", "POST /api/people/role": "L",
}

// anyone is somebody who tries, and what they are in each of two rooms; "" is nothing.
type anyone struct {
	name, cookie string
	roles        [2]string
	staff, lead  bool
	half, out    bool // without the second step; signed out
}

// attempts is two rooms with people, those who try, and those to whom it is done.
type attempts struct {
	ward
	rng     *rand.Rand
	rooms   [2]room.ID
	who     []anyone
	targets [2][]string // members that nobody holds a socket of
	said    [2]string   // a message in each
	notes   [2]string
}

func newAttempts(t *testing.T) *attempts {
	t.Helper()
	a := &attempts{ward: openWard(t), rng: rand.New(rand.NewPCG(*seedOf, 3))}
	a.rooms = [2]room.ID{a.room, a.openRoom(t, "Morning")}
	kim := a.comeIn(t, a.rooms[1], "moderator", "kim.moderator", "Kay Guide")
	wren := a.comeIn(t, a.rooms[1], "participant", "person.wren", "Wren")
	gone := a.comeIn(t, a.rooms[0], "participant", "person.gone", "Stork")
	half := a.halves(t)["sign-in"]
	lead := servertest.Dial(t, a.URL, a.lead)
	for i, in := range a.rooms {
		lead.Join(in, "")
		author := servertest.Dial(t, a.URL, []string{a.fox, wren}[i])
		author.Join(in, "")
		a.said[i] = author.Post(in, "good evening")
		for n := range 6 {
			name := fmt.Sprintf("target.%d.%d", i, n)
			a.targets[i] = append(a.targets[i], a.memberOf(t, a.comeIn(t, in, "participant", name, fmt.Sprintf("Target %d", n)), in))
		}
		lead.Must(cmd("nudge", in, "member", a.targets[i][0], "reason", "other", "text", "TEAMONLY"), nil)
		a.notes[i] = lead.Join(in, "").Notes[0].ID
	}
	lead.Must(cmd("end_membership", a.rooms[0], "member", a.memberOf(t, gone, a.rooms[0])), nil)
	a.who = []anyone{
		{name: "lead", cookie: a.lead, roles: [2]string{"l", "l"}, staff: true, lead: true},
		{name: "moderator", cookie: a.moderator, roles: [2]string{"m", ""}, staff: true},
		{name: "other moderator", cookie: kim, roles: [2]string{"", "m"}, staff: true},
		{name: "participant", cookie: a.fox, roles: [2]string{"p", ""}},
		{name: "another participant", cookie: a.lu, roles: [2]string{"p", ""}},
		{name: "other participant", cookie: wren, roles: [2]string{"", "p"}},
		{name: "whose stay has ended", cookie: gone},
		{name: "moderator without the second step", cookie: half, half: true},
		{name: "nobody", out: true},
	}
	return a
}

// frame is a well formed command about what is really there.
func (a *attempts) frame(verb string, i int) servertest.Command {
	target := a.targets[i][a.rng.IntN(len(a.targets[i]))]
	all := map[string]any{
		"member": target, "message": a.said[i], "note": a.notes[i], "text": "TEAMONLY " + verb, "reason": "other", "for": 60_000, "for_new": 0,
		"until": 0, "mode": "none", "kind": "rules", "outcome": "acted", "on": false, "overturn": false, "quiet": false,
		"schedule": map[string]any{"zone": "UTC"}, "house": map[string]any{"cross_talk": true, "links": false, "contact": false, "medicine": false, "sober": true}, "reaction": "hug", "before": a.said[i],
	}
	needs := map[string][]string{
		"history": {"before"}, "search": {"text"}, "read": {"message"}, "typing": {"on"}, "line": {"member"}, "post": {"text"}, "edit": {"message", "text"}, "remove": {"message"},
		"react": {"message", "reaction", "on"}, "report": {"message", "kind", "text"}, "ignore": {"member", "on"}, "set_topic": {"text"}, "set_rules": {"text"},
		"rename_room": {"text"}, "end_membership": {"member"}, "nudge": {"member", "reason", "text"}, "hide": {"message", "reason"}, "unhide": {"message", "reason"},
		"erase": {"message", "reason"}, "mute": {"member", "for", "reason"}, "unmute": {"member", "reason"}, "remove_member": {"member", "reason"},
		"set_term": {"member", "until"}, "set_label": {"member", "text"}, "set_hold": {"mode"}, "set_pace": {"for", "for_new"}, "pause": {"for", "reason"},
		"resume": {"reason"}, "set_keep": {"for"}, "set_legal_hold": {"on", "reason"}, "erase_person": {"member", "reason"}, "release": {"message"},
		"decline": {"message", "reason"}, "resolve_reports": {"message", "outcome", "text"}, "show_reports": {"message"}, "show_removed": {"message"},
		"write_line": {"member", "text"}, "take_back_line": {"member", "message"}, "close_line": {"member"}, "answer_appeal": {"note", "overturn"},
		"set_hours": {"schedule"}, "set_sessions": {"schedule", "quiet"}, "set_unattended": {"mode"}, "set_house": {"house"}, "pin": {"message"},
		"answer_call": {"member"},
	}
	c := servertest.Command{"do": verb, "room": a.rooms[i]}
	for _, field := range needs[verb] {
		c[field] = all[field]
	}
	if slices.Contains([]string{"post", "search", "edit", "set_topic", "set_rules", "rename_room"}, verb) {
		c["text"] = "for everybody"
	}
	return c
}

// overTheSocket tries one command and holds the answer against the table.
func (a *attempts) overTheSocket(t *testing.T, who anyone, verb string, i int) {
	c := servertest.Dial(t, a.URL, who.cookie)
	defer c.CloseNow()
	l := c.Do(a.frame(verb, i))
	code := ""
	if l.Error != nil {
		code = l.Error.Code
	}
	role := who.roles[i]
	switch {
	case role == "":
		if code != "no_such_room" && !slices.Contains([]string{"no_such_member", "no_such_message"}, code) && verb != "part" && verb != "typing" {
			t.Errorf("%s, %s in room %d: %s", who.name, verb, i, l.Raw)
		}
	case strings.Contains(verbRights[verb], role):
		if code == "not_allowed" || code == "no_such_room" {
			t.Errorf("%s may %s in room %d: %s", who.name, verb, i, l.Raw)
		}
	case code == "":
		t.Errorf("%s may not %s in room %d: %s", who.name, verb, i, l.Raw)
	}
	if role == "p" || role == "" {
		for _, l := range c.Lines {
			if l.Signal == "desk" && who.staff { // of the room that they do look after
				continue
			}
			checkForPeers(t, who.name+" after "+verb, l.Raw)
		}
	}
}

// teamFields are those that no frame to a participant has.
var teamFields = []string{"terms", "labels", "mutes", "lines", "legal_hold", "legal_hold_note", "worry", "first", "waits", "calls"}

// checkForPeers: nothing in a frame is for the team alone.
func checkForPeers(t *testing.T, when string, raw []byte) {
	t.Helper()
	if strings.Contains(string(raw), "TEAMONLY") || strings.Contains(string(raw), `"signal":"desk"`) {
		t.Errorf("%s: %s", when, raw)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Errorf("%s: %s", when, raw)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for field, in := range v {
				if slices.Contains(teamFields, field) {
					t.Errorf("%s: the field %s: %s", when, field, raw)
				}
				walk(in)
			}
		case []any:
			for _, in := range v {
				walk(in)
			}
		}
	}
	walk(v)
}

// overHTTP tries one route and holds the answer against the table.
func (a *attempts) overHTTP(t *testing.T, who anyone, route string, i int) {
	method, path, _ := strings.Cut(route, " ")
	body := map[string]any{}
	switch path {
	case "/api/invitations":
		body = map[string]any{"room": a.rooms[i], "role": "participant", "days": 1}
	case "/api/resets":
		body = map[string]any{"room": a.rooms[i], "member": a.targets[i][0]}
	}
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, nil, method, a.URL+path, string(data), func(r *http.Request) { r.Header.Set("Cookie", who.cookie) })
	want := ""
	switch rights := routeRights[route]; {
	case who.out:
		want = "signed_out"
	case who.half && path != "/api/me":
		want = "second_step"
	case rights == "s" && !who.staff, rights == "L" && !who.lead, rights == "r" && who.roles[i] == "p":
		want = "not_allowed"
	case rights == "r" && who.roles[i] == "":
		want = "no_such_room"
	}
	if refused := slices.Contains([]string{"signed_out", "second_step", "not_allowed", "no_such_room"}, got.code); want != "" && got.code != want || want == "" && refused {
		t.Errorf("%s, %s about room %d: %d %s, want %q", who.name, route, i, got.status, got.code, want)
	}
	if !who.staff && !who.half {
		checkForPeers(t, who.name+" after "+route, []byte(got.body))
	}
}

// Whoever tries whatever, in whichever room, over the socket or over HTTP, in any order:
// a table that was written down by hand says whether it may be, and nothing that is for
// the team alone reaches anybody else.
func TestRightsOfEverybodyEverywhere(t *testing.T) {
	t.Logf("seed %d", *seedOf)
	a := newAttempts(t)
	var verbs []string
	for verb := range verbRights {
		verbs = append(verbs, verb)
	}
	slices.Sort(verbs)
	manual, err := os.ReadFile("wire/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z_]+`(?:, `[a-z_]+`)*) \\| (?:`room`|\\|| \\|)").FindAllStringSubmatch(string(manual), -1) {
		for _, verb := range regexp.MustCompile("[a-z_]+").FindAllString(row[1], -1) {
			if _, known := verbRights[verb]; !known && !slices.Contains([]string{"appeal", "active", "ping", "presence"}, verb) {
				t.Errorf("nobody wrote down who may %s", verb)
			}
		}
	}
	var routes []string
	for _, route := range manualRoutes(t) {
		if slices.Contains(openToHalf, route) && route != "GET /api/me" || route == "GET /ws" {
			continue
		}
		if routeRights[route] == "" {
			t.Errorf("nobody wrote down who may use %s", route)
		}
		routes = append(routes, route)
	}
	type attempt struct {
		who    anyone
		socket bool
		what   string
		in     int
	}
	var all []attempt
	for _, who := range a.who {
		for in := range a.rooms {
			for _, verb := range verbs {
				if who.cookie != "" && !who.half {
					all = append(all, attempt{who, true, verb, in})
				}
			}
			for _, route := range routes {
				all = append(all, attempt{who, false, route, in})
			}
		}
	}
	a.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, try := range all {
		if try.socket {
			a.overTheSocket(t, try.who, try.what, try.in)
		} else {
			a.overHTTP(t, try.who, try.what, try.in)
		}
	}
	t.Logf("%d attempts", len(all))
}
