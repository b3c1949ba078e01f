// Package fact is the strict, versioned form in which the streams of people and
// of the programme keep what happened. It is pure.
//
// The metadata of a record is one JSON object:
//
//	{"kind": KIND, "v": VERSION, "at": ms since 1970 UTC, "by": ACTOR, "data": {…}}
//
// and the body, where a kind has one, is JSON too. Reading refuses what it does
// not know (a kind, a version, a member, a body where none belongs): folding
// half of a history would show somebody rights they do not have.
package fact

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/strictjson"
)

// Errors of Encode and Decode (wrapped; test with errors.Is). Neither carries
// any part of the record: a body holds what people wrote.
var (
	// ErrUnknown: a kind or a version this program cannot read. It is older than
	// the data: start the newer release again.
	ErrUnknown = errors.New("fact: a kind or version this release cannot read")
	// ErrMalformed: the record is not what its kind and version say.
	ErrMalformed = errors.New("fact: a malformed record")
)

// MaxMetaBytes bounds the metadata of one record, in bytes.
const MaxMetaBytes = 4 << 10

// Fact is what happened: a value type, its exported fields are the JSON "data".
type Fact interface {
	// Kind is the stable name, snake_case. It never changes once released.
	Kind() string
	// Version is the version that is written.
	Version() int
	// Check says whether every field is well formed.
	Check() error
}

// Worded is a Fact with words in it, which stand in the record's body alone.
type Worded interface {
	Fact
	// Body is the record's body.
	Body() ([]byte, error)
}

// bodyReader is the other side of Worded, on the pointer to the fact.
type bodyReader interface {
	ReadBody(body []byte) error
}

// Header is what every record says of itself.
type Header struct {
	Kind string `json:"kind"`
	V    int    `json:"v"`
	// At is when it was recorded, in ms since 1970 UTC; it never goes back in a stream.
	At int64 `json:"at"`
	By Actor `json:"by"`
}

type meta struct {
	Header `json:",inline"`
	Data   json.RawMessage `json:"data"`
}

// Encode makes the record of a fact. The error is ErrMalformed, for a fact,
// actor or time that could not be read back.
func Encode(at int64, by Actor, f Fact) (eventlog.Record, error) {
	if at <= 0 || !by.Valid() {
		return eventlog.Record{}, fmt.Errorf("%w: time or actor of %s", ErrMalformed, f.Kind())
	}
	if err := f.Check(); err != nil {
		return eventlog.Record{}, fmt.Errorf("%w: %s: %w", ErrMalformed, f.Kind(), err)
	}
	data, err := json.Marshal(f)
	if err != nil {
		return eventlog.Record{}, fmt.Errorf("%w: %s", ErrMalformed, f.Kind())
	}
	m := meta{Header: Header{Kind: f.Kind(), V: f.Version(), At: at, By: by}, Data: data}
	var r eventlog.Record
	if r.Meta, err = json.Marshal(m); err != nil {
		return eventlog.Record{}, fmt.Errorf("%w: %s", ErrMalformed, f.Kind())
	}
	if w, ok := f.(Worded); ok {
		if r.Body, err = w.Body(); err != nil {
			return eventlog.Record{}, fmt.Errorf("%w: body of %s", ErrMalformed, f.Kind())
		}
		r.HasBody = true
	}
	return r, nil
}

// Kinds is everything a stream may hold.
type Kinds map[string]Reader

// Reader reads one kind.
type Reader struct {
	version int
	read    func(data, body []byte) (Fact, error)
}

// Of is the Reader of the kind F in its present version. A released version that
// is no longer written gets a Reader of its own beside it.
func Of[F Fact]() Reader {
	var zero F
	return Reader{version: zero.Version(), read: readAs[F]}
}

func readAs[F Fact](data, body []byte) (Fact, error) {
	var f F
	if err := strictjson.Unmarshal(data, &f); err != nil {
		return nil, errors.New("data")
	}
	// An erased body leaves the words empty; everything else still stands.
	if in, ok := any(&f).(bodyReader); ok && body != nil {
		if err := in.ReadBody(body); err != nil {
			return nil, errors.New("body")
		}
	}
	if err := f.Check(); err != nil {
		return nil, err
	}
	return f, nil
}

// Decode reads a record. Errors: ErrUnknown, ErrMalformed; they name the kind's
// position in the stream and nothing that stands in it.
func (k Kinds) Decode(r eventlog.Record) (Header, Fact, error) {
	var m meta
	if len(r.Meta) > MaxMetaBytes {
		return Header{}, nil, fmt.Errorf("%w: record %d is too long", ErrMalformed, r.Seq)
	}
	if err := strictjson.Unmarshal(r.Meta, &m); err != nil {
		return Header{}, nil, fmt.Errorf("%w: record %d", ErrMalformed, r.Seq)
	}
	reader, ok := k[m.Kind]
	if !ok || reader.version != m.V {
		return Header{}, nil, fmt.Errorf("%w: record %d", ErrUnknown, r.Seq)
	}
	if m.At <= 0 || !m.By.Valid() {
		return Header{}, nil, fmt.Errorf("%w: time or actor of record %d", ErrMalformed, r.Seq)
	}
	f, err := reader.read(m.Data, r.Body)
	if err != nil {
		return Header{}, nil, fmt.Errorf("%w: record %d: %w", ErrMalformed, r.Seq, err)
	}
	if _, worded := f.(Worded); worded != r.HasBody {
		return Header{}, nil, fmt.Errorf("%w: record %d has a body too many or too few", ErrMalformed, r.Seq)
	}
	return m.Header, f, nil
}
