package wire

import "github.com/kith-chat/kith/server/room"

// Verb is what a command does.
type Verb string

// The verbs of kith.v1.
const (
	Join          Verb = "join"
	Part          Verb = "part"
	Post          Verb = "post"
	Edit          Verb = "edit"
	Remove        Verb = "remove"
	React         Verb = "react"
	SetTopic      Verb = "set_topic"
	SetRules      Verb = "set_rules"
	RenameRoom    Verb = "rename_room"
	EndMembership Verb = "end_membership"
	History       Verb = "history"
	ShowRemoved   Verb = "show_removed"
	Read          Verb = "read"
	Typing        Verb = "typing"
	Active        Verb = "active"
	Ping          Verb = "ping"
)

// Command is a line from a client, decoded. Only the fields of its verb are set.
type Command struct {
	Do   Verb
	ID   room.CommandID
	Room room.ID

	After, Before    string
	History, Limit   int
	Text             string
	Message, ReplyTo string
	Member           string
	Reaction         string
	On               bool
}

// need says of a field whether a verb takes it.
type need uint8

const (
	optional need = iota + 1
	required
)

type fields map[string]need

// verbs is the command table: the fields of each verb besides do and id.
var verbs = map[Verb]fields{
	Join:          {"room": required, "after": optional, "history": optional},
	Part:          {"room": required},
	Post:          {"room": required, "text": required, "reply_to": optional},
	Edit:          {"room": required, "message": required, "text": required},
	Remove:        {"room": required, "message": required},
	React:         {"room": required, "message": required, "reaction": required, "on": required},
	SetTopic:      {"room": required, "text": required},
	SetRules:      {"room": required, "text": required},
	RenameRoom:    {"room": required, "text": required},
	EndMembership: {"room": required, "member": required},
	History:       {"room": required, "before": required, "limit": optional},
	ShowRemoved:   {"room": required, "message": required},
	Read:          {"room": required, "message": required},
	Typing:        {"room": required, "on": required},
	Active:        {},
	Ping:          {},
}
