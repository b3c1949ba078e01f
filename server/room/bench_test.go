package room_test

import (
	"fmt"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// benchRecords is a room's log after a busy year.
const benchRecords = 50_000

// record is metadata and body as a store hands them back.
type record struct{ meta, body []byte }

// busyRoom is a room of twelve with messages, and for every ten of them two
// reactions and an edit.
func busyRoom(b *testing.B, n int) ([]record, *room.State) {
	w := script(b, step{do: room.OpenRoom{Name: "a busy room"}})
	var crew []person.ID
	for i := range 12 {
		crew = append(crew, person.ID(fmt.Sprintf("p_%022d", i)))
		if code := w.try(b, step{do: room.AddMember{Person: crew[i], Alias: fmt.Sprintf("Member %d", i), Role: room.Participant}}); code != "" {
			b.Fatal(code)
		}
	}
	var last room.Seq
	var by person.ID
	for i := len(w.entries); i < n; i++ {
		var act room.Action = room.PostMessage{Text: fmt.Sprintf("Message %06d, about as long as people write when they answer each other.", i)}
		switch {
		case last == 0 || i%13 > 2:
			by, last = crew[i%len(crew)], room.Seq(i+1)
		case i%13 == 2:
			act = room.EditMessage{Message: last, Text: "the same, better said"}
		default:
			act = room.React{Message: last, Reaction: room.Reactions[i%5], On: true}
		}
		post(b, w, by, act)
	}
	return encoded(b, w), w.state
}

func post(b *testing.B, w *scripted, by person.ID, act room.Action) {
	w.now += minute
	d, err := room.Decide(w.state, room.Command{ID: idAt(w.now, uint64(len(w.entries))), Actor: by, At: w.now, Do: act})
	if err != nil {
		b.Fatal(err)
	}
	if err := room.Apply(w.state, *d.Entry); err != nil {
		b.Fatal(err)
	}
	w.entries = append(w.entries, *d.Entry)
}

func encoded(b *testing.B, w *scripted) (records []record) {
	for _, e := range w.entries {
		meta, body, err := room.Encode(e)
		if err != nil {
			b.Fatal(err)
		}
		records = append(records, record{meta, body})
	}
	return records
}

// BenchmarkFold reports the cost of reading and folding one record of a long log.
func BenchmarkFold(b *testing.B) {
	records, _ := busyRoom(b, benchRecords)
	b.ReportAllocs()
	for b.Loop() {
		s := room.New()
		for i, r := range records {
			e, err := room.Decode(room.Seq(i+1), r.meta, r.body)
			if err == nil {
				err = room.Apply(s, e)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRecords, "ns/record")
}

// BenchmarkDecideApply is one posted message, in a room with a long past.
func BenchmarkDecideApply(b *testing.B) {
	_, s := busyRoom(b, benchRecords)
	by, n := person.ID("p_0000000000000000000000"), uint64(benchRecords)
	b.ReportAllocs()
	for b.Loop() {
		n++
		d, err := room.Decide(s, room.Command{ID: idAt(s.At(), n), Actor: by, At: s.At(), Do: room.PostMessage{Text: "one more message"}})
		if err == nil {
			err = room.Apply(s, *d.Entry)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFreezeThaw is a snapshot written and read.
func BenchmarkFreezeThaw(b *testing.B) {
	_, s := busyRoom(b, benchRecords)
	none := func([]room.Seq) (map[room.Seq]string, error) { return nil, nil }
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		data := freeze(b, s)
		size = len(data)
		if _, err := room.Thaw(data, none); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size), "bytes")
	if size > eventlog.MaxValueBytes {
		b.Fatal("larger than a value may be")
	}
}

// BenchmarkFork is a copy made to decide one message on.
func BenchmarkFork(b *testing.B) {
	_, s := busyRoom(b, benchRecords)
	by := person.ID("p_0000000000000000000000")
	b.ReportAllocs()
	for b.Loop() {
		fork := s.Fork()
		d, err := room.Decide(fork, room.Command{ID: idAt(s.At(), 1<<40), Actor: by, At: s.At(), Do: room.PostMessage{Text: "one more message"}})
		if err == nil {
			err = room.Apply(fork, *d.Entry)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
