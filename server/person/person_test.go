package person_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

func id(prefix string, n byte) string { return fact.FormID(prefix, [fact.IDBytes]byte{n}) }

func anID(prefix string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return id(prefix, rapid.ByteRange(0, 4).Draw(t, "id")) })
}

func aFact() *rapid.Generator[fact.Fact] {
	return rapid.Custom(func(t *rapid.T) fact.Fact {
		room := person.RoomID(anID("r_").Draw(t, "room"))
		session := person.SessionID(anID("s_").Draw(t, "session"))
		cmd := rapid.StringMatching(`[a-c]`).Draw(t, "cmd")
		return rapid.SampledFrom([]fact.Fact{
			person.Enrolled{},
			person.RoomJoined{Room: room},
			person.RoomLeft{Room: room},
			person.SessionEnded{Session: session, Reason: person.SignedOut},
			person.SessionsEnded{Reason: person.EndOfCare, Cmd: cmd},
			person.SessionsEnded{Reason: person.EndedByOwner, Except: session, Cmd: cmd},
			person.PassphraseReset{By: fact.Machine},
			person.PassphraseChanged{},
			person.SecondStep{Did: person.SecondWasSet},
			person.SecondStep{Did: person.SecondRecovered},
			person.NoticeSeen{Notice: person.NoticeID("n" + rapid.StringMatching(`[1-9]`).Draw(t, "notice"))},
		}).Draw(t, "fact")
	})
}

// history is a stream as it would be stored: numbered, and time not going back.
func history(t *rapid.T) []person.Event {
	facts := rapid.SliceOfN(aFact(), 0, 60).Draw(t, "facts")
	events, now := make([]person.Event, len(facts)), int64(1)
	for i, f := range facts {
		now += rapid.Int64Range(0, 1000).Draw(t, "ms")
		events[i] = person.Event{Seq: eventlog.Seq(i + 1), At: now, By: fact.System, Fact: f}
	}
	return events
}

func foldAll(events []person.Event) (s person.State) {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}

// The fold agrees with a model that asks the whole history each question anew.
func TestFoldAgreesWithTheHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := history(t)
		s := foldAll(events)
		for n := range byte(5) {
			room := person.RoomID(id("r_", n))
			in := false
			for _, e := range events {
				switch e.Fact {
				case person.RoomJoined{Room: room}:
					in = true
				case person.RoomLeft{Room: room}:
					in = false
				}
			}
			if s.In(room) != in {
				t.Fatalf("in room %d: %v", n, s.In(room))
			}
		}
		for _, n := range s.Notices {
			if !s.Unread(n.ID) || !n.ID.Valid() {
				t.Fatal(n)
			}
		}
		if want := unread(events); !slices.Equal(s.Notices, want) {
			t.Fatalf("notices %v, want %v", s.Notices, want)
		}
		if len(events) > 0 && s.At != events[len(events)-1].At {
			t.Fatal(s.At)
		}
	})
}

func unread(events []person.Event) []person.Notice {
	var all []person.Notice
	for i, e := range events {
		kind := person.NoticeChanged
		switch e.Fact.(type) {
		case person.PassphraseReset:
			kind = person.NoticeReset
		case person.PassphraseChanged:
		case person.SecondStep:
			kind = person.NoticeKind(e.Fact.(person.SecondStep).Did)
		default:
			continue
		}
		n := person.Notice{ID: person.NoticeID("n" + itoa(int(e.Seq))), Kind: kind, At: e.At}
		seen := slices.ContainsFunc(events[i:], func(e person.Event) bool { return e.Fact == person.NoticeSeen{Notice: n.ID} })
		if !seen {
			all = append(all, n)
		}
	}
	return all[max(0, len(all)-person.MaxNotices):]
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

// Applying an event twice changes nothing, and never the state it was given.
func TestApplyTwiceAndWithoutTouching(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := history(t)
		s := person.State{}
		for _, e := range events {
			before := copyOf(s)
			next := s.Apply(e)
			if !reflect.DeepEqual(s, before) {
				t.Fatalf("%T changed the state before it", e.Fact)
			}
			kept := copyOf(next)
			for _, other := range events {
				s.Apply(other) // another branch shares nothing with this one
			}
			if !same(next, kept) {
				t.Fatalf("%T: two branches share memory", e.Fact)
			}
			if again := next.Apply(e); !same(again, next) {
				t.Fatalf("%T twice: %+v, want %+v", e.Fact, again, next)
			}
			s = next
		}
	})
}

func copyOf(s person.State) person.State {
	s.Rooms, s.Notices, s.Endings = slices.Clone(s.Rooms), slices.Clone(s.Notices), slices.Clone(s.Endings)
	return s
}

func same(a, b person.State) bool {
	return slices.Equal(a.Rooms, b.Rooms) && slices.Equal(a.Notices, b.Notices) && slices.Equal(a.Endings, b.Endings) &&
		a.At == b.At && a.EnrolledAt == b.EnrolledAt
}

func TestRecordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, e := range history(t) {
			r, err := e.Encode()
			if err != nil || r.HasBody {
				t.Fatal(e, err)
			}
			r.Seq = e.Seq
			if got, err := person.Decode(r); got != e || err != nil {
				t.Fatalf("%+v, want %+v (%v)", got, e, err)
			}
		}
	})
}

// What version 1 of each kind looks like. These lines stand in stored logs: they
// are only ever added to.
var released = []string{
	`{"kind":"enrolled","v":1,"at":1,"by":"machine","data":{}}`,
	`{"kind":"room_joined","v":1,"at":1,"by":"p_AgAAAAAAAAAAAAAAAAAAAA","data":{"room":"r_AQAAAAAAAAAAAAAAAAAAAA"}}`,
	`{"kind":"room_left","v":1,"at":2,"by":"system","data":{"room":"r_AQAAAAAAAAAAAAAAAAAAAA"}}`,
	`{"kind":"session_ended","v":1,"at":2,"by":"machine","data":{"session":"s_AQAAAAAAAAAAAAAAAAAAAA","reason":"signed_out"}}`,
	`{"kind":"sessions_ended","v":1,"at":3,"by":"machine","data":{"reason":"end_of_care","cmd":"x"}}`,
	`{"kind":"sessions_ended","v":1,"at":3,"by":"machine","data":{"reason":"ended_by_owner","except":"s_AQAAAAAAAAAAAAAAAAAAAA","cmd":"y"}}`,
	`{"kind":"passphrase_reset","v":1,"at":4,"by":"machine","data":{"by":"p_AgAAAAAAAAAAAAAAAAAAAA"}}`,
	`{"kind":"passphrase_changed","v":1,"at":5,"by":"machine","data":{}}`,
	`{"kind":"notice_seen","v":1,"at":6,"by":"machine","data":{"notice":"n7"}}`,
}

func TestReleasedRecordsAreRead(t *testing.T) {
	var s person.State
	for i, meta := range released {
		e, err := person.Decode(eventlog.Record{Seq: eventlog.Seq(i + 1), Meta: []byte(meta)})
		if err != nil {
			t.Fatal(meta, err)
		}
		if r, err := e.Encode(); string(r.Meta) != meta || err != nil {
			t.Errorf("%s, want %s (%v)", r.Meta, meta, err)
		}
		s = s.Apply(e)
	}
	want := person.State{
		EnrolledAt: 1, Rooms: []person.RoomID{}, Left: s.Left, Endings: []string{"x", "y"}, At: 6,
		Notices: []person.Notice{{"n8", person.NoticeChanged, 5}},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v", s)
	}
}

func TestUnknownIsRefused(t *testing.T) {
	for _, meta := range []string{
		`{"kind":"enrolled","v":2,"at":1,"by":"machine","data":{}}`,
		`{"kind":"graduated","v":1,"at":1,"by":"machine","data":{}}`,
	} {
		if _, err := person.Decode(eventlog.Record{Meta: []byte(meta)}); !errors.Is(err, fact.ErrUnknown) {
			t.Error(meta, err)
		}
	}
	r := eventlog.Record{Meta: []byte(released[0]), HasBody: true}
	if _, err := person.Decode(r); !errors.Is(err, fact.ErrMalformed) {
		t.Error("a body in a stream without words:", err)
	}
}

func TestStreamNames(t *testing.T) {
	p := person.ID(id("p_", 200))
	if err := eventlog.CheckName(p.Stream()); err != nil {
		t.Error(p.Stream(), err)
	}
	if got, ok := person.OfStream(p.Stream()); got != p || !ok {
		t.Error(got, ok)
	}
	if got, ok := person.OfRoomKey(person.RoomID(id("r_", 7)).Key()); got != person.RoomID(id("r_", 7)) || !ok {
		t.Error(got, ok)
	}
	for _, bad := range []string{"", "program", "person/", "person/" + p.Key()[1:], "person/C8" + p.Key()[2:], "room/" + p.Key(), "person/g" + p.Key()[1:]} {
		if _, ok := person.OfStream(bad); ok {
			t.Errorf("%q", bad)
		}
	}
	if _, err := person.ParseID("p_x"); !errors.Is(err, person.ErrBadID) {
		t.Error(err)
	}
	if got, err := person.ParseID(string(p)); got != p || err != nil {
		t.Error(got, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, meta := range released {
		f.Add([]byte(meta), []byte(nil), false)
	}
	f.Add([]byte(`{"kind":"enrolled","v":1,"at":1,"by":"machine","data":null}`), []byte("{}"), true)
	f.Fuzz(func(t *testing.T, meta, body []byte, hasBody bool) {
		e, err := person.Decode(eventlog.Record{Seq: 1, Meta: meta, Body: body, HasBody: hasBody})
		if err != nil {
			return
		}
		r, err := e.Encode()
		if err != nil {
			t.Fatalf("%s was read but can't be written: %v", meta, err)
		}
		r.Seq = 1
		if again, err := person.Decode(r); again != e || err != nil {
			t.Fatalf("%+v, want %+v (%v)", again, e, err)
		}
		person.State{}.Apply(e)
	})
}
