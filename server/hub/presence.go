package hub

import (
	"maps"
	"slices"

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

	remote   map[string]remote // what other nodes said, by node
	announce bool              // the other nodes are to be told
	told     room.Time         // when they last were
}

// remote is who is here with another node, until when it counts.
type remote struct {
	who   []person.ID
	until room.Time
}

func newPresence() presence {
	return presence{counted: make(map[*Conn]bool), conns: make(map[person.ID]int), typing: make(map[person.ID]room.Time), remote: make(map[string]remote)}
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
	p.dirty, p.announce = true, true
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
	p.dirty, p.announce = true, true
}

// elsewhere takes in who is here with another node.
func (p *presence) elsewhere(node string, who []person.ID, until room.Time) {
	before := p.remote[node]
	if len(who) == 0 {
		delete(p.remote, node)
	} else {
		p.remote[node] = remote{who, until}
	}
	p.dirty = p.dirty || !slices.Equal(before.who, who)
}

// everybody is who is here with any node.
func (p *presence) everybody() map[person.ID]bool {
	all := make(map[person.ID]bool, len(p.conns))
	for who := range p.conns {
		all[who] = true
	}
	for _, r := range p.remote {
		for _, who := range r.who {
			all[who] = true
		}
	}
	return all
}

// forget drops what nodes said that have not said it again.
func (p *presence) forget(now room.Time) {
	for node, r := range p.remote {
		if r.until <= now {
			delete(p.remote, node)
			p.dirty = true
		}
	}
}

// tellNodes says who is here with this node: when that has changed, at most once a
// second, and now and then again.
func (p *presence) tellNodes(l *live, now room.Time) {
	if !p.announce && (len(p.conns) == 0 || now < p.told+hereEvery) {
		return
	}
	p.announce, p.told = false, now
	here := slices.Sorted(maps.Keys(p.conns))
	l.say(said{Kind: "here", Here: here[:min(len(here), maxHere)]})
}

// here names the members who are here, in roster order; nil in large rooms.
func (p *presence) here(l *live) (names []string, count int) {
	all := p.everybody()
	if len(all) > wire.HereLimit {
		return nil, len(all)
	}
	names = []string{}
	for _, m := range l.state.Members() {
		if all[m.Person] {
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
	p.forget(now)
	p.tellNodes(l, now)
	if !p.dirty || l.hub.fenced.Load() {
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
	l.types(t.who, t.on)
	l.say(said{Kind: "typing", Who: t.who, On: t.on})
	return nil
}

// types notes that somebody types, here or with another node.
func (l *live) types(who person.ID, on bool) {
	_, was := l.presence.typing[who]
	if on {
		l.presence.typing[who] = l.hub.Now() + typingFor
	} else {
		delete(l.presence.typing, who)
	}
	if was != on && !l.hub.fenced.Load() {
		l.tellTyping(who, on)
	}
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
