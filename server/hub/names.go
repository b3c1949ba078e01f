package hub

import (
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// names keeps the tokens that one event needs again for each of its views. Tokens are
// deterministic, so nothing here can go stale; making one costs two HMACs, and an
// event in a room of twelve would need about nine.
type names struct {
	members   map[person.ID]string // as many as the room ever had
	message   room.Seq
	token     string // of message
	positions [2]struct {
		at    eventlog.Position
		token string
	} // of members, of staff
}

func newNames() names { return names{members: make(map[person.ID]string)} }

func (n *names) member(l *live, who person.ID) string {
	token, ok := n.members[who]
	if !ok {
		token = l.hub.Tokens.Member(l.id, who)
		n.members[who] = token
	}
	return token
}

// messageID remembers the newest asked for.
func (n *names) messageID(l *live, seq room.Seq) string {
	if n.token == "" || n.message != seq {
		n.message, n.token = seq, l.hub.Tokens.Message(l.id, seq)
	}
	return n.token
}

// position remembers the newest asked for, of each view.
func (n *names) position(l *live, at eventlog.Position, staff bool) string {
	p := &n.positions[0]
	if staff {
		p = &n.positions[1]
	}
	if p.token == "" || p.at != at {
		p.at = at
		p.token = l.hub.Tokens.Position(l.id, wire.Position{Seq: room.Seq(at.Seq), Digest: [8]byte(at.Digest[:8]), Staff: staff})
	}
	return p.token
}
