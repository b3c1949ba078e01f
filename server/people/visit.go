package people

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// A visit is somebody of the team looking into a room that they are no member of. It has
// a reason and words, ends by itself, and the leads are told. The room's own log has it;
// the value beside it only tells the visitor's client which rooms to list.

func visitBucket(who person.ID) string { return "visit/" + who.Key() }

// Visit opens a room to by, who is of the team, for room.VisitFor. The leads are told
// before it is answered.
func (p *People) Visit(ctx context.Context, by person.ID, in room.ID, reason room.Reason, words string) (until room.Time, err error) {
	programme, err := p.Programme(ctx)
	if err != nil {
		return 0, err
	}
	if !programme.HasRoom(in) {
		return 0, room.ErrNoSuchRoom
	}
	out, err := p.hub.Do(ctx, in, "", p.hub.NewID(), room.OpenVisit{Person: by, Reason: reason, Text: words})
	if err != nil {
		return 0, err
	}
	until = out.At + room.VisitFor
	for _, lead := range programme.Leads {
		err := p.gate.ChangePerson(ctx, lead, by.Actor(), func(person.State) ([]fact.Fact, error) {
			return []fact.Fact{person.VisitTold{Room: in}}, nil
		})
		if err != nil {
			return 0, err
		}
		p.hub.SignalRooms(lead)
	}
	expires := time.UnixMilli(int64(until))
	if _, err := p.values.Put(ctx, visitBucket(by), string(in), []byte{1}, expires, eventlog.Any); err != nil {
		return 0, err
	}
	p.hub.SignalRooms(by)
	return until, nil
}

// EndVisit ends one's own visit early.
func (p *People) EndVisit(ctx context.Context, by person.ID, in room.ID) error {
	_, err := p.hub.Do(ctx, in, "", p.hub.NewID(), room.EndVisit{Person: by})
	if err != nil && !errors.Is(err, room.ErrNothingDue) {
		return err
	}
	return p.values.Delete(ctx, visitBucket(by), string(in), eventlog.Any)
}

// visited is the rooms that somebody looks into just now.
func (p *People) visited(ctx context.Context, who person.ID, known []wire.RoomLine) (lines []wire.RoomLine, err error) {
	// Participants visit nothing, and they are many when all come back at once.
	if len(known) > 0 && !slices.ContainsFunc(known, func(l wire.RoomLine) bool { return l.Role.Staff() }) {
		return nil, nil
	}
	list, err := p.values.List(ctx, visitBucket(who))
	if err != nil {
		return nil, err
	}
	for _, v := range list {
		id := room.ID(v.Key)
		if slices.ContainsFunc(known, func(l wire.RoomLine) bool { return l.Room == id }) {
			continue
		}
		line, err := p.hub.Overview(ctx, id, who)
		switch {
		case errors.Is(err, room.ErrNoSuchRoom):
		case err != nil:
			return nil, err
		case line.Role == room.Visitor:
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// OtherRoom is a room that somebody of the team may look into.
type OtherRoom struct {
	Room room.ID `json:"room"`
	Name string  `json:"name"`
}

// OtherRooms is the programme's rooms that the person is no member of.
func (p *People) OtherRooms(ctx context.Context, who person.ID) ([]OtherRoom, error) {
	programme, err := p.Programme(ctx)
	if err != nil {
		return nil, err
	}
	others := []OtherRoom{}
	for _, id := range programme.Rooms {
		_, err := p.hub.Membership(ctx, id, who)
		if err == nil {
			continue
		}
		if hub.Unreadable(err) {
			continue
		}
		if !errors.Is(err, room.ErrNoSuchRoom) {
			return nil, err
		}
		name, err := p.hub.RoomName(ctx, id)
		if err != nil {
			return nil, err
		}
		others = append(others, OtherRoom{id, name})
	}
	return others, nil
}
