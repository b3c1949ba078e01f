package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// A service manager ends the server: it turns unready, asks everybody to come back,
// answers what was sent before, closes with the code that means "come back", and
// exits well. What it acknowledged is there at the next start, and nothing else.
func TestTerminateDrains(t *testing.T) {
	c := servertest.Config(t.TempDir())
	rooms := servertest.Seed(t, c, seed.Spec{Rooms: 1, Members: 5, Moderators: 1})
	c.Drain = 2 * time.Second
	in := rooms[0].ID
	p := servertest.StartProcess(t, c)
	var clients []*servertest.Client
	for _, m := range rooms[0].Members {
		client := servertest.Dial(t, p.URL, servertest.Cookie(m.Token))
		client.Join(in, "")
		clients = append(clients, client)
	}
	ready(t, p, http.StatusOK)
	author := clients[len(clients)-1]
	var sent []string
	for range 12 {
		id := wireclient.NewID()
		sent = append(sent, id)
		if err := author.Send(t.Context(), servertest.Command{"do": "post", "id": id, "room": in, "text": "on the way"}); err != nil {
			t.Fatal(err)
		}
	}
	author.Until(func(l wireclient.Line) bool { return l.Answer != nil && *l.Answer == sent[0] })
	p.Terminate(t)
	for i, client := range clients {
		told := client.Until(func(l wireclient.Line) bool { return l.Signal == "come_back" })
		if told.InMS < 0 || told.InMS > c.Drain.Milliseconds() {
			t.Errorf("asked to come back in %d ms", told.InMS)
		}
		if i == 0 {
			ready(t, p, http.StatusServiceUnavailable)
		}
		if code, _ := ended(t, client, time.Now()); code != wire.CloseRestarting {
			t.Errorf("client %d was closed with %d", i, code)
		}
	}
	if code := p.Wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Logs)
	}
	checkAnswered(t, c, in, author, sent)
}

func ready(t *testing.T, p *servertest.Process, want int) {
	t.Helper()
	if got := ask(t, nil, http.MethodGet, p.Ops+"/readyz", "", nil); got.status != want {
		t.Errorf("/readyz: %d %s, want %d", got.status, got.body, want)
	}
}

// checkAnswered: every command that the server had read has one answer, and the log
// holds those that were done and no others. What still was on the way has none, is
// not stored, and came last: its client asks again with the same id.
func checkAnswered(t *testing.T, c server.Config, in room.ID, author *servertest.Client, sent []string) {
	t.Helper()
	answers := make(map[string][]wireclient.Line)
	for _, l := range author.Lines {
		if l.Answer != nil {
			answers[*l.Answer] = append(answers[*l.Answer], l)
		}
	}
	opened, err := server.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	stored := make(map[string]bool)
	for e := range entries(t, opened.Log, in) {
		stored[e.Command.String()] = true
	}
	onTheWay := false
	for _, id := range sent {
		list := answers[id]
		onTheWay = onTheWay || len(list) == 0
		switch {
		case onTheWay && (len(list) != 0 || stored[id]):
			t.Errorf("command %s, not read in time: %d answers, stored: %v", id, len(list), stored[id])
		case onTheWay:
		case len(list) != 1:
			t.Errorf("command %s has %d answers", id, len(list))
		case (list[0].Error == nil) != stored[id]:
			t.Errorf("command %s: answered %s, stored: %v", id, list[0].Raw, stored[id])
		}
	}
}

// Asked to end while it is starting, a server ends well too.
func TestTerminateAtOnce(t *testing.T) {
	c := servertest.Config(t.TempDir())
	p := servertest.StartProcess(t, c)
	p.Terminate(t)
	if code := p.Wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Logs)
	}
}
