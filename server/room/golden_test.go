package room_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
)

var update = flag.Bool("update", false, "write the golden log of the present version; a released one must never change")

const (
	goldenLog     = "testdata/golden-v4.jsonl"
	goldenSummary = "testdata/golden-v4.json"
)

// goldens are the logs of all versions that ever were written, with what they fold to.
var goldens = map[string]string{
	"testdata/golden-v1.jsonl": "testdata/golden-v1.json",
	"testdata/golden-v2.jsonl": "testdata/golden-v2.json", // before there was moderation
	"testdata/golden-v3.jsonl": "testdata/golden-v3.json", // before there were shifts
	goldenLog:                  goldenSummary,
}

// goldenLine is a record as a store hands it back. No body: it was erased, or
// there was none.
type goldenLine struct {
	Meta string  `json:"meta"`
	Text *string `json:"body,omitempty"` // as version 1 had it: text alone
	Body []byte  `json:"raw,omitempty"`
}

// golden is a history with every kind of event in it.
func golden(t testing.TB) *scripted {
	return script(t,
		step{do: room.OpenRoom{Name: "Tuesday evening"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
		step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Moderator}},
		step{do: room.AddMember{Person: people[2], Alias: "Cy", Role: room.Lead}},
		step{later: minute, by: 0, do: room.PostMessage{Text: "made it through the weekend"}},
		step{later: minute, by: 1, do: room.PostMessage{Text: "good to read that", ReplyTo: 5}},
		step{later: 1, by: 1, do: room.React{Message: 5, Reaction: "strength", On: true}},
		step{by: 2, do: room.React{Message: 5, Reaction: "heart", On: true}},
		step{by: 2, do: room.React{Message: 5, Reaction: "heart", On: false}},
		step{later: hour, by: 0, do: room.EditMessage{Message: 5, Text: "made it through a long weekend"}},
		step{by: 0, do: room.PostMessage{Text: "I wish I had not written this"}},
		step{by: 1, do: room.PostMessage{Text: "it is fine", ReplyTo: 11}},
		step{by: 0, do: room.RemoveMessage{Message: 11}},
		step{by: 1, do: room.SetTopic{Text: "getting to Friday"}},
		step{by: 1, do: room.SetRules{Text: "Speak from I.\nIt is fine to pass."}},
		step{by: 2, do: room.RenameRoom{Text: "Tuesday and Friday"}},
		step{later: day, by: 1, do: room.EndMembership{Person: people[0]}},
		step{later: day, do: room.AddMember{Person: people[0], Alias: "Ana 2", Role: room.Participant}},
		step{do: room.SetRole{Person: people[0], Role: room.Moderator}},
		step{later: 12*day + hour, do: room.EraseDue{Bodies: []room.Seq{1, 5, 11}}},
		step{by: 0, do: room.PostMessage{Text: "last one"}},
		step{do: room.AddMember{Person: people[3], Alias: "Di", Role: room.Participant}},
		step{do: room.AddMember{Person: people[4], Alias: "Ed", Role: room.Participant}},
		step{by: 3, do: room.PostMessage{Text: "call me"}},
		step{by: 1, do: room.Nudge{Person: people[3], Message: 24, Reason: "contact", Text: "no numbers"}},
		step{by: 4, do: room.ReportMessage{Message: 24, Kind: room.ReportRules, Text: "a number"}},
		step{by: 1, do: room.HideMessage{Message: 24, Reason: "contact", Text: "as said"}},
		step{by: 1, do: room.ResolveReports{Message: 24, Outcome: room.OutcomeActed, Text: "hidden"}},
		step{by: 3, do: room.MakeAppeal{Note: 27, Text: "it was my own"}},
		step{by: 2, do: room.AnswerAppeal{Note: 27, Overturn: true, Text: "agreed"}},
		step{by: 1, do: room.HideMessage{Message: 24, Reason: "contact"}},
		step{by: 1, do: room.UnhideMessage{Message: 24, Reason: "asked"}},
		step{by: 1, do: room.EraseMessage{Message: 24, Reason: "contact"}},
		step{by: 1, do: room.SetHold{Mode: room.HoldEveryone}},
		step{by: 3, do: room.PostMessage{Text: "waits"}},
		step{by: 1, do: room.ReleaseMessage{Held: 35}},
		step{by: 3, do: room.PostMessage{Text: "not like this"}},
		step{by: 1, do: room.DeclineMessage{Held: 37, Reason: "method", Text: "without amounts"}},
		step{by: 3, do: room.PostMessage{Text: "never mind"}},
		step{by: 3, do: room.RemoveMessage{Message: 39}},
		step{by: 3, do: room.PostMessage{Text: "still waits"}},
		step{by: 1, do: room.SetPace{All: minute, New: hour}},
		step{by: 3, do: room.WriteLine{Person: people[3], Text: "can we talk"}},
		step{by: 1, do: room.WriteLine{Person: people[3], Text: "yes"}},
		step{by: 1, do: room.TakeBackLine{Person: people[3], Entry: 44}},
		step{by: 3, do: room.WriteLine{Person: people[3], Text: "thanks"}},
		step{by: 1, do: room.CloseLine{Person: people[3]}},
		step{by: 1, do: room.Mute{Person: people[3], For: hour, Reason: "unkind", Text: "a break"}},
		step{by: 1, do: room.Unmute{Person: people[3], Reason: "asked"}},
		step{by: 1, do: room.Mute{Person: people[4], For: 30 * day, Reason: "unkind"}},
		step{by: 1, do: room.PauseRoom{For: hour, Reason: "calm", Text: "let us rest"}},
		step{by: 1, do: room.ResumeRoom{Reason: "calm"}},
		step{by: 1, do: room.PauseRoom{For: day, Reason: "calm", Text: "rest"}},
		step{by: 2, do: room.SetKeep{For: 30 * day}},
		step{by: 2, do: room.SetLegalHold{On: true, Reason: "other", Text: "a court asks"}},
		step{by: 2, do: room.SetLegalHold{On: false, Reason: "other"}},
		step{do: room.OpenVisit{Person: people[5], Reason: "safety", Text: "on call"}},
		step{do: room.EndVisit{Person: people[5]}},
		step{do: room.OpenVisit{Person: people[6], Reason: "safety", Text: "also"}},
		step{by: 1, do: room.SetTerm{Person: people[3], Until: start + 60*day}},
		step{by: 1, do: room.SetLabel{Person: people[3], Text: "new since May"}},
		step{by: 1, do: room.SetHours{Schedule: weekly("Europe/Paris", 540, 1020)}},
		step{by: 1, do: room.SetSessions{Schedule: hours.Schedule{Zone: "Europe/Paris", Weekly: []hours.DaySpan{{Day: time.Tuesday, Span: hours.Span{From: 1080, To: 1260}}}, Except: []hours.Date{{Date: "2027-12-28"}}}, Quiet: true}},
		step{by: 1, do: room.SetUnattended{Mode: room.UnattendedHold}},
		step{by: 1, do: room.SetHouse{House: room.House{NoCrossTalk: true, Medicine: true}}},
		step{do: room.SetDuty{Person: people[2], On: true}},
		step{do: room.SetDuty{Person: people[1], On: true}},
		step{do: room.SetDuty{Person: people[2], On: false}},
		step{by: 1, do: room.PinMessage{Message: 36}},
		step{by: 3, do: room.CallForHelp{}},
		step{by: 1, do: room.AnswerCall{Person: people[3]}},
		step{by: 4, do: room.CallForHelp{}},
		step{by: 4, do: room.EndCall{}},
		step{by: 1, do: room.RemoveMember{Person: people[4], Reason: "selling", Text: "we spoke"}},
		step{by: 2, do: room.ErasePerson{Person: people[4], Reason: "care_ended"}},
	)
}

// Every released version's log folds to what it always did. The log is written
// once; a change of format adds a reader and a new golden log.
func TestGoldenLog(t *testing.T) {
	if *update {
		writeGolden(t)
	}
	for log, summary := range goldens {
		state, bodies := foldGolden(t, log)
		want, err := os.ReadFile(summary)
		if err != nil {
			t.Fatal(err)
		}
		if got := observe(state, bodies, nil) + "\n"; got != string(want) {
			t.Errorf("%s folds to\n%s", log, got)
		}
	}
}

// Each kind that can be written stands in the golden log.
func TestGoldenLogHasEveryKind(t *testing.T) {
	log, err := os.ReadFile(goldenLog)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{
		"room_opened", "room_renamed", "topic_set", "rules_set", "member_joined", "member_left", "role_set",
		"message_posted", "message_edited", "message_removed", "reaction_set", "bodies_erased",
		"nudged", "message_hidden", "message_unhidden", "message_erased", "member_muted", "member_unmuted", "member_removed", "hold_set", "pace_set",
		"room_paused", "room_resumed", "message_held", "message_released", "message_declined", "message_withdrawn", "message_reported",
		"reports_resolved", "line_written", "line_taken_back", "line_closed", "appeal_made", "appeal_answered", "keep_set", "legal_hold_set",
		"person_erased", "visit_opened", "visit_ended", "term_set", "label_set",
		"hours_set", "sessions_set", "unattended_set", "house_set", "duty_set", "message_pinned", "help_called", "call_answered", "call_ended",
	} {
		if !strings.Contains(string(log), `\"k\":\"`+kind+`\"`) {
			t.Errorf("no %s", kind)
		}
	}
}

func foldGolden(t *testing.T, log string) (*room.State, map[room.Seq]string) {
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	state, bodies := room.New(), make(map[room.Seq]string)
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var line goldenLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		body := line.Body
		if line.Text != nil {
			body = []byte(*line.Text)
		}
		e, err := room.Decode(state.Head()+1, []byte(line.Meta), body)
		if err != nil {
			t.Fatal(err)
		}
		if body != nil {
			bodies[e.Seq] = e.Text()
		}
		if err := room.Apply(state, e); err != nil {
			t.Fatal(err)
		}
	}
	return state, bodies
}

func writeGolden(t *testing.T) {
	w := golden(t)
	erased := make(map[room.Seq]bool)
	for _, e := range w.entries {
		for _, seq := range e.Erases() {
			erased[seq] = true
		}
	}
	var out bytes.Buffer
	for _, e := range w.entries {
		meta, body, err := room.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		line := goldenLine{Meta: string(meta)}
		if body != nil && !erased[e.Seq] {
			line.Body = body
		}
		if err := json.NewEncoder(&out).Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	write(goldenLog, out.Bytes())
	for log, summary := range goldens { // a summary may tell more than it did, of the same log
		state, bodies := foldGolden(t, log)
		write(summary, []byte(observe(state, bodies, nil)+"\n"))
	}
}
