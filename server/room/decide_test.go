package room_test

import (
	"reflect"
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
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
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
		m, _ := w.state.Member(who)
		want := w.model.screen(who, w.bodies)
		page, more := w.state.Page(m, 0, 1000)
		if got := rowsOf(w.state, page, w.bodies); more || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s sees\n%+v\nwant\n%+v", who, got, want)
		}
		if got, want := w.state.Unread(m, readTo), w.model.unread(who, readTo); got != want {
			t.Fatalf("%s has %d unread, want %d", who, got, want)
		}
		if got, want := w.state.LastAt(m), w.model.lastAt(who); got != want {
			t.Fatalf("%s: last message at %d, want %d", who, got, want)
		}
	}
	w.checkPaging(t)
}

func (w *world) checkMembers(t *rapid.T) {
	t.Helper()
	var present []person.ID
	sounds := make(map[string]person.ID)
	for _, m := range w.state.Members() {
		present = append(present, m.Person)
		want := w.model.stay(m.Person)
		if m.Alias.Text != want.alias || m.Role != want.role || m.Joined != want.joined {
			t.Fatalf("%s is %+v, want %+v", m.Person, m, want)
		}
		if other, taken := sounds[aliasKeyOf(m.Alias.Text)]; taken {
			t.Fatalf("%s and %s have the same alias", other, m.Person)
		}
		sounds[aliasKeyOf(m.Alias.Text)] = m.Person
	}
	if !reflect.DeepEqual(present, w.model.present()) {
		t.Fatalf("present are %v, want %v", present, w.model.present())
	}
}

// checkPaging walks backwards in small pages: together they are the whole.
func (w *world) checkPaging(t *rapid.T) {
	t.Helper()
	who := rapid.SampledFrom(people).Draw(t, "reader")
	limit := rapid.IntRange(1, 4).Draw(t, "page size")
	m, _ := w.state.Member(who)
	got, before := []row{}, room.Seq(0)
	for {
		page, more := w.state.Page(m, before, limit)
		if len(page) > limit || more && len(page) < limit {
			t.Fatalf("a page of %d where %d were asked for", len(page), limit)
		}
		got = append(rowsOf(w.state, page, w.bodies), got...)
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
	e, act := w.entries[len(w.entries)-1], w.model.log[len(w.model.log)-1].cmd.Do
	for _, who := range people {
		viewer, _ := w.state.Member(who)
		see := w.model.stay(who)
		shown, ok := room.View(w.state, e, viewer)
		want, concerns, text := expected(act, e)
		wantOK := see.present() && want != "" && (concerns == 0 || see.sees(concerns))
		if ok != wantOK {
			t.Fatalf("%T shows to %s: %v, want %v", act, who, ok, wantOK)
		}
		if ok && (shown.Show != want || shown.TextOf != text || shown.At != e.At) {
			t.Fatalf("%T shows to %s as %+v", act, who, shown)
		}
	}
}

// expected is what an act shows as, the message it concerns and the text it names.
func expected(act room.Action, e room.Entry) (show string, concerns, text room.Seq) {
	switch a := act.(type) {
	case room.PostMessage:
		return room.ShowMessage, e.Seq, e.Seq
	case room.EditMessage:
		return room.ShowEdited, a.Message, e.Seq
	case room.RemoveMessage:
		return room.ShowRemoved, a.Message, 0
	case room.React:
		return room.ShowReaction, a.Message, 0
	case room.AddMember, room.SetRole:
		return room.ShowMember, 0, 0
	case room.EndMembership:
		return room.ShowLeft, 0, 0
	case room.EraseDue:
		return "", 0, 0
	}
	return room.ShowRoom, 0, 0
}
