// Package wire is the client protocol kith.v1: what a client may send, what the
// server sends, errors, close codes and opaque tokens. It is pure. The manual is
// README.md beside this file; it is the contract, this package follows it.
package wire

import "github.com/kith-chat/kith/server/room"

// Protocol is the WebSocket subprotocol.
const Protocol = "kith.v1"

// Limits of what a client sends.
const (
	MaxFrame   = 64 << 10 // bytes
	MaxDepth   = 8        // nested arrays and objects
	MaxLines   = 64       // lines in a frame
	MaxHistory = 100      // messages in a page
	// DefaultHistory is a page where the client names no size.
	DefaultHistory = 50
)

// Version of the client protocol: the words in hello.
type (
	// Hello is the first line on every connection.
	Hello struct {
		Protocol string     `json:"protocol"`
		Now      room.Time  `json:"now"`
		LocksAt  room.Time  `json:"locks_at"`
		Rooms    []RoomLine `json:"rooms"`
	}
	// RoomLine is a room in a person's list of rooms.
	RoomLine struct {
		Room   room.ID   `json:"room"`
		Name   string    `json:"name"`
		Role   room.Role `json:"role"`
		Unread int       `json:"unread"`
		LastAt room.Time `json:"last_at,omitempty"`
		Ended  *Note     `json:"ended,omitempty"` // sent away from it: why
		// Unreadable: what is stored of it cannot be read. There is nothing else to say of it.
		Unreadable bool `json:"unreadable,omitempty"`
	}
)

// What stands in answers and events.
type (
	// Member is a member as others see them.
	Member struct {
		Member string    `json:"member"`
		Alias  string    `json:"alias"`
		Role   room.Role `json:"role"`
	}
	// Message is a message as one viewer sees it.
	Message struct {
		ID        string              `json:"id"`
		At        room.Time           `json:"at"`
		From      Member              `json:"from"`
		Text      string              `json:"text"`
		Mine      bool                `json:"mine,omitempty"`
		Cmd       string              `json:"cmd,omitempty"`
		ReplyTo   string              `json:"reply_to,omitempty"`
		ReplyGone bool                `json:"reply_gone,omitempty"`
		EditedAt  room.Time           `json:"edited_at,omitempty"`
		Reactions map[string][]string `json:"reactions,omitempty"`
		RemovedAt room.Time           `json:"removed_at,omitempty"`
		RemovedBy string              `json:"removed_by,omitempty"`
		Erased    bool                `json:"erased,omitempty"`     // its text is gone for good
		Note      string              `json:"note,omitempty"`       // what its author was told of that
		WrittenAt room.Time           `json:"written_at,omitempty"` // it was held first
		Reports   *Reports            `json:"reports,omitempty"`
	}
	// RoomInfo is a room as it stands.
	RoomInfo struct {
		Room    room.ID  `json:"room"`
		Name    string   `json:"name"`
		Topic   string   `json:"topic"`
		Rules   string   `json:"rules"`
		Members []Member `json:"members"`
		Policy  Policy   `json:"policy"`

		OnDuty   []string  `json:"on_duty"`
		Calendar *Calendar `json:"calendar,omitempty"`
	}
)

// Answers to commands, the "ok" of each.
type (
	// Logged answers a command that changed the room.
	Logged struct {
		At      room.Time `json:"at"`
		Pos     string    `json:"pos"`
		Message string    `json:"message,omitempty"`
	}
	// Joined answers join.
	Joined struct {
		Reset     bool      `json:"reset"`
		Pos       string    `json:"pos"`
		You       string    `json:"you"`
		Role      room.Role `json:"role"`
		Room      RoomInfo  `json:"room"`
		Messages  []Message `json:"messages"`
		More      bool      `json:"more"`
		Unread    int       `json:"unread"`
		ReadTo    string    `json:"read_to,omitempty"`
		Here      []string  `json:"here"`
		HereCount int       `json:"here_count"`

		Notes   []Note               `json:"notes,omitempty"`
		Held    []Held               `json:"held,omitempty"`
		Line    *LinePage            `json:"line,omitempty"`        // participants: their own
		Lines   []LineState          `json:"lines,omitempty"`       // staff
		Reports []Reports            `json:"reports,omitempty"`     // staff: those nobody has looked at
		Mutes   map[string]room.Time `json:"mutes,omitempty"`       // staff: who may not write until when
		Terms   map[string]room.Time `json:"terms,omitempty"`       // staff: whose membership ends by itself, and when
		Labels  map[string]string    `json:"labels,omitempty"`      // staff: the team's words about members
		Ends    room.Time            `json:"ends_at,omitempty"`     // when one's own membership ends by itself
		Muted   room.Time            `json:"muted_until,omitempty"` // oneself
		Ignored []string             `json:"ignored,omitempty"`     // whose messages one does not want to see
		Leaves  room.Time            `json:"leaves_at,omitempty"`   // a visit ends then
		Call    *Call                `json:"call,omitempty"`        // one's own
		Calls   map[string]Call      `json:"calls,omitempty"`       // staff: open ones, by member
		Pinned  *Message             `json:"pinned,omitempty"`
	}
	// Found answers search, newest first. Before is where to search on from; "": all was
	// looked through.
	Found struct {
		Messages []Message `json:"messages"`
		Before   string    `json:"before,omitempty"`
	}
	// Page answers history.
	Page struct {
		Messages []Message `json:"messages"`
		More     bool      `json:"more"`
	}
	// Evidence answers show_removed.
	Evidence struct {
		Text      string    `json:"text"`
		RemovedAt room.Time `json:"removed_at"`
		ErasedAt  room.Time `json:"erased_at"`
	}
	// Clock answers ping and active.
	Clock struct {
		Now     room.Time `json:"now,omitempty"`
		LocksAt room.Time `json:"locks_at"`
	}
	// Done answers what has nothing to tell.
	Done struct{}
)

// Event is a line that carries room and position.
type Event struct {
	Event    string    `json:"event"`
	Room     room.ID   `json:"room"`
	Pos      string    `json:"pos"`
	At       room.Time `json:"at"`
	Message  any       `json:"message,omitempty"` // Message, or its id
	Text     *string   `json:"text,omitempty"`
	By       string    `json:"by,omitempty"`
	Reaction string    `json:"reaction,omitempty"`
	On       *bool     `json:"on,omitempty"`
	Member   any       `json:"member,omitempty"` // Member, or its id
	Name     *string   `json:"name,omitempty"`
	Topic    *string   `json:"topic,omitempty"`
	Rules    *string   `json:"rules,omitempty"`
	Cmd      string    `json:"cmd,omitempty"`

	Erased   bool       `json:"erased,omitempty"`
	Until    room.Time  `json:"until,omitempty"`
	Messages []string   `json:"messages,omitempty"`
	Note     *Note      `json:"note,omitempty"`
	Appeal   *Appeal    `json:"appeal,omitempty"`
	Policy   *Policy    `json:"policy,omitempty"`
	Held     any        `json:"held,omitempty"` // Held, or its id
	Reports  *Reports   `json:"reports,omitempty"`
	Line     any        `json:"line,omitempty"` // LineEntry, or its id
	Waits    *room.Time `json:"waits,omitempty"`

	OnDuty   *[]string `json:"on_duty,omitempty"`
	Calendar *Calendar `json:"calendar,omitempty"`
	Call     *Call     `json:"call,omitempty"`
}

// Signal is a line that carries no position and may be lost.
type Signal struct {
	Signal string  `json:"signal"`
	Room   room.ID `json:"room,omitempty"`
	Member string  `json:"member,omitempty"`
	On     *bool   `json:"on,omitempty"`
	InMS   int64   `json:"in_ms,omitempty"`
}

// Presence is the signal of who is here. Here is null in rooms over HereLimit.
type Presence struct {
	Signal    string   `json:"signal"` // "presence"
	Room      room.ID  `json:"room"`
	Here      []string `json:"here"`
	HereCount int      `json:"here_count"`
}

// HereLimit is how many members a room may have for presence to name them.
const HereLimit = 50
