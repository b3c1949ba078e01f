package server_test

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/kith-chat/kith/server/wire"
	"github.com/kith-chat/kith/server/wireclient"
)

// held is what a client holds of one room: a pure fold of what it was sent, by the
// rules of the protocol's manual and nothing else.
type held struct {
	pos      string // of the last event, or of the page: never of an answer to a command
	staff    bool
	order    []string // message ids, oldest first
	messages map[string]wire.Message
	members  map[string]wire.Member
}

func (h *held) join(j wire.Joined) {
	h.members = make(map[string]wire.Member)
	for _, m := range j.Room.Members {
		h.members[m.Member] = m
	}
	h.staff = j.Role.Staff()
	if !j.Reset {
		return // what is held stands; what was missed comes as events
	}
	h.pos, h.order, h.messages = j.Pos, nil, make(map[string]wire.Message)
	for _, m := range j.Messages {
		h.put(m)
	}
}

func (h *held) put(m wire.Message) {
	if _, again := h.messages[m.ID]; !again {
		h.order = append(h.order, m.ID)
	}
	h.messages[m.ID] = m
}

// event folds one event in. Applying one that is in the state already is safe.
func (h *held) event(l wireclient.Line) error {
	h.pos = l.Pos
	switch l.Event {
	case "message":
		m, err := l.Posted()
		if err == nil {
			h.put(m)
		}
		return err
	case "member":
		var m wire.Member
		err := json.Unmarshal(l.Member, &m)
		h.members[m.Member] = m
		return err
	case "member_left":
		var id string
		err := json.Unmarshal(l.Member, &id)
		delete(h.members, id)
		return err
	}
	return h.change(l)
}

// change folds in what happened to a message.
func (h *held) change(l wireclient.Line) error {
	id, err := messageOf(l)
	m, ok := h.messages[id]
	if err != nil || !ok {
		return err // it lies before the page
	}
	switch l.Event {
	case "edited":
		m.Text, m.EditedAt = l.Text, wireTime(l.At)
	case "reaction":
		var by string
		if err := json.Unmarshal(l.Member, &by); err != nil {
			return err
		}
		m.Reactions = reacted(m.Reactions, l.Reaction, by, l.On)
	case "removed":
		h.removed(m, l)
		return nil
	}
	h.messages[id] = m
	return nil
}

// removed drops a message for members; staff keep a row without text, and so does its
// author where a moderator did it. What
// answered it answers nothing any more.
func (h *held) removed(m wire.Message, l wireclient.Line) {
	for id, other := range h.messages {
		if other.ReplyTo == m.ID {
			other.ReplyTo, other.ReplyGone = "", true
			h.messages[id] = other
		}
	}
	if !h.staff && !(m.Mine && l.By == "moderator") {
		delete(h.messages, m.ID)
		h.order = slices.DeleteFunc(h.order, func(id string) bool { return id == m.ID })
		return
	}
	h.messages[m.ID] = wire.Message{
		ID: m.ID, At: m.At, From: m.From, Mine: m.Mine, RemovedAt: wireTime(l.At), RemovedBy: l.By,
	}
}

// messageOf is the id of the message that an event is about.
func messageOf(l wireclient.Line) (id string, err error) {
	if l.Event == "message" {
		m, err := l.Posted()
		return m.ID, err
	}
	if len(l.Message) == 0 {
		return "", nil
	}
	return id, json.Unmarshal(l.Message, &id)
}

// reacted is reactions with one more or one less. The map given is not changed.
func reacted(before map[string][]string, reaction, by string, on bool) map[string][]string {
	after := maps.Clone(before)
	if after == nil {
		after = make(map[string][]string)
	}
	list := slices.DeleteFunc(slices.Clone(after[reaction]), func(who string) bool { return who == by })
	if on {
		list = append(list, by)
	}
	if after[reaction] = list; len(list) == 0 {
		delete(after, reaction)
	}
	return after
}

// comparable is a message without what may differ between a page and a fold: the
// order within a reaction, the id of the command that posted it, which only live events
// carry, and the id of the note that tells of a hiding.
func comparable(m wire.Message) wire.Message {
	m.Cmd, m.Note = "", ""
	reactions := make(map[string][]string)
	for name, who := range m.Reactions {
		reactions[name] = slices.Sorted(slices.Values(who))
	}
	m.Reactions = reactions
	return m
}
