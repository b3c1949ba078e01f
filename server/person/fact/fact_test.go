package fact_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person/fact"
)

// moved is a fact without words, said one with.
type moved struct {
	To string `json:"to"`
}

func (moved) Kind() string   { return "moved" }
func (moved) Version() int   { return 2 }
func (m moved) Check() error { return badIf(m.To == "") }

type said struct {
	Words string `json:"-"`
}

func (said) Kind() string            { return "said" }
func (said) Version() int            { return 1 }
func (said) Check() error            { return nil }
func (s said) Body() ([]byte, error) { return json.Marshal(s.Words) }
func (s *said) ReadBody(b []byte) error {
	return json.Unmarshal(b, &s.Words)
}

func badIf(bad bool) error {
	if bad {
		return errors.New("bad")
	}
	return nil
}

var kinds = fact.Kinds{"moved": fact.Of[moved](), "said": fact.Of[said]()}

const me = fact.Actor("p_AAAAAAAAAAAAAAAAAAAAAA")

func TestRecordForm(t *testing.T) {
	r, err := fact.Encode(7, me, moved{"there"})
	if err != nil || r.HasBody || r.Body != nil {
		t.Fatal(r, err)
	}
	if want := `{"kind":"moved","v":2,"at":7,"by":"p_AAAAAAAAAAAAAAAAAAAAAA","data":{"to":"there"}}`; string(r.Meta) != want {
		t.Errorf("%s", r.Meta)
	}
	h, f, err := kinds.Decode(r)
	if err != nil || f != (moved{"there"}) || h != (fact.Header{Kind: "moved", V: 2, At: 7, By: me}) {
		t.Error(h, f, err)
	}
}

// Words stand in the body alone, and an erased body leaves the fact without them.
func TestWordsStandInTheBody(t *testing.T) {
	r, err := fact.Encode(7, fact.Machine, said{"canary"})
	if err != nil || !r.HasBody || strings.Contains(string(r.Meta), "canary") || string(r.Body) != `"canary"` {
		t.Fatalf("%s %s %v", r.Meta, r.Body, err)
	}
	if _, f, err := kinds.Decode(r); f != (said{"canary"}) || err != nil {
		t.Error(f, err)
	}
	r.Body = nil
	if _, f, err := kinds.Decode(r); f != (said{}) || err != nil {
		t.Error(f, err)
	}
	r.Body = []byte(`"canary" canary`)
	if _, _, err := kinds.Decode(r); !errors.Is(err, fact.ErrMalformed) || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const by = `"by":"machine"`
	for meta, want := range map[string]error{
		``:   fact.ErrMalformed,
		`{}`: fact.ErrUnknown,
		`{"kind":"moved","v":3,"at":1,` + by + `,"data":{"to":"x"}}`:                                              fact.ErrUnknown,
		`{"kind":"moved","v":1,"at":1,` + by + `,"data":{"to":"x"}}`:                                              fact.ErrUnknown,
		`{"kind":"left","v":1,"at":1,` + by + `,"data":{}}`:                                                       fact.ErrUnknown,
		`{"kind":"moved","v":2,"at":0,` + by + `,"data":{"to":"x"}}`:                                              fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,"by":"me","data":{"to":"x"}}`:                                               fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":""}}`:                                               fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":"x","more":1}}`:                                     fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"To":"x"}}`:                                              fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":"x","to":"y"}}`:                                     fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":"x"},"more":1}`:                                     fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `}`:                                                                fact.ErrMalformed,
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":"x"}} ` + `{}`:                                      fact.ErrMalformed,
		`{"kind":"said","v":1,"at":1,` + by + `,"data":{}}`:                                                       fact.ErrMalformed, // its body is missing
		`{"kind":"moved","v":2,"at":1,` + by + `,"data":{"to":"` + strings.Repeat("x", fact.MaxMetaBytes) + `"}}`: fact.ErrMalformed,
	} {
		_, _, err := kinds.Decode(eventlog.Record{Seq: 3, Meta: []byte(meta)})
		if !errors.Is(err, want) {
			t.Errorf("%.80s: %v, want %v", meta, err, want)
		}
	}
	// A body where none belongs.
	r, _ := fact.Encode(7, me, moved{"there"})
	r.HasBody, r.Body = true, []byte("1")
	if _, _, err := kinds.Decode(r); !errors.Is(err, fact.ErrMalformed) {
		t.Error(err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, err := range []error{
		second(fact.Encode(0, me, moved{"x"})), second(fact.Encode(1, "me", moved{"x"})), second(fact.Encode(1, me, moved{})),
	} {
		if !errors.Is(err, fact.ErrMalformed) {
			t.Error(err)
		}
	}
}

func second(_ eventlog.Record, err error) error { return err }

func TestIDs(t *testing.T) {
	random := [fact.IDBytes]byte{1, 2, 250}
	id := fact.FormID("p_", random)
	if got, ok := fact.IDRandom("p_", id); !ok || got != random || len(id) != 24 {
		t.Error(id, got, ok)
	}
	// The last character holds four spare bits: only one spelling counts.
	for _, bad := range []string{"", "p_", id[:23], id + "A", "q" + id[1:], id[:23] + "B", id[:10] + "+" + id[11:], id[:10] + "\n" + id[11:]} {
		if fact.WellFormedID("p_", bad) {
			t.Errorf("%q", bad)
		}
	}
}
