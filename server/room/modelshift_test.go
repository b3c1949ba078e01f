package room_test

import (
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

var paris, _ = time.LoadLocation("Europe/Paris")

func someZone(name string) *time.Location {
	if name == "Europe/Paris" {
		return paris
	}
	return nil
}

func weekly(zone string, from, to int) hours.Schedule {
	return hours.Schedule{Zone: zone, Weekly: []hours.DaySpan{{Day: time.Monday, Span: hours.Span{From: from, To: to}}}}
}

// longAgo has one time; all is most of the week.
var (
	longAgo = hours.Schedule{Zone: "Europe/Paris", Except: []hours.Date{{Date: "2020-02-03", Spans: []hours.Span{{From: 540, To: 720}}}}}
	all     = hours.Schedule{Zone: "Europe/Paris", Weekly: []hours.DaySpan{
		{Day: time.Monday, Span: hours.Span{To: 960}}, {Day: time.Tuesday, Span: hours.Span{To: 960}}, {Day: time.Friday, Span: hours.Span{To: 481}},
	}}
)

// schedules are some that are fine and some that are not, with the word for that.
var schedules = []struct {
	s    hours.Schedule
	code string
}{
	{hours.Schedule{}, ""},
	{weekly("Europe/Paris", 540, 720), ""},
	{weekly("Europe/Paris", 1320, 1800), ""},
	{weekly("Europe/Paris", 480, 480+30*60), "hours_long"},
	{weekly("Mars/Base", 540, 720), "zone_bad"},
	{longAgo, ""},
	{all, ""},
}

func badness(s hours.Schedule) string {
	for _, known := range schedules {
		if known.s.Zone == s.Zone && slices.Equal(known.s.Weekly, s.Weekly) && len(known.s.Except) == len(s.Except) {
			return known.code
		}
	}
	panic("a schedule that is not on the list")
}

// shiftAct is about who is there, when, and what holds meanwhile.
func (w *world) shiftAct(t *rapid.T, whom person.ID) room.Action {
	schedule := schedules[rapid.IntRange(0, len(schedules)-1).Draw(t, "schedule")].s
	switch rapid.IntRange(0, 11).Draw(t, "shift act") {
	case 0, 1:
		return room.SetHours{Schedule: schedule}
	case 2:
		return room.SetSessions{Schedule: schedule, Quiet: rapid.Bool().Draw(t, "quiet")}
	case 3, 4:
		return room.SetUnattended{Mode: rapid.SampledFrom([]room.Unattended{"open", "hold", "closed", "", "shut"}).Draw(t, "mode")}
	case 5:
		return room.SetHouse{House: room.House{NoCrossTalk: rapid.Bool().Draw(t, "no cross-talk"), Links: rapid.Bool().Draw(t, "links")}}
	case 6, 7:
		return room.PinMessage{Message: w.someMessage(t, "") * room.Seq(rapid.IntRange(0, 1).Draw(t, "pin"))}
	case 8, 9:
		return room.CallForHelp{}
	case 10:
		return room.AnswerCall{Person: whom}
	}
	return room.EndCall{}
}

func (m *model) ruleOfShift(c room.Command, s *tale) string {
	by := m.stay(c.Actor)
	call := s.call(m, c.Actor)
	waits := s.policy.unattended == "hold" || s.policy.unattended == "closed"
	switch a := c.Do.(type) {
	case room.SetDuty:
		st := s.stays[a.Person]
		return first(when(a.On && !(st.here(m.latest()) && st.staff()), "no_such_member"), when(s.duty[a.Person] == a.On, "nothing_due"))
	case room.SetHours:
		return first(badness(a.Schedule), when(len(a.Schedule.Weekly) == 0 && waits, "needs_hours"))
	case room.SetSessions:
		return first(badness(a.Schedule), when(a.Quiet && a.Schedule.Empty(), "no_sessions"),
			when(a.Quiet && len(a.Schedule.Weekly) == len(all.Weekly), "quiet_long"))
	case room.SetUnattended:
		return first(when(!slices.Contains([]room.Unattended{"open", "hold", "closed"}, a.Mode), "bad_value"),
			when(a.Mode != "open" && !s.policy.hours, "needs_hours"))
	case room.SetHouse:
		return ""
	case room.PinMessage:
		if a.Message == 0 {
			return when(s.pinned == 0, "nothing_due")
		}
		return first(m.reachable(a.Message, c, by), when(a.Message == s.pinned, "nothing_due"))
	case room.CallForHelp:
		return when(call.seq != 0 && !call.answered, "already_called")
	case room.AnswerCall:
		call := s.call(m, a.Person)
		return first(when(call.seq == 0, "no_call"), when(call.answered, "call_answered"))
	case room.EndCall:
		return when(call.seq == 0, "no_call")
	}
	panic("an act without a rule")
}

func (s *tale) addShift(d done) {
	switch a := d.cmd.Do.(type) {
	case room.SetDuty:
		if s.duty[a.Person] = a.On; !a.On {
			delete(s.duty, a.Person)
		}
	case room.SetHours:
		s.policy.hours = len(a.Schedule.Weekly) > 0 // every week somebody comes, then
	case room.SetSessions:
		s.policy.quiet = a.Quiet
	case room.SetUnattended:
		s.policy.unattended = a.Mode
	case room.SetHouse:
		s.policy.house = a.House
	case room.PinMessage:
		s.pinned = a.Message
	case room.CallForHelp:
		s.calls[d.cmd.Actor] = helpCall{seq: d.seq, at: d.at}
	case room.AnswerCall:
		s.answerCall(a.Person, d.at)
		if s.waits[a.Person] == 0 {
			s.waits[a.Person] = s.calls[a.Person].at
			if d.at-s.calls[a.Person].at > s.policy.keep/2 {
				s.waits[a.Person] = d.at
			}
		}
	case room.EndCall:
		delete(s.calls, d.cmd.Actor)
	}
}

// call is somebody's call; one that was read has a term.
func (s *tale) call(m *model, who person.ID) helpCall {
	if call := s.calls[who]; !call.answered || !m.past(s, call.read) {
		return call
	}
	return helpCall{}
}

func (s *tale) answerCall(who person.ID, at room.Time) {
	if call, ok := s.calls[who]; ok && !call.answered {
		call.answered, call.read = true, at
		s.calls[who] = call
	}
}

// attended: one of those on duty is a member of the team now.
func (s *tale) attended(now room.Time) bool {
	for who := range s.duty {
		if st := s.stays[who]; st.here(now) && st.staff() {
			return true
		}
	}
	return false
}

// checkShift holds who is on duty, who calls and what is pinned against the model.
func (w *world) checkShift(t *rapid.T) {
	t.Helper()
	s, now := w.model.tell(), w.model.latest()
	var on, want []person.ID
	for _, m := range w.state.OnDuty() {
		on = append(on, m.Person)
	}
	for _, who := range w.model.present() {
		if s.duty[who] && s.stays[who].here(now) && s.stays[who].staff() {
			want = append(want, who)
		}
	}
	if !slices.Equal(on, want) || w.state.Attended() != (len(want) > 0) {
		t.Fatalf("on duty are %v (%v), want %v", on, w.state.Attended(), want)
	}
	calls, open := w.state.Calls(), map[person.ID]room.Time{}
	for who := range s.calls {
		if call := s.call(&w.model, who); call.seq != 0 && !call.answered {
			open[who] = call.at
		}
	}
	if len(calls) != len(open) {
		t.Fatalf("%v call, want %v", calls, open)
	}
	for who, at := range open {
		if calls[who].At != at {
			t.Fatalf("%s calls since %d, want %d", who, calls[who].At, at)
		}
	}
	w.checkCallsAndPin(t, s, now)
}

// checkCallsAndPin is the same as each of them sees it.
func (w *world) checkCallsAndPin(t *rapid.T, s *tale, now room.Time) {
	for _, who := range people {
		viewer, _ := w.state.Viewer(who, now)
		eyes := s.eyes(who, now)
		for _, of := range slices.Sorted(maps.Keys(s.calls)) {
			call := s.call(&w.model, of)
			told := call.seq != 0 && (eyes.staff() || of == who && eyes.here(now) && call.seq > eyes.joined)
			if got, ok := w.state.CallOf(of, viewer); ok != told || ok && got.Open() == call.answered {
				t.Fatalf("%s is told of the call of %s: %v, want %v", who, of, ok, told)
			}
		}
		msg := s.msgs[s.pinned]
		want := room.Seq(0)
		if s.pinned != 0 && w.model.sees(s, eyes, msg) && msg.removed == 0 {
			want = msg.textOf
		}
		if got, ok := w.state.Pinned(viewer); got.TextOf != want || ok != (want != 0) {
			t.Fatalf("%s finds %d pinned, want %d", who, got.TextOf, want)
		}
	}
}
