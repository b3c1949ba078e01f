package hub_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/sqlitestore"
	"github.com/kith-chat/kith/server/wire"
)

// house is a real store, sealed, and whatever hubs a test opens on it. Each test
// runs in a bubble of its own time: settle waits until everybody is idle.
type house struct {
	t      testing.TB
	log    eventlog.Log
	values eventlog.Values
	below  eventlog.Log // what the store itself holds, sealed
	tokens *wire.Tokens
	ahead  atomic.Int64 // how far the clock was put forward
	logged *bytes.Buffer
	people byte
}

// inHouse runs a test in its bubble.
func inHouse(t *testing.T, f func(t *testing.T, h *house)) {
	synctest.Test(t, func(t *testing.T) { f(t, newHouse(t)) })
}

func newHouse(t testing.TB) *house {
	h := &house{t: t, tokens: wire.NewTokens(bytes.Repeat([]byte{7}, 64)), logged: new(bytes.Buffer)}
	store, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{Clock: h.clock, InsecureSyncOff: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	keys := eventlog.NewKeyring(eventlog.NewKey())
	h.below, h.log, h.values = store, eventlog.Sealed(store, keys), eventlog.SealedValues(store.Values(), keys)
	return h
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *house) forward(d time.Duration) { h.ahead.Add(int64(d)) }

// hub opens one, closed at the test's end at the latest.
func (h *house) hub() *hub.Hub { return h.hubOn(h.log, h.values) }

func (h *house) hubOn(log eventlog.Log, values eventlog.Values) *hub.Hub {
	b := hub.New(hub.Config{
		Log: log, Values: values, Tokens: h.tokens, Clock: h.clock, Rand: rand.Reader,
		Logger: slog.New(slog.NewTextHandler(h.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	h.t.Cleanup(b.Close)
	return b
}

// quiet is a hub for benchmarks, which logs nothing.
func (h *house) quiet() *hub.Hub {
	b := hub.New(hub.Config{
		Log: h.log, Values: h.values, Tokens: h.tokens, Clock: h.clock, Rand: rand.Reader,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	h.t.Cleanup(b.Close)
	return b
}

// settle waits until nothing goes on any more.
func settle() { synctest.Wait() }

// crew opens a room with members: the first two are staff (lead, moderator), the
// others participants.
func (h *house) crew(b *hub.Hub, n int) (in room.ID, who []person.ID) {
	h.t.Helper()
	h.people++
	in = room.ID(fact.FormID("r_", [16]byte{h.people}))
	h.programme(b, in, room.OpenRoom{Name: "Tuesday"})
	for i := range n {
		role := room.Participant
		switch i {
		case 0:
			role = room.Lead
		case 1:
			role = room.Moderator
		}
		who = append(who, personN(i))
		h.programme(b, in, room.AddMember{Person: who[i], Alias: fmt.Sprintf("Alias %d", i), Role: role})
	}
	return in, who
}

func personN(i int) person.ID {
	return person.ID(fact.FormID("p_", [16]byte{1, byte(i), byte(i >> 8)}))
}

// programme has the programme do something.
func (h *house) programme(b *hub.Hub, in room.ID, act room.Action) hub.Outcome {
	h.t.Helper()
	out, err := b.Do(context.Background(), in, "", b.NewID(), act)
	if err != nil {
		h.t.Fatalf("%T: %v", act, err)
	}
	return out
}

// post says something and returns the record it stands in.
func (h *house) post(b *hub.Hub, in room.ID, by person.ID, text string) room.Seq {
	h.t.Helper()
	return h.do(b, in, by, room.PostMessage{Text: text})
}

func (h *house) do(b *hub.Hub, in room.ID, by person.ID, act room.Action) room.Seq {
	h.t.Helper()
	out, err := b.Do(context.Background(), in, by, b.NewID(), act)
	if err != nil {
		h.t.Fatalf("%T: %v", act, err)
	}
	return out.Seq
}

// texts is every message in a room's log, as the store has them.
func (h *house) texts(in room.ID) (texts []string) {
	h.t.Helper()
	for from := eventlog.Seq(1); ; {
		records, err := h.log.Read(context.Background(), hub.Stream(in), from, from+eventlog.MaxRead-1)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range records {
			e, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
			if err != nil {
				h.t.Fatal(err)
			}
			if _, ok := e.Event.(*room.MessagePosted); ok {
				texts = append(texts, e.Text())
			}
		}
		if len(records) < eventlog.MaxRead {
			return texts
		}
		from += eventlog.Seq(len(records))
	}
}
