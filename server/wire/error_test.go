package wire_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// The manual's list and the program's are one list.
func TestManualListsEveryCode(t *testing.T) {
	manual, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(manual), "## Error codes\n")
	if !found {
		t.Fatal("the manual has no list of error codes")
	}
	_, list, _ = strings.Cut(list, "\nOf the frame:")
	listed := make(map[string]bool)
	for _, m := range regexp.MustCompile("`([a-z0-9_]+)`").FindAllStringSubmatch(list, -1) {
		listed[m[1]] = true
	}
	codes := wire.Codes()
	for _, code := range codes {
		if !listed[code] {
			t.Errorf("%s is not in the manual", code)
		}
	}
	for code := range listed {
		if !slices.Contains(codes, code) {
			t.Errorf("the manual lists %s, which does not exist", code)
		}
	}
}

// Every text says what is wrong and, in its last sentence, what to do.
func TestTextsSayWhatToDo(t *testing.T) {
	orders := strings.Fields("Ask Choose Come Drop Leave Load Make Part Send See Shorten Try Unlock Use Wait Write")
	for _, code := range wire.Codes() {
		text := wire.Err(code).Text
		sentences := strings.SplitAfter(strings.TrimSuffix(text, "."), ". ")
		order, _, _ := strings.Cut(sentences[len(sentences)-1], " ")
		if len(sentences) < 2 || !slices.Contains(orders, order) || !strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", code, text)
		}
	}
}

// Every refusal of a room can be told to a client.
func TestRefusalsHaveTexts(t *testing.T) {
	for _, refusal := range []*room.Refusal{
		room.ErrNoSuchRoom, room.ErrNotAllowed, room.ErrNoSuchMessage, room.ErrNotYours, room.ErrAlreadyRemoved,
		room.ErrNoSuchMember, room.ErrAliasTaken, room.ErrAlreadyMember, room.ErrTextEmpty, room.ErrTextTooLong,
		room.ErrBadReaction, room.ErrGone, room.ErrIDReused, room.ErrIDTooOld, room.ErrIDAhead, room.ErrNothingDue,
		room.ErrAlreadyOpen, room.ErrBadReason, room.ErrBadTime, room.ErrMuted, room.ErrNotMuted, room.ErrPaused, room.ErrNotPaused,
		room.ErrSlowMode, room.ErrHeldEdit, room.ErrTooManyHeld, room.ErrAuthorMuted, room.ErrNotHidden, room.ErrAlreadyDecided,
		room.ErrReportOwn, room.ErrAlreadyReported, room.ErrNoReport, room.ErrNoSuchNote, room.ErrAlreadyAppealed, room.ErrOwnAct,
		room.ErrLegalHold, room.ErrNeedsHours, room.ErrUnattended, room.ErrInSession, room.ErrNoCrossTalk, room.ErrAlreadyCalled, room.ErrNoCall,
		room.ErrCallAnswered,
		{Code: "alias_bad", Field: "alias"},
	} {
		e := wire.Of(fmt.Errorf("deciding: %w", refusal), "internal")
		if e.Code != refusal.Code || e.Field != refusal.Field || e.Text == "" {
			t.Errorf("%s became %+v", refusal.Code, e)
		}
	}
}

// A cause is never told.
func TestCausesAreKeptBack(t *testing.T) {
	e := wire.Of(errors.New("disk: canary"), "internal")
	if e.Code != "internal" || strings.Contains(string(wire.Refused("", e))+e.Error(), "canary") {
		t.Fatalf("%+v", e)
	}
	if own := wire.Of(fmt.Errorf("doing: %w", wire.Err("locked")), "internal"); own.Code != "locked" {
		t.Fatalf("an error of the protocol became %+v", own)
	}
	defer func() {
		if recover() == nil {
			t.Error("a code without a text was let through")
		}
	}()
	wire.Err("no_such_code")
}

// The attack, or the accident: what somebody typed stands where a name should be,
// and comes back in an error that ends in a log. No error holds any of it.
func TestErrorsEchoNothing(t *testing.T) {
	const canary = "iwanttodrink"
	for _, line := range []string{
		canary, `"` + canary + `"`, `{"` + canary + `":1}`, `{"` + canary + `":1,"` + canary + `":1}`,
		`{"do":"` + canary + `","id":"` + id + `"}`, `{"do":"ping","id":"` + canary + ` "}`,
		with("ping", `"`+canary+`":1`), with("ping", `"x":1,"`+canary+`":1,"`+canary+`":1`),
		with("join", `"room":["`+canary+`"]`), with("join", `"room":"r","history":"`+canary+`"`),
		with("post", `"room":"r","text":{"`+canary+`":1}`), with("post", `"room":"r","text":"x"`) + canary,
	} {
		_, answer, failed := wire.Decode([]byte(line))
		if failed == nil {
			t.Errorf("%s was taken", line)
		} else if strings.Contains(fmt.Sprintf("%+v %v %s", *failed, failed, answer), canary) {
			t.Errorf("%s\nis answered %+v to %q", line, *failed, answer)
		}
	}
}

func TestCloseCodesSayWhatToDo(t *testing.T) {
	cases := map[wire.CloseCode]wire.Advice{
		wire.CloseRestarting: wire.Resume, wire.CloseSlow: wire.Resume, wire.CloseSilent: wire.Resume,
		wire.CloseProtocolEnded: wire.Reload, wire.CloseHistoryReplaced: wire.Reload,
		wire.CloseSignedOut: wire.StayAway, wire.CloseLocked: wire.StayAway, wire.CloseTooMany: wire.StayAway, wire.CloseProtocolBreak: wire.StayAway,
		3999: wire.NoAdvice, 4099: wire.Resume, 4199: wire.Reload,
		4299: wire.StayAway, 4300: wire.NoAdvice, 1000: wire.NoAdvice, 1009: wire.NoAdvice,
	}
	for code, want := range cases {
		if got := code.Advice(); got != want {
			t.Errorf("%d says %d, want %d", code, got, want)
		}
	}
}

// The manual names every close code with its number.
func TestManualListsCloseCodes(t *testing.T) {
	manual, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []wire.CloseCode{
		wire.CloseRestarting, wire.CloseSlow, wire.CloseSilent, wire.CloseProtocolEnded, wire.CloseHistoryReplaced,
		wire.CloseSignedOut, wire.CloseLocked, wire.CloseTooMany, wire.CloseProtocolBreak,
	} {
		if !strings.Contains(string(manual), fmt.Sprintf(" %d ", code)) {
			t.Errorf("%d is not in the manual", code)
		}
	}
}
