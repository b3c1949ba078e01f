package wire

import (
	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
)

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
	Search        Verb = "search"
	Read          Verb = "read"
	Typing        Verb = "typing"
	Active        Verb = "active"
	Ping          Verb = "ping"

	Nudge          Verb = "nudge"
	Hide           Verb = "hide"
	Unhide         Verb = "unhide"
	Erase          Verb = "erase"
	Mute           Verb = "mute"
	Unmute         Verb = "unmute"
	RemoveMember   Verb = "remove_member"
	SetTerm        Verb = "set_term"
	SetLabel       Verb = "set_label"
	SetHold        Verb = "set_hold"
	SetPace        Verb = "set_pace"
	PauseRoom      Verb = "pause"
	ResumeRoom     Verb = "resume"
	SetKeep        Verb = "set_keep"
	SetLegalHold   Verb = "set_legal_hold"
	ErasePerson    Verb = "erase_person"
	Release        Verb = "release"
	Decline        Verb = "decline"
	Report         Verb = "report"
	ResolveReports Verb = "resolve_reports"
	ShowReports    Verb = "show_reports"
	WriteLine      Verb = "write_line"
	TakeBackLine   Verb = "take_back_line"
	CloseLine      Verb = "close_line"
	ReadLine       Verb = "line"
	MakeAppeal     Verb = "appeal"
	AnswerAppeal   Verb = "answer_appeal"
	Ignore         Verb = "ignore"

	SetHours      Verb = "set_hours"
	SetSessions   Verb = "set_sessions"
	SetUnattended Verb = "set_unattended"
	SetHouse      Verb = "set_house"
	Pin           Verb = "pin"
	CallForHelp   Verb = "call"
	AnswerCall    Verb = "answer_call"
	EndCall       Verb = "end_call"
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

	Note                        string
	Reason, Mode, Kind, Outcome string
	For, ForNew                 int64 // ms
	Until                       int64 // ms since 1970 UTC
	Overturn                    bool

	Schedule hours.Schedule
	Quiet    bool
	House    House
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
	Search:        {"room": required, "text": required, "before": optional},
	Read:          {"room": required, "message": required},
	Typing:        {"room": required, "on": required},
	Active:        {},
	Ping:          {},

	Nudge:          {"room": required, "member": required, "reason": required, "text": required, "message": optional},
	Hide:           {"room": required, "message": required, "reason": required, "text": optional},
	Unhide:         {"room": required, "message": required, "reason": required},
	Erase:          {"room": required, "message": required, "reason": required, "text": optional},
	Mute:           {"room": required, "member": required, "for": required, "reason": required, "text": optional},
	Unmute:         {"room": required, "member": required, "reason": required, "text": optional},
	RemoveMember:   {"room": required, "member": required, "reason": required, "text": optional},
	SetTerm:        {"room": required, "member": required, "until": required},
	SetLabel:       {"room": required, "member": required, "text": required},
	SetHold:        {"room": required, "mode": required},
	SetPace:        {"room": required, "for": required, "for_new": required},
	PauseRoom:      {"room": required, "for": required, "reason": required, "text": optional},
	ResumeRoom:     {"room": required, "reason": required},
	SetKeep:        {"room": required, "for": required},
	SetLegalHold:   {"room": required, "on": required, "reason": required, "text": optional},
	ErasePerson:    {"room": required, "member": required, "reason": required},
	Release:        {"room": required, "message": required},
	Decline:        {"room": required, "message": required, "reason": required, "text": optional},
	Report:         {"room": required, "message": required, "kind": required, "text": optional},
	ResolveReports: {"room": required, "message": required, "outcome": required, "text": optional},
	ShowReports:    {"room": required, "message": required},
	WriteLine:      {"room": required, "member": required, "text": required},
	TakeBackLine:   {"room": required, "member": required, "message": required},
	CloseLine:      {"room": required, "member": required},
	ReadLine:       {"room": required, "member": required, "before": optional, "limit": optional},
	MakeAppeal:     {"room": required, "note": required, "text": required},
	AnswerAppeal:   {"room": required, "note": required, "overturn": required, "text": optional},
	Ignore:         {"room": required, "member": required, "on": required},

	SetHours:      {"room": required, "schedule": required},
	SetSessions:   {"room": required, "schedule": required, "quiet": required},
	SetUnattended: {"room": required, "mode": required},
	SetHouse:      {"room": required, "house": required},
	Pin:           {"room": required, "message": optional},
	CallForHelp:   {"room": required},
	AnswerCall:    {"room": required, "member": required},
	EndCall:       {"room": required},
}
