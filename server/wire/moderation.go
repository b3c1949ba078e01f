package wire

import "github.com/kith-chat/kith/server/room"

// What moderation adds to answers and events.
type (
	// Note is an act of moderation, for the person concerned and the room's moderators.
	Note struct {
		ID      string        `json:"id"`
		Kind    room.NoteKind `json:"kind"`
		At      room.Time     `json:"at"`
		By      *Member       `json:"by,omitempty"`     // who decided
		Member  string        `json:"member,omitempty"` // whom it concerns
		Message string        `json:"message,omitempty"`
		Reason  room.Reason   `json:"reason"`
		Until   room.Time     `json:"until,omitempty"`
		Text    string        `json:"text,omitempty"`
		Appeal  *Appeal       `json:"appeal,omitempty"`
		Mine    bool          `json:"mine,omitempty"` // it concerns the viewer
	}
	// Appeal is how it stands.
	Appeal struct {
		State  room.AppealState `json:"state"`
		Text   string           `json:"text,omitempty"`
		Answer string           `json:"answer,omitempty"`
		By     *Member          `json:"by,omitempty"`
	}
	// Held is a message that waits to be looked at, or was declined.
	Held struct {
		ID      string         `json:"id"`
		At      room.Time      `json:"at"`
		From    Member         `json:"from"`
		Text    string         `json:"text"`
		ReplyTo string         `json:"reply_to,omitempty"`
		State   room.HeldState `json:"state"`
		Mine    bool           `json:"mine,omitempty"`
		Cmd     string         `json:"cmd,omitempty"`
		Note    string         `json:"note,omitempty"`
	}
	// Reports is what was reported of a message; to who reported, only Mine and Open.
	Reports struct {
		Message string    `json:"message,omitempty"` // in a list of them
		Open    bool      `json:"open"`
		Mine    bool      `json:"mine,omitempty"`
		Rules   int       `json:"rules,omitempty"`
		Worry   int       `json:"worry,omitempty"`
		First   room.Time `json:"first,omitempty"`
	}
	// Policy is how a room is set.
	Policy struct {
		Hold        room.HoldMode `json:"hold"`
		Pace        room.Time     `json:"pace"`
		PaceNew     room.Time     `json:"pace_new"`
		PausedUntil room.Time     `json:"paused_until,omitempty"`
		PauseReason room.Reason   `json:"pause_reason,omitempty"`
		PauseText   string        `json:"pause_text,omitempty"`
		Keep        room.Time     `json:"keep"`
		LegalHold   bool          `json:"legal_hold,omitempty"`

		Unattended room.Unattended `json:"unattended"`
		House      House           `json:"house"`
	}
	// LineEntry is one message of a private line.
	LineEntry struct {
		ID   string    `json:"id"`
		At   room.Time `json:"at"`
		From Member    `json:"from"`
		Text string    `json:"text"`
		Mine bool      `json:"mine,omitempty"`
		Cmd  string    `json:"cmd,omitempty"`
	}
	// LinePage answers line, and stands in a participant's Joined.
	LinePage struct {
		Entries []LineEntry `json:"entries"`
		More    bool        `json:"more"`
	}
	// LineState is whose private line there is, for staff.
	LineState struct {
		Member string    `json:"member"`
		Waits  room.Time `json:"waits,omitempty"` // since when; 0: nobody waits
	}
	// ReportWords answers show_reports.
	ReportWords struct {
		Text    string       `json:"text"` // the version that was reported first
		Reports []ReportWord `json:"reports"`
	}
	// ReportWord is one report, without who made it.
	ReportWord struct {
		Text string `json:"text"`
	}
	// Ended is why a room is out of reach for who was sent away from it.
	Ended struct {
		Note Note `json:"note"`
	}
)
