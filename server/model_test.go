package server_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/kith-chat/kith/server/room"
)

// checkFor bounds the search for an order; what is not found by then is a failure.
const checkFor = time.Minute

// Of a message: what it is, and what was asked of it.
type (
	messageState struct {
		posted, removed bool
		text, reactions string
	}
	asked struct{ verb, by, text, reaction string }
	told  struct {
		code    string
		is      messageState // of a look
		refused bool
	}
)

// messageModel is one message: a register with an end.
var messageModel = porcupine.Model{
	Init: func() any { return messageState{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(messageState), input.(asked), output.(told)
		switch {
		case in.verb == "look":
			return s == out.is, s
		case in.verb == "post":
			return !s.posted && !out.refused, messageState{posted: true, text: in.text}
		case out.refused:
			// Refused because it was taken back, or because of who asked.
			return s.removed || out.code == "no_such_room", s
		case !s.posted || s.removed:
			return false, s
		case in.verb == "edit":
			s.text = in.text
		case in.verb == "remove", in.verb == "hide":
			s = messageState{posted: true, removed: true}
		default: // react, unreact
			s.reactions = withReaction(s.reactions, in.by+" "+in.reaction, in.verb == "react")
		}
		return true, s
	},
}

func withReaction(all, one string, on bool) string {
	set := map[string]bool{}
	for r := range strings.SplitSeq(all, "\n") {
		set[r] = true
	}
	delete(set, "")
	if delete(set, one); on {
		set[one] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), "\n")
}

func reactionText(all map[string][]string) string {
	var list []string
	for name, who := range all {
		for _, by := range who {
			list = append(list, by+" "+name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, "\n")
}

// membershipModel is one stay: it ends once, and nothing is said after it.
var membershipModel = porcupine.Model{
	Init: func() any { return true },
	Step: func(state, input, output any) (bool, any) {
		present, in, out := state.(bool), input.(asked), output.(told)
		switch {
		case in.verb == "end_membership" && out.refused:
			return !present, present
		case in.verb == "end_membership":
			return present, false
		default:
			return present != out.refused, present
		}
	},
}

// muteModel is whether one member may write: from a mute until its end, nothing of
// theirs is taken.
var muteModel = porcupine.Model{
	Init: func() any { return false },
	Step: func(state, input, output any) (bool, any) {
		muted, in, out := state.(bool), input.(asked), output.(told)
		switch in.verb {
		case "mute":
			return !out.refused, true
		case "unmute":
			return muted != out.refused, false
		}
		return muted == out.refused, muted
	},
}

// onMember says whether an act is about a member and not a message.
func (a *act) onMember() bool {
	return slices.Contains([]string{"end_membership", "mute", "unmute"}, a.verb)
}

// muteHistories are the operations that concern each member whom somebody muted.
func muteHistories(h *history, member func(client int) string) map[string][]porcupine.Operation {
	all := make(map[string][]porcupine.Operation)
	muted := make(map[string]bool)
	for _, a := range h.acts {
		who := member(a.by)
		switch {
		case a.verb == "mute" || a.verb == "unmute":
			who = a.target
			muted[who] = true
		case a.onMember() || a.verb == "remove" || a.verb == "hide" || a.code != "" && a.code != "muted":
			continue // allowed in spite of a mute, or refused for another reason
		}
		all[who] = append(all[who], porcupine.Operation{
			ClientId: a.by, Call: int64(a.sent), Return: int64(a.answered),
			Input: asked{verb: a.verb}, Output: told{code: a.code, refused: a.code != ""},
		})
	}
	maps.DeleteFunc(all, func(who string, _ []porcupine.Operation) bool { return !muted[who] })
	return all
}

// messageHistories are the operations on each message that was posted.
func messageHistories(h *history, member func(client int) string) map[string][]porcupine.Operation {
	all := make(map[string][]porcupine.Operation)
	posted := make(map[string]bool)
	for _, a := range h.acts {
		if a.target == "" || a.onMember() || a.code == "muted" {
			continue
		}
		verb := a.verb
		if verb == "react" && !a.on {
			verb = "unreact"
		}
		posted[a.target] = posted[a.target] || verb == "post"
		all[a.target] = append(all[a.target], porcupine.Operation{
			ClientId: a.by, Call: int64(a.sent), Return: int64(a.answered),
			Input:  asked{verb: verb, by: member(a.by), text: a.text, reaction: a.react},
			Output: told{code: a.code, refused: a.code != ""},
		})
	}
	for _, l := range h.looks {
		is := messageState{posted: true, removed: l.removed}
		if !l.removed {
			is.text, is.reactions = l.text, reactionText(l.reactions)
		}
		all[l.target] = append(all[l.target], porcupine.Operation{
			ClientId: l.by, Call: int64(l.asked - h.stale), Return: int64(l.told), Input: asked{verb: "look"}, Output: told{is: is},
		})
	}
	maps.DeleteFunc(all, func(id string, _ []porcupine.Operation) bool { return !posted[id] })
	return all
}

// membershipHistories are the operations that concern each member whom somebody
// tried to send away.
func membershipHistories(h *history, member func(client int) string) map[string][]porcupine.Operation {
	all := make(map[string][]porcupine.Operation)
	for _, a := range h.acts {
		who := member(a.by)
		if a.verb == "end_membership" {
			who = a.target
		} else if a.onMember() {
			continue
		} else if a.verb != "post" || a.code != "" && a.code != "no_such_room" {
			continue // what it answered was gone, which says nothing of the stay
		}
		all[who] = append(all[who], porcupine.Operation{
			ClientId: a.by, Call: int64(a.sent), Return: int64(a.answered),
			Input: asked{verb: a.verb}, Output: told{code: a.code, refused: a.code != ""},
		})
	}
	maps.DeleteFunc(all, func(_ string, ops []porcupine.Operation) bool {
		return !slices.ContainsFunc(ops, func(o porcupine.Operation) bool { return o.Input.(asked).verb == "end_membership" })
	})
	return all
}

// checkModel looks for an order of each history that the model allows.
func checkModel(t *testing.T, what string, model porcupine.Model, histories map[string][]porcupine.Operation) {
	t.Helper()
	deadline := time.Now().Add(checkFor)
	ops := 0
	for id, one := range histories {
		ops += len(one)
		left := max(time.Until(deadline), time.Millisecond)
		if got := porcupine.CheckOperationsTimeout(model, one, left); got != porcupine.Ok {
			t.Errorf("%s %s: no order of its %d operations explains the answers: %s", what, id, len(one), got)
		}
	}
	t.Logf("porcupine: %d operations on %d %ss", ops, len(histories), what)
}

// The models can say no.
func TestModelsSeeWhatCannotBe(t *testing.T) {
	op := func(call, ret int64, in asked, out told) porcupine.Operation {
		return porcupine.Operation{Call: call, Return: ret, Input: in, Output: out}
	}
	post := op(1, 2, asked{verb: "post", text: "a"}, told{})
	edit := op(3, 4, asked{verb: "edit", text: "b"}, told{})
	stale := op(5, 6, asked{verb: "look"}, told{is: messageState{posted: true, text: "a"}})
	if porcupine.CheckOperations(messageModel, []porcupine.Operation{post, edit, stale}) {
		t.Error("an edit that was lost was not seen")
	}
	stale.Call = 3 // at the same time as the edit
	if !porcupine.CheckOperations(messageModel, []porcupine.Operation{post, edit, stale}) {
		t.Error("a look beside an edit was refused")
	}
	end := op(1, 2, asked{verb: "end_membership"}, told{})
	after := op(3, 4, asked{verb: "post"}, told{})
	if porcupine.CheckOperations(membershipModel, []porcupine.Operation{end, after}) {
		t.Error("a message after the end of a stay was not seen")
	}
	mute := op(1, 2, asked{verb: "mute"}, told{})
	if porcupine.CheckOperations(muteModel, []porcupine.Operation{mute, after}) {
		t.Error("a message of somebody who is muted was not seen")
	}
	hide := op(3, 4, asked{verb: "hide"}, told{})
	shown := op(5, 6, asked{verb: "look"}, told{is: messageState{posted: true, text: "a"}})
	if porcupine.CheckOperations(messageModel, []porcupine.Operation{post, hide, shown}) {
		t.Error("a hidden message that is shown was not seen")
	}
	if porcupine.CheckOperations(messageModel, []porcupine.Operation{post, post}) {
		t.Error("a message posted twice was not seen")
	}
}

// ofRoom is the acts in one room.
func (h *history) ofRoom(in room.ID) []*act {
	return slices.DeleteFunc(slices.Clone(h.acts), func(a *act) bool { return a.room != in })
}
