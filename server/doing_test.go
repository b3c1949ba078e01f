package server_test

import (
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

// maxWaiting bounds what a client has under way at once.
const maxWaiting = 4

// step does one thing that a person might do now.
func (a *actor) step(ctx context.Context) {
	if len(a.retry) > 0 {
		a.send(ctx, a.retry[0].command)
		a.retry = a.retry[1:]
		return
	}
	select {
	case <-a.quit:
		return
	default:
	}
	if len(a.waiting) >= maxWaiting {
		return
	}
	if a.out {
		if a.spare--; a.spare >= 0 {
			a.ask(ctx, &act{verb: "post"}) // must be refused
		}
		return
	}
	a.ask(ctx, a.choose(ctx))
}

// choose is most often a message; now and then something that concerns one of the
// newest, so that several people are at the same one.
func (a *actor) choose(ctx context.Context) *act {
	dice := a.rng.IntN(100)
	newest := a.fresh[max(0, len(a.fresh)-20):]
	switch {
	case len(a.leavers) > 0 && dice < 4:
		who := a.leavers[a.rng.IntN(len(a.leavers))]
		return &act{verb: "end_membership", target: who}
	case len(a.talkers) > 0 && dice < 22:
		return a.moderate(dice, newest)
	case len(newest) == 0 || dice < 64:
		return &act{verb: "post"}
	case dice < 68:
		a.look(ctx, newest[a.rng.IntN(len(newest))])
		return &act{verb: "post"}
	}
	target := newest[a.rng.IntN(len(newest))]
	if own := a.ownOf(newest); own != "" && dice < 85 {
		if dice < 79 {
			return &act{verb: "edit", target: own}
		}
		return &act{verb: "remove", target: own}
	}
	return &act{verb: "react", target: target, react: []string{"heart", "hug"}[a.rng.IntN(2)], on: a.rng.IntN(3) > 0}
}

// moderate is what staff do: a mute, its end, or a message out of sight.
func (a *actor) moderate(dice int, newest []string) *act {
	who := a.talkers[a.rng.IntN(len(a.talkers))]
	switch {
	case dice < 9:
		return &act{verb: "mute", target: who}
	case dice < 15:
		return &act{verb: "unmute", target: who}
	}
	for range 5 {
		if len(newest) == 0 {
			break
		}
		id := newest[a.rng.IntN(len(newest))]
		if m, ok := a.view.messages[id]; ok && m.RemovedAt == 0 && !m.From.Role.Staff() {
			return &act{verb: "hide", target: id}
		}
	}
	return &act{verb: "post"}
}

func (a *actor) ownOf(newest []string) string {
	for range 5 {
		id := newest[a.rng.IntN(len(newest))]
		if m, ok := a.view.messages[id]; ok && m.Mine && m.RemovedAt == 0 {
			return id
		}
	}
	return ""
}

// ask sends a command for the first time.
func (a *actor) ask(ctx context.Context, w *act) {
	w.id, w.room, w.by = wireclient.NewID(), a.room, a.index
	w.command = servertest.Command{"do": w.verb, "id": w.id, "room": a.room}
	switch w.verb {
	case "post":
		w.text = fmt.Sprintf("%s said by %d", w.id, a.index)
		w.command["text"] = w.text
		if len(a.fresh) > 0 && a.rng.IntN(4) == 0 {
			a.reply(w)
		}
	case "edit":
		w.text = fmt.Sprintf("%s put better by %d", w.id, a.index)
		w.command["message"], w.command["text"] = w.target, w.text
	case "remove":
		w.command["message"] = w.target
	case "react":
		w.command["message"], w.command["reaction"], w.command["on"] = w.target, w.react, w.on
	case "hide":
		w.command["message"], w.command["reason"] = w.target, "other"
	case "mute":
		w.command["member"], w.command["for"], w.command["reason"] = w.target, 3_600_000, "calm"
	case "unmute":
		w.command["member"], w.command["reason"] = w.target, "calm"
	case "end_membership":
		w.command["member"] = w.target
	}
	a.waiting = append(a.waiting, w)
	w.sent = a.history.now()
	a.send(ctx, w.command)
}

// reply makes a post answer one of the newest messages. If that is taken back
// meanwhile, the post is refused, which is right too.
func (a *actor) reply(w *act) {
	to := a.fresh[len(a.fresh)-1-a.rng.IntN(min(5, len(a.fresh)))]
	if m, ok := a.view.messages[to]; ok && m.RemovedAt == 0 {
		w.command["reply_to"] = to
	}
}

// look asks for a few messages as they stand now.
func (a *actor) look(ctx context.Context, before string) {
	id := wireclient.NewID()
	a.looking[id] = look{by: a.index, asked: a.history.now()}
	a.send(ctx, servertest.Command{"do": "history", "id": id, "room": a.room, "before": before, "limit": 10})
}
