package hub

import (
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// typingFor is how long a "types" lasts without being said again.
const typingFor = 6 * room.Second

// presence is who is here and who types. It is never stored and may be lost; it
// is told at most once a second.
type presence struct {
	counted map[*Conn]bool    // connections that are shown
	conns   map[person.ID]int // how many of each person's are
	typing  map[person.ID]room.Time
	dirty   bool
}

func newPresence() presence {
	return presence{counted: make(map[*Conn]bool), conns: make(map[person.ID]int), typing: make(map[person.ID]room.Time)}
}

// came takes in a connection, unless its person does not want to be shown.
func (p *presence) came(c *Conn) {
	if c.showsPresence() && !p.counted[c] {
		p.count(c)
	}
}

func (p *presence) count(c *Conn) {
	p.counted[c] = true
	p.conns[c.Person]++
	p.dirty = true
}

func (p *presence) left(c *Conn, who person.ID) {
	if !p.counted[c] {
		return
	}
	delete(p.counted, c)
	p.conns[who]--
	if p.conns[who] <= 0 {
		delete(p.conns, who)
		delete(p.typing, who)
	}
	p.dirty = true
}

// here names the members who are here, in roster order; nil in large rooms.
func (p *presence) here(l *live) (names []string, count int) {
	if len(p.conns) > wire.HereLimit {
		return nil, len(p.conns)
	}
	names = []string{}
	for _, m := range l.state.Members() {
		if p.conns[m.Person] > 0 {
			names = append(names, l.memberID(m))
		}
	}
	return names, len(names)
}

func (p *presence) tick(l *live) {
	now := l.hub.Now()
	for who, until := range p.typing {
		if until <= now {
			delete(p.typing, who)
			l.tellTyping(who, false)
		}
	}
	if !p.dirty {
		return
	}
	p.dirty = false
	names, count := p.here(l)
	line := wire.Line(wire.Presence{Signal: "presence", Room: l.id, Here: names, HereCount: count})
	for c := range l.seats {
		c.out.signal(line)
	}
}

// typing says that a member types, or no longer does.
type typing struct {
	who person.ID
	on  bool
}

func (t typing) serve(l *live) error {
	if _, err := l.viewer(t.who); err != nil {
		return err
	}
	_, was := l.presence.typing[t.who]
	if t.on {
		l.presence.typing[t.who] = l.hub.Now() + typingFor
	} else {
		delete(l.presence.typing, t.who)
	}
	if was != t.on {
		l.tellTyping(t.who, t.on)
	}
	return nil
}

func (l *live) tellTyping(who person.ID, on bool) {
	m, ok := l.state.Present(who)
	if !ok {
		return
	}
	line := wire.Line(wire.Signal{Signal: "typing", Room: l.id, Member: l.memberID(m), On: &on})
	for c, seat := range l.seats {
		if seat.Person != who {
			c.out.signal(line)
		}
	}
}

// showsIn changes whether a connection counts as here in this room.
type showsIn struct {
	conn *Conn
	on   bool
}

func (s showsIn) serve(l *live) error {
	seat, seated := l.seats[s.conn]
	if !seated || l.presence.counted[s.conn] == s.on {
		return nil
	}
	l.presence.left(s.conn, seat.Person)
	if s.on {
		l.presence.count(s.conn)
	}
	return nil
}
