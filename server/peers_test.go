package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// onlooked is a room in which two moderators and a participant do random things, while
// another participant watches. Every text is a word of its own, and secret says of each
// whether the watcher must not see it now.
type onlooked struct {
	ward
	rng    *rand.Rand
	acts   map[string]person.ID // lead, guide, fox, lu
	secret map[string]bool
	texts  map[room.Seq]string // of messages, and of held ones by their own number
	held   []room.Seq
	shown  []room.Seq
	notes  []room.Seq
	hidden map[room.Seq]room.Seq // message to the note of its hiding
	n      int
}

// A participant who watches while others talk, report, appeal, are held, hidden, muted and
// sent away never gets a byte of what is not for them: not as it happens, not on coming
// back, and not with a page.
func TestPeersGetNothingThatIsNotForThem(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &onlooked{
		ward: openWard(t), rng: rand.New(rand.NewPCG(seed, 1)), acts: map[string]person.ID{}, secret: map[string]bool{}, texts: map[room.Seq]string{}, hidden: map[room.Seq]room.Seq{},
	}
	for name, cookie := range map[string]string{"lead": c.lead, "guide": c.moderator, "fox": c.fox, "lu": c.lu} {
		who, ok := c.Hub.Tokens.ParseMember(c.room, c.memberOf(t, cookie, c.room))
		if !ok {
			t.Fatal(name)
		}
		c.acts[name] = who
	}
	lu := servertest.Dial(t, c.URL, c.ward.lu)
	pos := lu.Join(c.room, "").Pos
	for step := range 400 {
		before := len(lu.Lines)
		allowed := c.allowed()
		c.step(t)
		c.mark(lu)
		for _, l := range lu.Lines[before:] {
			c.check(t, string(l.Raw), func(text string) bool { return allowed[text] || !c.secret[text] })
		}
		if step%40 == 39 {
			again := servertest.Dial(t, c.URL, c.ward.lu)
			from := len(again.Lines)
			j := again.Join(c.room, pos)
			again.Barrier()
			for _, l := range again.Lines[from:] {
				c.check(t, string(l.Raw), func(text string) bool { return !c.secret[text] })
			}
			c.check(t, string(again.Do(cmd("join", c.room, "history", 100)).Raw), func(text string) bool { return !c.secret[text] })
			pos = j.Pos
			_ = again.CloseNow()
		}
	}
	t.Logf("%d texts, %d messages shown, %d notes", c.n, len(c.shown), len(c.notes))
	if len(c.shown) < 10 || len(c.notes) < 10 {
		t.Error("too little happened for this to mean anything")
	}
}

func (c *onlooked) allowed() map[string]bool {
	open := map[string]bool{}
	for text, secret := range c.secret {
		open[text] = !secret
	}
	return open
}

func (c *onlooked) check(t *testing.T, raw string, may func(string) bool) {
	t.Helper()
	for text := range c.secret {
		if strings.Contains(raw, text) && !may(text) {
			t.Fatalf("%s is not for this participant: %s", text, raw)
		}
	}
	for _, field := range []string{`"waits"`, `"lines"`, `"mutes"`, `"legal_hold"`, `"worry"`, `"rules":1`, `"note":{`, `"notes"`, `"reports":[`} {
		if strings.Contains(raw, field) {
			t.Fatalf("%s is for staff: %s", field, raw)
		}
	}
}

// word is a new text, secret or not.
func (c *onlooked) word(secret bool) string {
	c.n++
	text := fmt.Sprintf("word-%d-end", c.n)
	c.secret[text] = secret
	return text
}

func (c *onlooked) do(by string, act room.Action) (room.Seq, bool) {
	out, err := c.Hub.Do(context.Background(), c.room, c.acts[by], c.Hub.NewID(), act)
	return out.Seq, err == nil
}

func pickOne(r *rand.Rand, list []room.Seq) room.Seq {
	if len(list) == 0 {
		return 1
	}
	return list[r.IntN(len(list))]
}

func (c *onlooked) step(t *testing.T) {
	staff := []string{"lead", "guide"}[c.rng.IntN(2)]
	message, fox := pickOne(c.rng, c.shown), c.acts["fox"]
	switch c.rng.IntN(17) {
	case 0, 1, 2:
		c.post(t)
	case 3:
		c.do(staff, room.SetHold{Mode: []room.HoldMode{room.HoldNone, room.HoldEveryone}[c.rng.IntN(2)]})
	case 4, 5:
		c.decideHeld(staff)
	case 6:
		if seq, ok := c.do(staff, room.HideMessage{Message: message, Reason: "other", Text: c.word(true)}); ok {
			c.secret[c.texts[message]] = true
			c.hidden[message] = seq
			c.notes = append(c.notes, seq)
		}
	case 7:
		if _, ok := c.do(staff, room.UnhideMessage{Message: message, Reason: "no_breach"}); ok {
			c.secret[c.texts[message]] = false
			delete(c.hidden, message)
		}
	case 8:
		if seq, ok := c.do(staff, room.EraseMessage{Message: message, Reason: "other", Text: c.word(true)}); ok {
			c.secret[c.texts[message]] = true
			delete(c.hidden, message)
			c.notes = append(c.notes, seq)
		}
	case 9:
		c.do("fox", room.WriteLine{Person: fox, Text: c.word(true)})
	case 10:
		c.do(staff, room.WriteLine{Person: fox, Text: c.word(true)})
	case 11:
		c.do("fox", room.ReportMessage{Message: message, Kind: room.ReportWorry, Text: c.word(true)})
	case 12:
		if seq, ok := c.do(staff, room.Nudge{Person: fox, Reason: "other", Text: c.word(true)}); ok {
			c.notes = append(c.notes, seq)
		}
	case 13:
		if seq, ok := c.do(staff, room.Mute{Person: fox, For: room.Minute, Reason: "calm", Text: c.word(true)}); ok {
			c.notes = append(c.notes, seq)
		}
	case 14:
		c.do(staff, room.Unmute{Person: fox, Reason: "asked", Text: c.word(true)})
	case 15:
		c.do("fox", room.MakeAppeal{Note: pickOne(c.rng, c.notes), Text: c.word(true)})
	case 16:
		note := pickOne(c.rng, c.notes)
		if _, ok := c.do(staff, room.AnswerAppeal{Note: note, Overturn: true, Text: c.word(true)}); ok {
			for message, by := range c.hidden {
				if by == note {
					c.secret[c.texts[message]] = false
					delete(c.hidden, message)
				}
			}
		}
	}
}

// post writes as one of the two who may be held; a held text is secret until it is shown.
func (c *onlooked) post(t *testing.T) {
	by := []string{"fox", "fox", "lead"}[c.rng.IntN(3)]
	text := c.word(true)
	seq, ok := c.do(by, room.PostMessage{Text: text})
	if !ok {
		return
	}
	c.texts[seq] = text
	if c.isHeld(t, seq) {
		c.held = append(c.held, seq)
		return
	}
	c.secret[text] = false
	c.shown = append(c.shown, seq)
}

func (c *onlooked) decideHeld(staff string) {
	held := pickOne(c.rng, c.held)
	if c.rng.IntN(2) == 0 {
		if seq, ok := c.do(staff, room.ReleaseMessage{Held: held}); ok {
			c.texts[seq] = c.texts[held]
			c.secret[c.texts[held]] = false
			c.shown = append(c.shown, seq)
		}
		return
	}
	if seq, ok := c.do(staff, room.DeclineMessage{Held: held, Reason: "method", Text: c.word(true)}); ok {
		c.notes = append(c.notes, seq)
	}
}

// mark reads up to a line sent behind everything that was on its way: a ping would be one
// command too many.
func (c *onlooked) mark(lu *servertest.Client) {
	for _, conn := range c.Hub.Conns(c.acts["lu"]) {
		conn.Send(wire.Line(wire.Signal{Signal: "mark"}))
	}
	lu.Until(func(l wireclient.Line) bool { return l.Signal == "mark" })
}

// isHeld asks the log what became of a post.
func (c *onlooked) isHeld(t *testing.T, seq room.Seq) bool {
	t.Helper()
	records, err := c.Log.Read(t.Context(), hub.Stream(c.room), eventlog.Seq(seq), eventlog.Seq(seq))
	if err != nil || len(records) != 1 {
		t.Fatal(len(records), err)
	}
	e, err := room.Decode(seq, records[0].Meta, records[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	_, held := e.Event.(*room.MessageHeld)
	return held
}
