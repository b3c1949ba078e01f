package deskbook

import (
	"context"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// RoomsOf is the rooms that somebody looks after, as the desk knows. It folds no room.
func (b *Book) RoomsOf(ctx context.Context, who person.ID) (rooms []person.RoomID, err error) {
	err = b.look(ctx, func(s *desk.State) { rooms = s.RoomsOf(who) })
	return rooms, err
}

// Shifts is the offers of a shift that concern somebody now.
func (b *Book) Shifts(ctx context.Context, who person.ID) (offers []desk.Offer, err error) {
	err = b.look(ctx, func(s *desk.State) { offers = s.Shifts(who, b.now()) })
	return offers, err
}

// Covers says whether who looks after every room that another does.
func (b *Book) Covers(ctx context.Context, who, other person.ID) (all bool, err error) {
	err = b.look(ctx, func(s *desk.State) { all = s.Covers(who, other) })
	return all, err
}

// HandOver is somebody giving an item to a colleague; see desk.State.
func (b *Book) HandOver(ctx context.Context, id desk.ItemID, by, to person.ID) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.HandOver(id, by, to, b.now()) })
	return err
}

// OfferShift is somebody asking a colleague to take over; see desk.State.
func (b *Book) OfferShift(ctx context.Context, id desk.ShiftID, by, to person.ID, in person.RoomID) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.OfferShift(id, by, to, in) })
	return err
}

// TakeShift is the colleague taking over, from whom; see desk.State.
func (b *Book) TakeShift(ctx context.Context, id desk.ShiftID, by person.ID) (from person.ID, err error) {
	_, err = b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) {
		o, _ := s.Shift(id, b.now())
		from = o.From
		return s.TakeShift(id, by, b.now())
	})
	return from, err
}

// WithdrawShift ends an offer; see desk.State.
func (b *Book) WithdrawShift(ctx context.Context, id desk.ShiftID, by person.ID) error {
	_, err := b.change(ctx, by.Actor(), func(s *desk.State) ([]fact.Fact, error) { return s.WithdrawShift(id, by, b.now()) })
	return err
}
