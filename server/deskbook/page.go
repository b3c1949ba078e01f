package deskbook

import (
	"context"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// DuePages is the calls that have to go out by the pager now.
func (b *Book) DuePages(ctx context.Context) (due []desk.Item, err error) {
	err = b.look(ctx, func(s *desk.State) { due = s.DuePages(b.now()) })
	return due, err
}

// PageOf is what became of sending a call; see desk.State.
func (b *Book) PageOf(ctx context.Context, in person.RoomID, ref uint64) (page desk.Page, err error) {
	err = b.look(ctx, func(s *desk.State) { page = s.PageOf(in, ref) })
	return page, err
}

// BeginPage says that this node sends a call from now on, and which try that is; see
// desk.State.
func (b *Book) BeginPage(ctx context.Context, id desk.ItemID) (try int, err error) {
	_, err = b.change(ctx, fact.Machine, func(s *desk.State) ([]fact.Fact, error) {
		i, _ := s.Item(id)
		try = i.Page.Tries + 1
		return s.BeginPage(id, b.now())
	})
	return try, err
}

// EndPage tells how a try has ended: "" is delivered.
func (b *Book) EndPage(ctx context.Context, id desk.ItemID, try int, code string) error {
	_, err := b.change(ctx, fact.Machine, func(s *desk.State) ([]fact.Fact, error) { return s.EndPage(id, try, code), nil })
	return err
}
