package wire

import (
	"errors"

	"github.com/kith-chat/kith/server/room"
)

// Error is what a client is told: a code it has words for, a text for engineers,
// and the field to blame, if that is one of the protocol's. It never quotes what
// was sent.
type Error struct {
	Code  string `json:"code"`
	Text  string `json:"text"`
	Field string `json:"field,omitempty"`
	// Until is when it would be allowed, in ms, where time alone would do.
	Until room.Time `json:"until,omitempty"`
}

func (e *Error) Error() string { return "wire: " + e.Code }

// texts says, for each code, what to do. The README lists the same codes.
var texts = map[string]string{
	"frame_too_large":  "A frame may hold at most 64 KiB. Send less at a time.",
	"not_text":         "Only text frames are understood. Send JSON as text.",
	"bad_utf8":         "The frame is not valid UTF-8. Send it encoded as UTF-8.",
	"bad_json":         "The line is not one JSON object. Send one object a line.",
	"too_deep":         "The JSON is nested more than 8 deep. Send plain values.",
	"unknown_field":    "This command has no such field. Leave it out.",
	"unknown_command":  "There is no such command. See the manual.",
	"wrong_type":       "The field has the wrong type. See the manual for its type.",
	"missing_field":    "The command lacks a field it needs. Send it too.",
	"duplicate_field":  "The field stands twice. Send it once.",
	"bad_value":        "The field's value is not one of those allowed. See the manual.",
	"too_many_lines":   "A frame may hold at most 64 lines. Send fewer at a time.",
	"bad_id":           "The id is no UUIDv7 in lower case. Make one.",
	"id_too_old":       "The id was made more than 7 days ago. Make a new one.",
	"id_ahead":         "The id's time lies ahead of the server's clock. Use hello.now.",
	"id_reused":        "This id was used for another command. Make a new one.",
	"too_fast":         "Too many commands at once. Wait a moment, then send again.",
	"no_such_room":     "There is no such room, or you are not a member. Load the list of rooms.",
	"too_many_rooms":   "A connection may follow at most 50 rooms. Part from one first.",
	"not_allowed":      "Your role in this room does not allow that. Ask a moderator.",
	"no_such_message":  "There is no such message here. Drop it from the page.",
	"not_yours":        "Only its author can do that. Ask a moderator.",
	"already_removed":  "The message was taken away. Drop it from the page.",
	"no_such_member":   "There is no such member here. Load the room anew.",
	"member_already":   "This person is a member already. Load the room anew.",
	"alias_taken":      "Another member has this alias. Choose another.",
	"alias_bad":        "An alias has 2 to 24 letters, digits and spaces. Choose another.",
	"text_empty":       "There is no text. Write some.",
	"text_too_long":    "The text is too long. Shorten it or send it in parts.",
	"gone":             "It is past its time and was erased. Drop it from the page.",
	"nothing_due":      "There is nothing to do. Wait until something is due.",
	"already_open":     "The room is open already. Use it as it is.",
	"muted":            "A moderator has muted this person for a time. Wait until it is over, or make an appeal.",
	"not_muted":        "This person is not muted. Load the room anew.",
	"paused":           "The room is read-only for a time. Wait until it is over.",
	"not_paused":       "The room is not paused. Load the room anew.",
	"slow_mode":        "This room is in slow mode. Wait until the time given, then send it again.",
	"held_edit":        "Messages are looked at first here, so a shown one cannot be changed. Make a new one.",
	"too_many_held":    "Too many messages of this person wait for a moderator. Wait until they were looked at.",
	"author_muted":     "Its author is muted. Wait until that is over, or decline it.",
	"not_hidden":       "The message is not hidden. Load the room anew.",
	"already_decided":  "Somebody has decided this already. Load the room anew.",
	"report_own":       "Nobody can report their own message. Use take back.",
	"already_reported": "This was reported by the same person before. Wait for a moderator.",
	"no_report":        "There is no open report on this message. Load the room anew.",
	"no_such_note":     "There is no such note of this person. Load the room anew.",
	"already_appealed": "An appeal was made already. Wait for its answer.",
	"own_act":          "Nobody decides an appeal against their own act. Ask another moderator.",
	"legal_hold":       "This room is under a legal hold, so nothing can be erased. Ask the lead.",
	"zone_bad":         "There is no time zone of that name. Send one of the IANA database, such as Europe/Berlin.",
	"time_bad":         "A time lies on no clock. Send days from 0 (Sunday) and minutes after midnight.",
	"hours_short":      "A stretch ends before it has lasted 5 minutes. Make it end later.",
	"hours_long":       "A stretch lasts longer than 16 hours. Make it shorter, or two of it.",
	"hours_overlap":    "Two stretches overlap. Make one end before the other begins.",
	"hours_too_many":   "There are too many stretches or dates. Send at most 60 and 120.",
	"date_bad":         "A date is none, or stands twice. Write it as 2026-12-24, once.",
	"quiet_long":       "A room can be quiet for 40 hours of a week at most. Send fewer hours, or let members write.",
	"no_sessions":      "There is no session to be quiet in. Send when the group meets, too.",
	"needs_hours":      "What waits for the team needs hours in which somebody answers. Send those first, or leave the room open.",
	"nobody_on_duty":   "The room is read-only while nobody is on duty. Wait until somebody is, or call.",
	"in_session":       "The group meets just now. Wait until the session is over.",
	"no_cross_talk":    "Nobody answers anybody's message in this room. Send it by itself.",
	"already_called":   "This person has called already. Wait for somebody to answer.",
	"no_call":          "Nobody calls there. Load the room anew.",
	"call_answered":    "Somebody has answered this call already. Load the room anew.",
	"not_saved":        "Nothing was stored. Send it again with the same id.",
	"behind":           "The server has lost touch with its store. Nothing was stored. Wait for the signal that it is back.",
	"not_known":        "It may have been stored. Send it again with the same id to find out.",
	"unavailable":      "The store does not answer just now. Try again.",
	"clock_wrong":      "The server's clock is wrong, so nothing can be stored. Try again later, with the same id.",
	"restarting":       "The server is restarting. Come back and send it again with the same id.",
	"locked":           "The session is locked. Unlock it with the passphrase.",
	"history_replaced": "The room's history was replaced. Load it anew.",
	"internal":         "Something went wrong on the server and was noted. Try again later.",
}

// Err makes the error of a code. A code without a text is a defect of ours.
func Err(code string, field ...string) *Error {
	text, ok := texts[code]
	if !ok {
		panic("wire: no text for code " + code)
	}
	e := &Error{Code: code, Text: text}
	if len(field) > 0 {
		e.Field = field[0]
	}
	return e
}

// Of is what a client is told of err: a refusal by its code, anything else by the
// code given, its cause kept back.
func Of(err error, otherwise string) *Error {
	if refusal, ok := errors.AsType[*room.Refusal](err); ok {
		e := Err(refusal.Code, refusal.Field)
		e.Until = refusal.Until
		return e
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Err(otherwise)
}

// Codes lists every error code there is.
func Codes() []string {
	codes := make([]string, 0, len(texts))
	for code := range texts {
		codes = append(codes, code)
	}
	return codes
}
