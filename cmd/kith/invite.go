package main

import (
	"context"
	"fmt"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/control"
)

func invite(ctx context.Context, e *environment) error {
	f := newFlags()
	room := f.String("room", "", "name or id of the room; without it the rooms are listed")
	role := f.String("role", "participant", "participant or moderator")
	days := f.Int("days", auth.DefaultInviteDays, "days the link works, 1 to 30")
	data, _, err := e.dataOnly(f, 0)
	if err != nil {
		return err
	}
	server := control.Dial(data)
	if *room == "" {
		return e.listRooms(ctx, server)
	}
	if *days < 1 || *days > auth.MaxInviteDays {
		return fmt.Errorf("-days %d: a link works 1 to %d days", *days, auth.MaxInviteDays)
	}
	link, err := server.Invite(ctx, control.Invite{Room: *room, Role: *role, Days: *days})
	if err != nil {
		return err
	}
	e.printLink(link, "It brings one person in, as "+*role+".")
	return nil
}

func (e *environment) listRooms(ctx context.Context, server *control.Client) error {
	rooms, err := server.Rooms(ctx)
	if err != nil {
		return err
	}
	if len(rooms) == 0 {
		fmt.Fprintln(e.stdout, "There are no rooms yet. The lead opens them on the page, under Rooms.")
		return nil
	}
	fmt.Fprintln(e.stdout, "The rooms; choose one with -room:")
	for _, r := range rooms {
		fmt.Fprintf(e.stdout, "  %s  %s\n", r.ID, r.Name)
	}
	return nil
}

func (e *environment) printLink(l control.Link, what string) {
	fmt.Fprintf(e.stdout, "%s\n%s It works once, until %s.\n", l.URL, what, l.Expires.UTC().Format("2006-01-02 15:04 UTC"))
}

func resetAdmin(ctx context.Context, e *environment) error {
	f := newFlags()
	name := f.String("name", "", "sign-in name of the lead; not needed if there is only one")
	data, _, err := e.dataOnly(f, 0)
	if err != nil {
		return err
	}
	link, err := control.Dial(data).ResetAdmin(ctx, control.ResetAdmin{Name: *name})
	if err != nil {
		return err
	}
	e.printLink(link, "It sets a new passphrase and a new second step, and ends all sessions of the lead.")
	return nil
}
