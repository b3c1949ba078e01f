package program_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
)

func aFact() *rapid.Generator[fact.Fact] {
	return rapid.Custom(func(t *rapid.T) fact.Fact {
		n := [fact.IDBytes]byte{rapid.ByteRange(0, 4).Draw(t, "id")}
		p, r := person.ID(fact.FormID("p_", n)), program.RoomID(fact.FormID("r_", n))
		name := string(rapid.SliceOfN(rapid.SampledFrom([]rune("aß🦊 \"")), 0, program.MaxName).Draw(t, "name"))
		return rapid.SampledFrom([]fact.Fact{
			program.ProgramNamed{Name: name},
			program.RoomOpened{Room: r},
			program.PersonEnrolled{Person: p},
			program.LeadAppointed{Person: p},
			program.LeadRemoved{Person: p},
		}).Draw(t, "fact")
	})
}

// The fold agrees with a model that asks the whole history each question anew;
// an event twice, or its record and back, changes nothing.
func TestFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(aFact(), 0, 50).Draw(t, "facts")
		var s program.State
		name, lead := "", map[person.ID]bool{}
		var rooms []program.RoomID
		var people []person.ID
		for i, f := range facts {
			e := program.Event{Seq: eventlog.Seq(i + 1), At: int64(i + 1), By: fact.Machine, Fact: f}
			r, err := e.Encode()
			if err != nil {
				t.Fatal(err)
			}
			r.Seq = e.Seq
			back, err := program.Decode(r)
			if back != e || err != nil {
				t.Fatalf("%+v, want %+v (%v)", back, e, err)
			}
			next := s.Apply(e)
			if again := next.Apply(e); !reflect.DeepEqual(again, next) {
				t.Fatalf("%T twice", f)
			}
			s = next
			switch f := f.(type) {
			case program.ProgramNamed:
				name = f.Name
			case program.RoomOpened:
				if !slices.Contains(rooms, f.Room) {
					rooms = append(rooms, f.Room)
				}
			case program.PersonEnrolled:
				if !slices.Contains(people, f.Person) {
					people = append(people, f.Person)
				}
			case program.LeadAppointed:
				lead[f.Person] = true
			case program.LeadRemoved:
				delete(lead, f.Person)
			}
		}
		if s.Name != name || !slices.Equal(s.Rooms, rooms) || !slices.Equal(s.People, people) || len(s.Leads) != len(lead) {
			t.Fatalf("%+v", s)
		}
		for p := range lead {
			if !s.IsLead(p) {
				t.Fatal(p)
			}
		}
	})
}

// What version 1 of each kind looks like; only ever added to.
var released = []struct{ meta, body string }{
	{`{"kind":"program_named","v":1,"at":1,"by":"machine","data":{}}`, `{"name":"Harbour"}`},
	{`{"kind":"room_opened","v":1,"at":1,"by":"machine","data":{"room":"r_AQAAAAAAAAAAAAAAAAAAAA"}}`, ""},
	{`{"kind":"person_enrolled","v":1,"at":1,"by":"machine","data":{"person":"p_AQAAAAAAAAAAAAAAAAAAAA"}}`, ""},
	{`{"kind":"lead_appointed","v":1,"at":1,"by":"machine","data":{"person":"p_AQAAAAAAAAAAAAAAAAAAAA"}}`, ""},
	{`{"kind":"lead_removed","v":1,"at":1,"by":"machine","data":{"person":"p_AQAAAAAAAAAAAAAAAAAAAA"}}`, ""},
}

func record(meta, body string) eventlog.Record {
	r := eventlog.Record{Seq: 1, Meta: []byte(meta), HasBody: body != ""}
	if body != "" {
		r.Body = []byte(body)
	}
	return r
}

func TestReleasedRecordsAreRead(t *testing.T) {
	for _, c := range released {
		e, err := program.Decode(record(c.meta, c.body))
		if err != nil {
			t.Fatal(c.meta, err)
		}
		if r, err := e.Encode(); string(r.Meta) != c.meta || string(r.Body) != c.body || err != nil {
			t.Errorf("%s %s (%v)", r.Meta, r.Body, err)
		}
	}
}

// The programme's name is words: in the body alone, and gone once erased.
func TestNameIsErasable(t *testing.T) {
	e := program.Event{At: 1, By: fact.Machine, Fact: program.ProgramNamed{Name: "canary"}}
	r, err := e.Encode()
	if err != nil || strings.Contains(string(r.Meta), "canary") {
		t.Fatalf("%s %v", r.Meta, err)
	}
	r.Body = nil
	if got, err := program.Decode(r); err != nil || got.Fact != (program.ProgramNamed{}) {
		t.Error(got, err)
	}
	e.Fact = program.ProgramNamed{Name: strings.Repeat("x", program.MaxName+1)}
	if _, err := e.Encode(); !errors.Is(err, fact.ErrMalformed) || strings.Contains(err.Error(), "xxx") {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range released {
		f.Add([]byte(c.meta), []byte(c.body), c.body != "")
	}
	f.Fuzz(func(t *testing.T, meta, body []byte, hasBody bool) {
		e, err := program.Decode(eventlog.Record{Seq: 1, Meta: meta, Body: body, HasBody: hasBody})
		if err != nil {
			return
		}
		r, err := e.Encode()
		if err != nil {
			t.Fatalf("%s was read but can't be written: %v", meta, err)
		}
		r.Seq = 1
		if again, err := program.Decode(r); again != e || err != nil {
			t.Fatalf("%+v, want %+v (%v)", again, e, err)
		}
		program.State{}.Apply(e)
	})
}
