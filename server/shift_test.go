package server_test

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/duty"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// console is what the holder of a cookie sees of all their rooms.
func (c *clinic) console(t *testing.T, cookie string) map[string]any {
	t.Helper()
	status, answer, _ := c.Get(t, "/api/console", cookie)
	if status != http.StatusOK {
		t.Fatalf("the console: %d %v", status, answer)
	}
	return answer
}

// onDuty reads until a room says that so many are on duty.
func onDuty(c *servertest.Client, n int) {
	c.Until(func(l wireclient.Line) bool {
		var e wire.Event
		return l.Event == "duty" && unmarshal(l, &e) && e.OnDuty != nil && len(*e.OnDuty) == n
	})
}

func always(zone string) map[string]any {
	var weekly []map[string]any
	for day := range 7 {
		weekly = append(weekly, map[string]any{"day": day, "from": 0, "to": 720}, map[string]any{"day": day, "from": 720, "to": 1440})
	}
	return map[string]any{"zone": zone, "weekly": weekly}
}

// On duty is who says so and whose page answers. The room says it before anybody types,
// and is what its policy says while nobody is: all by itself.
func TestDuty(t *testing.T) {
	w := openWard(t)
	guide, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	if j := fox.Join(w.room, ""); j.Room.OnDuty == nil || len(j.Room.OnDuty) != 0 {
		t.Errorf("on duty without having said so: %v", j.Room.OnDuty)
	}
	guide.Must(cmd("set_hours", w.room, "schedule", always("Europe/Berlin")), nil)
	guide.Must(cmd("set_unattended", w.room, "mode", "closed"), nil)
	fox.Refused("nobody_on_duty", cmd("post", w.room, "text", "is anybody there?"))
	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
	onDuty(fox, 1)
	fox.Post(w.room, "good to see you")
	if on := w.console(t, w.moderator)["duty"]; on != true {
		t.Errorf("the console says on duty: %v", on)
	}

	w.clock.advance(50 * time.Second)
	guide.Must(servertest.Command{"do": "ping"}, nil)
	w.sweepDuty(t)
	w.clock.advance(50 * time.Second)
	guide.Must(servertest.Command{"do": "ping"}, nil)
	w.sweepDuty(t)
	fox.Post(w.room, "still here?")

	w.clock.advance(61 * time.Second) // its page answers no more
	w.sweepDuty(t)
	onDuty(fox, 0)
	fox.Refused("nobody_on_duty", cmd("post", w.room, "text", "hello?"))
	guide.Must(servertest.Command{"do": "ping"}, nil) // that it answers again does not put anybody on duty
	w.sweepDuty(t)
	fox.Refused("nobody_on_duty", cmd("post", w.room, "text", "hello?"))

	guide.Must(cmd("set_unattended", w.room, "mode", "hold"), nil)
	if held := fox.Post(w.room, "then this waits"); held == "" {
		t.Error("nothing was taken")
	}
	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
	onDuty(fox, 1)
	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": false})
	onDuty(fox, 0)
}

func (w ward) sweepDuty(t *testing.T) {
	t.Helper()
	if err := w.SweepDuty(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whose page locks, or who signs out, is not on duty a moment later.
func TestDutyEndsWithTheLock(t *testing.T) {
	for _, path := range []string{"/api/lock", "/api/sign-out"} {
		w := openWard(t)
		servertest.Dial(t, w.URL, w.moderator).Join(w.room, "")
		fox := servertest.Dial(t, w.URL, w.fox)
		fox.Join(w.room, "")
		w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
		onDuty(fox, 1)
		w.accepted(t, path, w.moderator, map[string]any{})
		w.clock.advance(duty.Leaving + time.Second)
		w.sweepDuty(t)
		onDuty(fox, 0)
	}
}

// A participant does not come on duty, and what moderators ask of a console they do not.
func TestAttackDutyOfAParticipant(t *testing.T) {
	w := openWard(t)
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/duty", w.fox, map[string]any{"on": true})
	guide := servertest.Dial(t, w.URL, w.moderator)
	if j := guide.Join(w.room, ""); len(j.Room.OnDuty) != 0 {
		t.Errorf("on duty: %v", j.Room.OnDuty)
	}
}

// The console shows each room, and what nobody has answered there, of rooms that sleep,
// and wakes none of them.
func TestConsoleWakesNoRoom(t *testing.T) {
	w := openWard(t)
	quiet := w.openRoom(t, "Morning")
	fox := servertest.Dial(t, w.URL, w.fox)
	fox.Join(w.room, "")
	fox.Post(w.room, "my first evening here")
	fox.Post(w.room, "is anybody there?")
	w.clock.advance(time.Minute)
	if err := w.SweepDesk(t.Context()); err != nil { // nothing is left to be looked at when it starts again
		t.Fatal(err)
	}
	w.Stop(t)
	asleep := servertest.Run(t, w.Config)
	w.Server = asleep
	before := roomsAwake(t, asleep)
	rooms, _ := w.console(t, w.lead)["rooms"].([]any)
	if len(rooms) != 2 {
		t.Fatalf("%v", rooms)
	}
	for _, r := range rooms {
		one := r.(map[string]any)
		n, _ := one["unanswered"].(float64)
		if want := map[any]float64{string(w.room): 2, string(quiet): 0}[one["room"]]; n != want || one["members"].(float64) < 1 {
			t.Errorf("%v has %v unanswered, want %v", one, n, want)
		}
	}
	if after := roomsAwake(t, asleep); after != before {
		t.Errorf("%d rooms are awake, before it were %d", after, before)
	}
}

// roomsAwake is how many rooms a server has in memory.
func roomsAwake(t *testing.T, s *servertest.Server) int {
	t.Helper()
	answer, err := http.Get("http://" + s.OpsAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if n, found := strings.CutPrefix(lines.Text(), "kith_rooms_active "); found {
			awake, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			return awake
		}
	}
	t.Fatal("the server does not say how many rooms it has in memory")
	return 0
}

// Two moderators: what the one has goes to the other, item by item or as a shift that both
// confirm; the room is never without anybody in between.
func TestHandOver(t *testing.T) {
	w := openWard(t)
	guide, lead, fox := servertest.Dial(t, w.URL, w.moderator), servertest.Dial(t, w.URL, w.lead), servertest.Dial(t, w.URL, w.fox)
	guide.Join(w.room, "")
	lead.Join(w.room, "")
	you := fox.Join(w.room, "").You
	fox.Must(cmd("write_line", w.room, "member", you, "text", "could we talk?"), nil)
	w.kinds(t, guide, w.moderator, 1)
	item := w.queue(t, w.moderator)[0]["item"]
	colleague := func(cookie string) map[string]any {
		status, answer, _ := w.Get(t, "/api/colleagues", cookie)
		list, _ := answer["colleagues"].([]any)
		if status != http.StatusOK || len(list) != 1 {
			t.Fatalf("colleagues: %d %v", status, answer)
		}
		rooms, _ := list[0].(map[string]any)["rooms"].([]any)
		if len(rooms) != 1 {
			t.Fatalf("a colleague in %v", rooms)
		}
		return rooms[0].(map[string]any)
	}
	toLead, toGuide := colleague(w.moderator), colleague(w.lead)
	if toLead["alias"] != "Robin Evening" || toGuide["alias"] != "Sam Guide" {
		t.Errorf("%v, %v", toLead, toGuide)
	}
	to := func(of map[string]any, more map[string]any) map[string]any {
		more["room"], more["member"] = of["room"], of["member"]
		return more
	}
	w.accepted(t, "/api/desk/claim", w.moderator, map[string]any{"item": item})
	w.refused(t, http.StatusConflict, "item_taken", "/api/desk/hand-over", w.lead, to(toGuide, map[string]any{"item": item}))
	w.refused(t, http.StatusBadRequest, "no_such_colleague", "/api/desk/hand-over", w.moderator, map[string]any{"item": item, "room": w.room, "member": you})
	w.accepted(t, "/api/desk/hand-over", w.moderator, to(toLead, map[string]any{"item": item}))
	if i := w.queue(t, w.lead)[0]; i["mine"] != true {
		t.Errorf("the lead has %v", i)
	}
	w.accepted(t, "/api/desk/hand-over", w.lead, to(toGuide, map[string]any{"item": item}))

	w.accepted(t, "/api/duty", w.moderator, map[string]any{"on": true})
	onDuty(fox, 1)
	w.refused(t, http.StatusForbidden, "not_allowed", "/api/shift/offer", w.fox, to(toLead, map[string]any{}))
	shift := w.accepted(t, "/api/shift/offer", w.moderator, to(toLead, map[string]any{}))["shift"]
	offers, _ := w.console(t, w.lead)["shifts"].([]any)
	if len(offers) != 1 || offers[0].(map[string]any)["with"] != "Sam Guide" {
		t.Fatalf("the lead is asked: %v", offers)
	}
	w.refused(t, http.StatusNotFound, "no_such_shift", "/api/shift/take", w.moderator, map[string]any{"shift": shift}) // not to themselves
	w.accepted(t, "/api/shift/take", w.lead, map[string]any{"shift": shift})
	onDuty(fox, 2)
	onDuty(fox, 1)
	if i := w.queue(t, w.lead)[0]; i["mine"] != true {
		t.Errorf("after the shift the lead has %v", i)
	}
	if on := w.console(t, w.moderator)["duty"]; on != false {
		t.Error("who has gone is still on duty")
	}
	w.refused(t, http.StatusNotFound, "no_such_shift", "/api/shift/take", w.lead, map[string]any{"shift": shift})
}

// A session of the group in which members are to be quiet: what they write is refused until
// it is over, to the minute, and the room opens by itself.
func TestQuietSession(t *testing.T) {
	w := openWard(t)
	lead, fox := servertest.Dial(t, w.URL, w.lead), servertest.Dial(t, w.URL, w.fox)
	lead.Join(w.room, "")
	fox.Join(w.room, "")
	now := w.clock.now().UTC()
	from := now.Hour()*60 + now.Minute()
	schedule := map[string]any{"zone": "UTC", "weekly": []map[string]any{{"day": int(now.Weekday()), "from": from, "to": from + 90}}}
	lead.Must(cmd("set_sessions", w.room, "schedule", schedule, "quiet", true), nil)
	l := fox.Do(cmd("post", w.room, "text", "hello"))
	if l.Error == nil || l.Error.Code != "in_session" || l.Error.Until != room.Time(now.Truncate(time.Minute).Add(90*time.Minute).UnixMilli()) {
		t.Fatalf("%s", l.Raw)
	}
	lead.Post(w.room, "we meet just now")
	w.clock.advance(91 * time.Minute)
	fox = servertest.Dial(t, w.URL, w.signIn(t, "person.fox", passphrase))
	if j := fox.Join(w.room, ""); j.Room.Calendar == nil || j.Room.Calendar.LastSession == nil || len(j.Room.Calendar.ComingSessions) == 0 {
		t.Errorf("the calendar: %+v", j.Room.Calendar)
	}
	fox.Post(w.room, "that was good")
}
