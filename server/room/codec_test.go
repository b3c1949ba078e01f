package room_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
)

const goodMeta = `{"k":"reaction_set","v":1,"at":1,"by":"p_x","id":"00000000-0000-7000-8000-000000000000","fp":"0000000000000000","d":{"message":4,"reaction":"hug","on":true}}`

// A record that this program does not know to the last field must not be folded:
// what it would leave out could be a mute.
func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	if _, err := room.Decode(5, []byte(goodMeta), nil); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	cases := []struct {
		name, from, to string
		unknown        bool
	}{
		{"unknown kind", "reaction_set", "member_blessed", true},
		{"no kind", `"k":"reaction_set",`, ``, true},
		{"newer version", `"v":1`, `"v":3`, true},
		{"older version", `"v":1`, `"v":0`, true},
		{"unknown field", `"at":1`, `"at":1,"until":2`, false},
		{"unknown field of the event", `"on":true`, `"on":true,"by":"p_y"`, false},
		{"wrong type", `"message":4`, `"message":"4"`, false},
		{"negative message", `"message":4`, `"message":-4`, false},
		{"id that is none", "7000-8000", "4000-8000", false},
		{"short fingerprint", `"fp":"00`, `"fp":"`, false},
		{"fingerprint not in hex", `"fp":"0`, `"fp":"x`, false},
		{"no event", `,"d":{"message":4,"reaction":"hug","on":true}`, ``, false},
		{"something after its end", `true}}`, `true}} {}`, false},
		{"cut off", `true}}`, `true}`, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.Replace(goodMeta, c.from, c.to, 1)
			if bad == goodMeta {
				t.Fatal("the case changes nothing")
			}
			_, err := room.Decode(5, []byte(bad), nil)
			if err == nil || errors.Is(err, room.ErrUnknownEvent) != c.unknown {
				t.Fatalf("%v", err)
			}
			if strings.Contains(err.Error(), "p_") {
				t.Fatalf("the error quotes the record: %v", err)
			}
		})
	}
	if _, err := room.Decode(5, []byte(goodMeta), []byte("text")); err == nil {
		t.Fatal("a body where there is none to be")
	}
	for _, kind := range []string{"role_set", "member_joined"} {
		roleless := strings.Replace(strings.Replace(goodMeta, "reaction_set", kind, 1), `{"message":4,"reaction":"hug","on":true}`, `{"person":"p_x"}`, 1)
		if _, err := room.Decode(5, []byte(roleless), nil); err == nil {
			t.Fatalf("%s without a role", kind)
		}
	}
}

// What Decide cannot have written is refused by Apply.
func TestApplyRefusesTheImpossible(t *testing.T) {
	id := idAt(start, 500)
	cases := map[string]room.Entry{
		"a gap":                {Seq: 5, Event: &room.TopicSet{}},
		"a repeat":             {Seq: 3, Event: &room.TopicSet{}},
		"opened twice":         {Seq: 4, Event: &room.RoomOpened{Name: "again"}},
		"edit of nothing":      {Seq: 4, Event: &room.MessageEdited{Message: 2}},
		"removal of nothing":   {Seq: 4, Event: &room.MessageRemoved{Message: 2}},
		"an unknown reaction":  {Seq: 4, Header: room.Header{Actor: people[0]}, Event: &room.ReactionSet{Message: 2, Reaction: "no"}},
		"a stranger's message": {Seq: 4, Header: room.Header{Actor: people[6]}, Event: &room.MessagePosted{Text: "hi"}},
		"a stranger's role":    {Seq: 4, Event: &room.RoleSet{Person: people[6], Role: room.Lead}},
		"a stranger leaving":   {Seq: 4, Event: &room.MemberLeft{Person: people[6]}},
	}
	for name, e := range cases {
		w := twoInARoom(t)
		e.Command, e.At = id, start
		if room.Apply(w.state, e) == nil {
			t.Errorf("%s was folded in", name)
		}
	}
}

// FuzzDecode: no bytes make it panic, and what it reads it writes as the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(goodMeta), []byte(nil))
	for _, e := range golden(f).entries {
		meta, body, err := room.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(meta, body)
	}
	f.Fuzz(func(t *testing.T, meta, body []byte) {
		e, err := room.Decode(7, meta, body)
		if err != nil {
			return
		}
		meta2, body2, err := room.Encode(e)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		again, err := room.Decode(7, meta2, body2)
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("written and read again it is\n%+v, not\n%+v (%v)", again, e, err)
		}
		_ = room.Apply(twoInARoom(t).state, e)
	})
}

func FuzzParseCommandID(f *testing.F) {
	f.Add("01900000-0000-7000-8000-000000000000")
	f.Add("01900000-0000-7000-8000-00000000000G")
	f.Add("01900000-0000-4000-8000-000000000000")
	f.Fuzz(func(t *testing.T, s string) {
		id, ok := room.ParseCommandID(s)
		switch {
		case ok && id.String() != s:
			t.Fatalf("%q reads as %s", s, id)
		case ok && (s != strings.ToLower(s) || s[14] != '7' || !strings.Contains("89ab", s[19:20])):
			t.Fatalf("%q is no UUIDv7 in lower case", s)
		case !ok && id != room.CommandID{}:
			t.Fatalf("%q is refused and yet is %s", s, id)
		}
	})
}

// An id built from a time says that time, and reads as itself.
func TestCommandIDKeepsItsTime(t *testing.T) {
	for _, at := range []room.Time{0, 1, start, 1<<48 - 1} {
		id := room.NewCommandID(at, [10]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		again, ok := room.ParseCommandID(id.String())
		if !ok || again != id || again.Time() != at {
			t.Errorf("made at %d: %s, %v, %d", at, id, ok, again.Time())
		}
	}
}
