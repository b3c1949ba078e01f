package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/control"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/web"
)

// commands is what the running server does for commands on the machine.
type commands struct{ s *Server }

func (c commands) Rooms(ctx context.Context) ([]control.Room, error) {
	programme, err := c.s.People.Programme(ctx)
	if err != nil {
		return nil, err
	}
	rooms := []control.Room{}
	for _, id := range programme.Rooms {
		name, err := c.s.Hub.RoomName(ctx, id)
		if errors.Is(err, room.ErrNoSuchRoom) {
			continue // its opening was never finished
		}
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, control.Room{ID: string(id), Name: name})
	}
	return rooms, nil
}

func (c commands) Invite(ctx context.Context, in control.Invite) (control.Link, error) {
	id, err := c.find(ctx, in.Room)
	if err != nil {
		return control.Link{}, err
	}
	link, err := c.s.Gate.IssueInvite(ctx, auth.Invitation{Room: id, Role: auth.Role(in.Role), By: fact.Machine, Days: in.Days})
	if e, ok := errors.AsType[*auth.Error](err); ok && e.Code == auth.CodeBadValue {
		return control.Link{}, fmt.Errorf("-%s: not allowed; roles are participant and moderator, days are 1 to %d", e.Field, auth.MaxInviteDays)
	}
	return c.link(link), err
}

// find takes a room's id or its name; letter case does not count.
func (c commands) find(ctx context.Context, name string) (room.ID, error) {
	rooms, err := c.Rooms(ctx)
	if err != nil {
		return "", err
	}
	var found []room.ID
	for _, r := range rooms {
		if r.ID == name || strings.EqualFold(r.Name, name) {
			found = append(found, room.ID(r.ID))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", errors.New("no room has this name; kith invite without -room lists them")
	}
	return "", errors.New("several rooms have this name; give the id that kith invite without -room lists")
}

func (c commands) ResetAdmin(ctx context.Context, in control.ResetAdmin) (control.Link, error) {
	who, err := c.admin(ctx, in.Name)
	if err != nil {
		return control.Link{}, err
	}
	link, err := c.s.Gate.IssueRescue(ctx, who, fact.Machine)
	return c.link(link), err
}

func (c commands) admin(ctx context.Context, name string) (person.ID, error) {
	programme, err := c.s.People.Programme(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case len(programme.Leads) == 0:
		return "", errors.New("there is no lead yet: use the set-up link that kith serve prints at its start")
	case name == "" && len(programme.Leads) == 1:
		return programme.Leads[0], nil
	case name == "":
		return "", errors.New("there are several leads: name one with -name and their sign-in name")
	}
	who, err := c.s.Gate.PersonNamed(ctx, name)
	if err != nil || !programme.IsLead(who) {
		return "", errors.New("no lead has this sign-in name")
	}
	return who, nil
}

func (c commands) link(l auth.Issued) control.Link {
	return control.Link{URL: web.Link(c.s.URL(), l.Secret), Expires: l.Expires}
}

func (c commands) Backup(ctx context.Context, in control.Backup) error {
	if c.s.opened.Folder == nil {
		return errors.New("the data are on Redis: back up Redis's own file (redis-cli --rdb FILE), and keep it apart from the key")
	}
	return c.s.opened.Folder.Backup(ctx, in.To)
}

func (c commands) Status(context.Context) (control.Status, error) {
	status := control.Status{URL: c.s.URL(), Ops: c.s.OpsAddr(), Version: Version()}
	if err := c.s.ready(); err != nil {
		status.Ready = err.Error()
	}
	return status, nil
}
