package server_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
)

// checkViews compares what every client has folded with what a fresh one is given.
func (c *crowd) checkViews(t *testing.T) {
	t.Helper()
	compared := 0
	for _, a := range c.actors {
		if a.out {
			continue
		}
		page, members := freshView(t, a, a.view.order[0])
		compared += len(page)
		if got := len(a.view.order); got != len(page) {
			t.Errorf("client %d holds %d messages, a fresh one %d; missing %s", a.index, got, len(page), a.missing(page))
			continue
		}
		for i, m := range page {
			if mine := comparable(a.view.messages[a.view.order[i]]); !reflect.DeepEqual(mine, comparable(m)) {
				t.Errorf("client %d holds another message at %d:\n%+v\nfresh:\n%+v", a.index, i, mine, comparable(m))
				break
			}
		}
		for _, m := range members {
			if a.view.members[m.Member] != m {
				t.Errorf("client %d holds another member than a fresh one", a.index)
			}
		}
		if len(members) != len(a.view.members) {
			t.Errorf("client %d holds %d members, a fresh one %d", a.index, len(a.view.members), len(members))
		}
	}
	t.Logf("%d messages of folded views compared with fresh pages", compared)
}

// missing is what a fresh page has and the client does not: where, in the room's log and
// on the page.
func (a *actor) missing(page []wire.Message) (list string) {
	for i, m := range page {
		if _, held := a.view.messages[m.ID]; !held {
			seq, _ := a.tokens.ParseMessage(a.room, m.ID)
			list += fmt.Sprintf("[record %d, %d of the page, removed %v, its last event %d]", seq, i, m.RemovedAt != 0, a.last)
		}
	}
	return list
}

// freshView is what somebody who comes in now is given, back to the message oldest.
func freshView(t *testing.T, a *actor, oldest string) (list []wire.Message, members []wire.Member) {
	t.Helper()
	for {
		conn := servertest.Dial(t, a.urls[0], servertest.Cookie(a.who.Token))
		for range 15 { // a connection may send some 20 commands at once
			var page wire.Page // anew: what JSON leaves out would stay from the page before
			if list == nil {
				var j wire.Joined
				conn.Must(a.toTheEnd(), nil) // this node may be behind that of the client
				conn.Must(servertest.Command{"do": "join", "room": a.room, "history": wire.MaxHistory}, &j)
				list, members, page.More = j.Messages, j.Room.Members, j.More
			} else {
				conn.Must(servertest.Command{"do": "history", "room": a.room, "before": list[0].ID, "limit": wire.MaxHistory}, &page)
				list = append(slices.Clone(page.Messages), list...)
			}
			if i := slices.IndexFunc(list, func(m wire.Message) bool { return m.ID == oldest }); i >= 0 {
				_ = conn.CloseNow()
				return list[i:], members
			}
			if !page.More {
				t.Fatalf("client %d holds a message that nobody is given", a.index)
			}
		}
		_ = conn.CloseNow()
	}
}

// checkLog holds the log against what was acknowledged: every acknowledged command
// stands in it once, at the place that was named, and nothing else does.
func (c *crowd) checkLog(t *testing.T, config server.Config) {
	t.Helper()
	opened, err := server.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for _, r := range c.rooms {
		if err := eventlog.Verify(t.Context(), opened.Log, hub.Stream(r.ID)); err != nil {
			t.Errorf("verify: %v", err)
		}
		c.checkStream(t, opened.Log, r)
	}
}

func (c *crowd) checkStream(t *testing.T, log eventlog.Log, r seed.Room) {
	t.Helper()
	acked := make(map[string]*act)
	for _, a := range c.history.ofRoom(r.ID) {
		if a.code == "" {
			acked[a.id] = a
		}
	}
	stored := make(map[string]room.Seq)
	for e := range entries(t, log, r.ID) {
		id := e.Command.String()
		if _, twice := stored[id]; twice {
			t.Errorf("command %s stands in the log twice", id)
		}
		stored[id] = e.Seq
		if a, ok := acked[id]; ok && (a.seq != e.Seq || a.verb == "post" && e.Text() != a.text) {
			t.Errorf("command %s stands at %d, and was acknowledged at %d", id, e.Seq, a.seq)
		}
	}
	for id, a := range acked {
		if _, ok := stored[id]; !ok {
			t.Errorf("LOST: %s %s was acknowledged and is not in the log", a.verb, id)
		}
	}
	for _, a := range c.history.ofRoom(r.ID) {
		if _, ok := stored[a.id]; ok && a.code != "" {
			t.Errorf("command %s was refused and is in the log", a.id)
		}
	}
}

// entries walks a room's log.
func entries(t *testing.T, log eventlog.Log, in room.ID) func(func(room.Entry) bool) {
	return func(yield func(room.Entry) bool) {
		for from := eventlog.Seq(1); ; {
			records, err := log.Read(context.WithoutCancel(t.Context()), hub.Stream(in), from, from+eventlog.MaxRead-1)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				e, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
				if err != nil {
					t.Fatal(err)
				}
				if !yield(e) {
					return
				}
			}
			if len(records) == 0 {
				return
			}
			from = records[len(records)-1].Seq + 1
		}
	}
}

// checkHistory looks for an order that explains all answers.
func (c *crowd) checkHistory(t *testing.T) {
	t.Helper()
	c.history.report(t)
	for _, r := range c.rooms {
		if err := checkRealTime(c.history.ofRoom(r.ID)); err != nil {
			t.Error(err)
		}
	}
	member := func(client int) string { return c.actors[client].name }
	checkModel(t, "message", messageModel, messageHistories(c.history, member))
	checkModel(t, "mute", muteModel, muteHistories(c.history, member))
	checkModel(t, "membership", membershipModel, membershipHistories(c.history, member))
}
