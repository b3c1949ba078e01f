package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// fill posts, edits, reacts and takes back until a room has a snapshot and a tail.
func (h *house) fill(b *hub.Hub, in room.ID, who []person.ID) {
	for i := range 1300 {
		by := who[2+i%2]
		seq := h.post(b, in, by, fmt.Sprintf("text %04d", i))
		switch i % 50 {
		case 1:
			h.do(b, in, by, room.EditMessage{Message: seq, Text: fmt.Sprintf("edited %04d", i)})
		case 2:
			h.do(b, in, by, room.RemoveMessage{Message: seq})
		case 3:
			h.do(b, in, who[0], room.React{Message: seq, Reaction: "hug", On: true})
		}
	}
	h.do(b, in, who[0], room.SetTopic{Text: "the topic"})
	settle()
}

// seenIn is everything a member finds on coming into a room: the answer to the join
// and every page before it.
func (h *house) seenIn(b *hub.Hub, in room.ID, who person.ID) string {
	h.t.Helper()
	c := h.connect(b, who, noShow)
	defer c.conn.Gone()
	ok, _ := c.join(in, "", 100)
	out := []any{ok}
	for page, more := ok.Messages, ok.More; more; {
		pass(time.Second) // commands are limited
		var older wire.Page
		c.must("history", in, fields{"before": page[0].ID, "limit": 100}, &older)
		out = append(out, older)
		page, more = older.Messages, older.More
	}
	text, err := json.Marshal(out)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}

// values that are not there, or not what they should be.
type spoiled struct {
	eventlog.Values
	spoil func(eventlog.Value, error) (eventlog.Value, error)
	asked int
}

func (s *spoiled) Get(ctx context.Context, bucket, key string) (eventlog.Value, error) {
	v, err := s.Values.Get(ctx, bucket, key)
	if bucket != "snapshot" {
		return v, err
	}
	s.asked++
	return s.spoil(v, err)
}

// A room from its snapshot is the room from its log; and a snapshot that is damaged,
// of another room, of another history or of another version costs time only.
func TestLoadedFromSnapshotOrLog(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.hub()
		in, who := h.crew(first, 4)
		h.fill(first, in, who)
		want := map[person.ID]string{who[0]: h.seenIn(first, in, who[0]), who[2]: h.seenIn(first, in, who[2])}
		other, crew := h.crew(first, 4)
		h.fill(first, other, crew)
		foreign := h.snapshotOf(other)
		cases := map[string]func(eventlog.Value, error) (eventlog.Value, error){
			"as it is":          func(v eventlog.Value, err error) (eventlog.Value, error) { return v, err },
			"none":              func(v eventlog.Value, _ error) (eventlog.Value, error) { return v, eventlog.ErrNotFound },
			"damaged when read": func(v eventlog.Value, _ error) (eventlog.Value, error) { return v, eventlog.ErrCorrupt },
			"empty":             func(v eventlog.Value, err error) (eventlog.Value, error) { v.Data = nil; return v, err },
			"cut off": func(v eventlog.Value, err error) (eventlog.Value, error) {
				v.Data = v.Data[:len(v.Data)/2]
				return v, err
			},
			"of another room":    func(v eventlog.Value, err error) (eventlog.Value, error) { v.Data = foreign; return v, err },
			"of another history": func(v eventlog.Value, err error) (eventlog.Value, error) { v.Data[0] ^= 1; return v, err },
			"of nothing":         func(v eventlog.Value, err error) (eventlog.Value, error) { v.Data = v.Data[:32]; return v, err },
		}
		for name, spoil := range cases {
			values := &spoiled{Values: h.values, spoil: spoil}
			b := h.hubOn(h.log, values)
			for viewer, seen := range want {
				if got := h.seenIn(b, in, viewer); got != seen {
					t.Errorf("snapshot %s: another room than from the log", name)
				}
			}
			if values.asked == 0 {
				t.Errorf("snapshot %s was not looked for", name)
			}
			b.Close()
		}
	})
}

func (h *house) snapshotOf(in room.ID) []byte {
	h.t.Helper()
	v, err := h.values.Get(context.Background(), "snapshot", string(in))
	if err != nil {
		h.t.Fatal(err)
	}
	return v.Data
}

// A room that was thawed does not read its whole log again.
func TestSnapshotSparesTheLog(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		first := h.hub()
		in, who := h.crew(first, 4)
		h.fill(first, in, who)
		first.Close()
		log := &counting{Log: h.log}
		if _, err := h.hubOn(log, h.values).Membership(context.Background(), in, who[0]); err != nil {
			t.Fatal(err)
		}
		if log.read > 700 {
			t.Errorf("%d records were read", log.read)
		}
	})
}

type counting struct {
	eventlog.Log
	read int
}

func (c *counting) Read(ctx context.Context, stream string, from, to eventlog.Seq) ([]eventlog.Record, error) {
	records, err := c.Log.Read(ctx, stream, from, to)
	c.read += len(records)
	return records, err
}

// Rooms that nobody follows leave memory; those of a wrong id at once.
func TestRoomsGoToSleep(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[2])
		for i := range 20 {
			pass(time.Second)
			c.refused("join", room.ID(fmt.Sprintf("r_AAAAAAAAAAAAAAAAAAA%02dA", i)), nil)
			c.refused("join", "r_not an id", nil)
		}
		pass(3 * time.Second)
		if n := b.ActiveRooms(); n != 1 {
			t.Errorf("%d rooms in memory, want the one that is followed", n)
		}
		pass(time.Hour)
		if n := b.ActiveRooms(); n != 1 {
			t.Error("a room that is followed went to sleep")
		}
		c.conn.Gone()
		pass(10*time.Minute + time.Second)
		if n := b.ActiveRooms(); n != 0 {
			t.Errorf("%d rooms in memory, and nobody follows any", n)
		}
		if c = h.follow(b, in, who[2]); len(c.lines()) != 0 || b.ActiveRooms() != 1 {
			t.Error("a room that slept does not wake")
		}
	})
}
