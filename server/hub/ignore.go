package hub

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// maxIgnored bounds whom one person does not want to see in a room.
const maxIgnored = 50

// seat is a connection's place in a room.
type seat struct {
	room.Member
	ignored []person.ID // whose messages it does not get
}

// ignores is whom each member does not want to see. It is told to nobody and never
// enters the room's log. A room's stand together, as markers do.
type ignores struct {
	known map[person.ID][]person.ID
	asOf  room.Time
}

func (l *live) ignoreBucket() string { return "ignore/" + l.id.Key() }

// get is whom a member does not want to see.
func (i *ignores) get(ctx context.Context, l *live, who person.ID) ([]person.ID, error) {
	now := l.hub.Now()
	if i.asOf != 0 && now < i.asOf+markerFresh {
		return i.known[who], nil
	}
	list, err := l.hub.Values.List(ctx, l.ignoreBucket())
	if err != nil {
		return nil, err
	}
	known := make(map[person.ID][]person.ID, len(list))
	for _, v := range list {
		var ids []person.ID
		if json.Unmarshal(v.Data, &ids) == nil {
			known[person.ID(v.Key)] = ids
		}
	}
	i.known, i.asOf = known, now
	return i.known[who], nil
}

// indexes is those members as the room counts them.
func (l *live) indexes(ids []person.ID) []int {
	var list []int
	for _, id := range ids {
		if m, ok := l.state.Member(id); ok {
			list = append(list, m.Index)
		}
	}
	return list
}

// ignore stops, or begins again, showing somebody's messages to one person.
type ignore struct {
	who, whom person.ID
	on        bool
}

func (i ignore) serve(l *live) error {
	if _, err := l.viewer(i.who); err != nil {
		return err
	}
	target, ok := l.state.Member(i.whom)
	switch {
	case !ok || i.whom == i.who:
		return room.ErrNoSuchMember
	case target.Role != room.Participant && i.on: // whoever moderates has to be heard
		return room.ErrNotAllowed
	}
	ctx, cancel := l.context()
	defer cancel()
	for range 3 {
		ids, err := l.changeIgnored(ctx, i)
		if errors.Is(err, eventlog.ErrConflict) {
			continue
		}
		if err == nil {
			l.ignores.known[i.who] = ids
			l.reseat(i.who, ids)
			l.say(said{Kind: "ignores", Who: i.who})
		}
		return err
	}
	return eventlog.ErrUnavailable
}

func (l *live) changeIgnored(ctx context.Context, i ignore) ([]person.ID, error) {
	if _, err := l.ignores.get(ctx, l, i.who); err != nil {
		return nil, err
	}
	v, err := l.hub.Values.Get(ctx, l.ignoreBucket(), string(i.who))
	version := v.Version
	if errors.Is(err, eventlog.ErrNotFound) {
		version, err = eventlog.Absent, nil
	}
	if err != nil {
		return nil, err
	}
	var ids []person.ID
	if len(v.Data) > 0 {
		if err := json.Unmarshal(v.Data, &ids); err != nil {
			return nil, err
		}
	}
	ids = slices.DeleteFunc(ids, func(id person.ID) bool { return id == i.whom })
	if i.on {
		if len(ids) >= maxIgnored {
			return nil, room.ErrNotAllowed
		}
		ids = append(ids, i.whom)
	}
	data, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	_, err = l.hub.Values.Put(ctx, l.ignoreBucket(), string(i.who), data, time.Time{}, version)
	return ids, err
}

func (l *live) reseat(who person.ID, ids []person.ID) {
	for c, s := range l.seats {
		if s.Person == who {
			s.ignored = ids
			l.seats[c] = s
		}
	}
}

// ignoring says whether a viewer does not get an entry because of who made it: what
// they said, changed, or how they reacted. What ends a message always arrives.
func (l *live) ignoring(p passed, ignored []person.ID) bool {
	if len(ignored) == 0 {
		return false
	}
	author := p.entry.Actor
	switch ev := p.entry.Event.(type) {
	case *room.MessagePosted, *room.MessageEdited, *room.ReactionSet:
	case *room.MessageReleased:
		author = l.authorOf(p.entry.Seq)
	case *room.MessageUnhidden:
		author = l.authorOf(ev.Message)
	default:
		return false
	}
	return slices.Contains(ignored, author)
}

func (l *live) authorOf(seq room.Seq) person.ID {
	m, ok := l.state.Message(seq)
	if !ok {
		return ""
	}
	return l.state.MemberAt(m.Author).Person
}
