package wire

import (
	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
)

// Who is there and when, and what a room's rules help with.
type (
	// Calendar is when somebody of the team answers and when the group meets: as it is
	// set, and the windows that are on or come next, each from and to in ms.
	Calendar struct {
		Hours          *hours.Schedule `json:"hours,omitempty"`
		Sessions       *hours.Schedule `json:"sessions,omitempty"`
		Quiet          bool            `json:"quiet,omitempty"`
		ComingHours    [][2]room.Time  `json:"coming_hours,omitempty"`
		ComingSessions [][2]room.Time  `json:"coming_sessions,omitempty"`
		LastSession    *[2]room.Time   `json:"last_session,omitempty"`
	}
	// House is what the house rules say of some things: true is welcome, or for sober,
	// asked of everybody.
	House struct {
		CrossTalk bool `json:"cross_talk"`
		Links     bool `json:"links"`
		Contact   bool `json:"contact"`
		Medicine  bool `json:"medicine"`
		Sober     bool `json:"sober"`
	}
	// Call is somebody asking for a moderator now, and who has read it.
	Call struct {
		At         room.Time `json:"at"`
		AnsweredAt room.Time `json:"answered_at,omitempty"`
		By         *Member   `json:"by,omitempty"`
	}
)
