package room_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// After every command, allowed or not, what the room decided and what each person
// sees is what the list of things done says.
func TestRoomAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		if rapid.IntRange(0, 9).Draw(t, "unopened") > 0 {
			w.found(t)
		}
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			n := len(w.entries)
			w.step(t, w.draw(t))
			if len(w.entries) > n {
				w.checkLast(t)
			}
			w.check(t)
		}
	})
}

// check holds everything that anybody can see against the model.
func (w *world) check(t *rapid.T) {
	t.Helper()
	if w.state.Name() != w.model.text("name") || w.state.Topic() != w.model.text("topic") || w.state.Rules() != w.model.text("rules") {
		t.Fatal("the room's own texts are not what was set last")
	}
	w.checkMembers(t)
	readTo := room.Seq(rapid.IntRange(0, len(w.entries)+1).Draw(t, "read to"))
	for _, who := range people {
		m, _ := w.state.Viewer(who, w.model.latest())
		want := w.model.screen(who, w.bodies)
		page, more := w.state.Page(m, 0, 1000)
		if got := rowsOf(w.state, m, page, w.bodies); more || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s sees\n%+v\nwant\n%+v", who, got, want)
		}
		if got, want := w.state.Unread(m, readTo), w.model.unread(who, readTo); got != want && m.Role != room.Visitor { // a visitor has read nothing and counts nothing
			t.Fatalf("%s has %d unread, want %d", who, got, want)
		}
		if got, want := w.state.LastAt(m), w.model.lastAt(who); got != want {
			t.Fatalf("%s: last message at %d, want %d", who, got, want)
		}
	}
	w.checkPaging(t)
}

// checkLabels: the team's words are for the team alone.
func (w *world) checkLabels(t *rapid.T) {
	t.Helper()
	for _, who := range people {
		viewer, _ := w.state.Viewer(who, w.model.latest())
		got, want := w.state.Labels(viewer), maps.Clone(w.model.tell().labels)
		delete(want, who)
		if !w.model.tell().eyes(who, w.model.latest()).staff() {
			want = nil
		}
		if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s finds labels %v, want %v", who, got, want)
		}
	}
}

// checkHeld: what waits is for staff, and for who wrote it; nobody finds what is past its
// term.
func (w *world) checkHeld(t *rapid.T) {
	t.Helper()
	s := w.model.tell()
	for _, who := range people {
		viewer, _ := w.state.Viewer(who, w.model.latest())
		eyes := s.eyes(who, w.model.latest())
		var got, want []room.Seq
		for _, h := range w.state.Held(viewer) {
			got = append(got, h.Seq)
		}
		for seq, h := range s.held {
			own := h.author == who && eyes.role != room.NoRole && seq > eyes.joined && s.stays[who].present()
			if !w.model.past(s, h.at) && (own || eyes.staff() && !h.declined) {
				want = append(want, seq)
			}
		}
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Fatalf("%s finds held %v, want %v", who, got, want)
		}
	}
}

func (w *world) checkMembers(t *rapid.T) {
	t.Helper()
	var present []person.ID
	sounds := make(map[string]person.ID)
	for _, m := range w.state.Members() {
		present = append(present, m.Person)
		want := w.model.stay(m.Person)
		if m.Alias.Text != want.alias || m.Role != want.role || m.Joined != want.joined || m.Until != want.until {
			t.Fatalf("%s is %+v, want %+v", m.Person, m, want)
		}
		if other, taken := sounds[aliasKeyOf(m.Alias.Text)]; taken {
			t.Fatalf("%s and %s have the same alias", other, m.Person)
		}
		sounds[aliasKeyOf(m.Alias.Text)] = m.Person
	}
	w.checkLabels(t)
	w.checkHeld(t)
	w.checkShift(t)
	if !reflect.DeepEqual(present, w.model.present()) {
		t.Fatalf("present are %v, want %v", present, w.model.present())
	}
}

// checkPaging walks backwards in small pages: together they are the whole.
func (w *world) checkPaging(t *rapid.T) {
	t.Helper()
	who := rapid.SampledFrom(people).Draw(t, "reader")
	limit := rapid.IntRange(1, 4).Draw(t, "page size")
	m, _ := w.state.Viewer(who, w.model.latest())
	got, before := []row{}, room.Seq(0)
	for {
		page, more := w.state.Page(m, before, limit)
		if len(page) > limit || more && len(page) < limit {
			t.Fatalf("a page of %d where %d were asked for", len(page), limit)
		}
		got = append(rowsOf(w.state, m, page, w.bodies), got...)
		if !more {
			break
		}
		before = page[0].Message.Seq
	}
	if want := w.model.screen(who, w.bodies); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s pages through\n%+v\nwant\n%+v", who, got, want)
	}
}

// checkLast holds what the newest entry shows to each viewer against the model.
func (w *world) checkLast(t *rapid.T) {
	t.Helper()
	e, d := w.entries[len(w.entries)-1], w.model.log[len(w.model.log)-1]
	tale := w.model.tell()
	for _, who := range people {
		viewer, _ := w.state.Viewer(who, w.model.latest())
		shown, ok := room.View(w.state, e, viewer)
		want, text := w.model.shows(tale, d, who)
		if ok != (want != "") {
			t.Fatalf("%T shows to %s: %v (%s), want %q", d.cmd.Do, who, ok, shown.Show, want)
		}
		if ok && (shown.Show != want || shown.TextOf != text || shown.At != e.At && want != room.ShowHeld) {
			t.Fatalf("%T shows to %s as %+v, want %s with text %d", d.cmd.Do, who, shown, want, text)
		}
	}
}

// shows is what the newest act shows as to somebody, and the text it names; "" is
// nothing.
func (m *model) shows(s *tale, d done, who person.ID) (show string, text room.Seq) {
	viewer := s.eyes(who, m.latest())
	if !viewer.present() {
		return "", 0
	}
	sees := func(seq room.Seq) bool { return m.sees(s, viewer, s.msgs[seq]) && s.msgs[seq].seq != 0 }
	only := func(ok bool, show string, text room.Seq) (string, room.Seq) {
		if !ok {
			return "", 0
		}
		return show, text
	}
	staff := viewer.staff()
	switch a := d.cmd.Do.(type) {
	case room.PostMessage:
		if d.held {
			return only(staff || d.cmd.Actor == who, room.ShowHeld, d.seq)
		}
		return only(sees(d.seq), room.ShowMessage, d.seq)
	case room.EditMessage:
		return only(sees(a.Message), room.ShowEdited, d.seq)
	case room.RemoveMessage:
		if s.msgs[a.Message].seq == 0 { // it was held
			return only(staff || d.cmd.Actor == who, room.ShowHeldGone, 0)
		}
		return only(sees(a.Message), room.ShowRemoved, 0)
	case room.React:
		return only(sees(a.Message), room.ShowReaction, 0)
	case room.AddMember, room.SetRole:
		return room.ShowMember, 0
	case room.SetTerm:
		return only(staff || a.Person == who, room.ShowTerm, 0)
	case room.SetLabel:
		return only(staff && a.Person != who, room.ShowLabel, d.seq)
	case room.EndMembership:
		return room.ShowLeft, 0
	case room.RemoveMember:
		if staff {
			return room.ShowLeft, d.seq
		}
		return room.ShowLeft, 0
	case room.EraseDue:
		return only(a.To != 0, room.ShowLapsed, 0)
	case room.OpenRoom, room.RenameRoom, room.SetTopic, room.SetRules:
		return room.ShowRoom, 0
	case room.SetHold, room.SetPace, room.ResumeRoom, room.SetKeep:
		return room.ShowPolicy, 0
	case room.PauseRoom:
		return room.ShowPolicy, d.seq
	case room.SetUnattended, room.SetHouse:
		return room.ShowPolicy, 0
	case room.SetDuty:
		return room.ShowDuty, 0
	case room.SetHours, room.SetSessions:
		return room.ShowCalendar, 0
	case room.PinMessage:
		if sees(a.Message) && s.msgs[a.Message].removed == 0 {
			return room.ShowPinned, s.msgs[a.Message].textOf
		}
		return room.ShowPinned, 0
	case room.CallForHelp, room.EndCall:
		return only(staff || d.cmd.Actor == who, room.ShowCall, 0)
	case room.AnswerCall:
		return only(staff || a.Person == who, room.ShowCall, 0)
	case room.SetLegalHold:
		return only(staff, room.ShowPolicy, 0)
	case room.HideMessage:
		return m.showsGone(s, a.Message, d.seq, who, viewer)
	case room.EraseMessage:
		return m.showsGone(s, a.Message, d.seq, who, viewer)
	case room.UnhideMessage:
		return only(sees(a.Message), room.ShowRestored, s.msgs[a.Message].textOf)
	case room.Nudge, room.Mute, room.Unmute:
		return only(staff || s.notes[d.seq].person == who, room.ShowNote, d.seq)
	case room.DeclineMessage:
		return only(staff || s.notes[d.seq].person == who, room.ShowNote, d.seq)
	case room.OpenVisit:
		return only(staff, room.ShowNote, d.seq)
	case room.ReleaseMessage:
		return only(sees(d.seq), room.ShowMessage, a.Held)
	case room.ReportMessage:
		return only(sees(a.Message) && s.reportsTo(a.Message, who, viewer) != "", room.ShowReports, 0)
	case room.ResolveReports:
		return only(sees(a.Message) && s.reportsTo(a.Message, who, viewer) != "", room.ShowReports, 0)
	case room.WriteLine:
		return only(staff || a.Person == who, room.ShowLine, d.seq)
	case room.TakeBackLine:
		return only(staff || a.Person == who, room.ShowLineGone, 0)
	case room.CloseLine:
		return only(staff, room.ShowLineWait, 0)
	case room.MakeAppeal:
		return only(m.toldOf(s, a.Note, who, viewer), room.ShowAppeal, d.seq)
	case room.AnswerAppeal:
		if m.toldOf(s, a.Note, who, viewer) {
			return room.ShowAppeal, d.seq
		}
		n := s.notes[a.Note]
		back := a.Overturn && n.kind == "hidden" && s.msgs[n.message].removed == 0
		return only(back && sees(n.message), room.ShowRestored, s.msgs[n.message].textOf)
	case room.ErasePerson:
		for seq, msg := range s.msgs {
			if msg.author == a.Person && msg.wiped == d.seq && sees(seq) {
				return room.ShowWiped, 0
			}
		}
	}
	return "", 0
}

func (m *model) showsGone(s *tale, seq, words room.Seq, who person.ID, viewer stay) (string, room.Seq) {
	switch msg := s.msgs[seq]; {
	case !m.sees(s, viewer, msg):
		return "", 0
	case viewer.staff() || msg.author == who:
		return room.ShowRemoved, words
	}
	return room.ShowRemoved, 0
}

// toldOf: a note is for the person concerned, within their stay, and for staff.
func (m *model) toldOf(s *tale, seq room.Seq, who person.ID, viewer stay) bool {
	n := s.notes[seq]
	return !m.past(s, n.at) && (viewer.staff() || n.person == who && seq > viewer.joined)
}
