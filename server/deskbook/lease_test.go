package deskbook_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// What somebody has taken is theirs for fifteen minutes, to the millisecond, by the clock
// alone; then it is free, on every node. A shift that nobody takes is not offered after two
// hours, and one whose taker leaves the room at once not any more.
func TestLeasesEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{InsecureSyncOff: true})
		must(t, err)
		defer func() { must(t, store.Close()) }()
		log := eventlog.Sealed(store, eventlog.NewKeyring(eventlog.NewKey()))
		nodes := []*deskbook.Book{deskbook.New(log, time.Now), deskbook.New(log, time.Now)}
		one, two, ctx := personN(1), personN(2), t.Context()
		at := desk.Seen{Room: roomN(1), Seq: 1, Team: []person.ID{one, two}, Waits: []desk.Wait{held(1)}}
		must(t, nodes[0].Look(ctx, at))
		item := held(1).ID(roomN(1))
		holder := func(b *deskbook.Book) person.ID {
			list, err := b.Of(ctx, two)
			must(t, err)
			return list[0].Holder
		}

		must(t, nodes[0].Claim(ctx, item, one, false))
		time.Sleep(desk.ClaimLasts*time.Millisecond - time.Millisecond)
		if err := nodes[1].Claim(ctx, item, two, false); !errors.Is(err, desk.ErrTaken) || holder(nodes[1]) != one {
			t.Errorf("a millisecond before its end: %v, with %q", err, holder(nodes[1]))
		}
		time.Sleep(time.Millisecond)
		for _, b := range nodes {
			if got := holder(b); got != "" {
				t.Errorf("at its end it is with %q", got)
			}
		}
		must(t, nodes[1].Claim(ctx, item, two, false))

		shift := func(n byte) desk.ShiftID { return desk.ShiftID(fact.FormID("h_", [fact.IDBytes]byte{n})) }
		must(t, nodes[0].OfferShift(ctx, shift(1), one, two, roomN(1)))
		time.Sleep(desk.OfferLasts*time.Millisecond - time.Millisecond)
		if offers, err := nodes[1].Shifts(ctx, two); err != nil || len(offers) != 1 {
			t.Errorf("a millisecond before its end: %v, %v", offers, err)
		}
		time.Sleep(time.Millisecond)
		if _, err := nodes[1].TakeShift(ctx, shift(1), two); !errors.Is(err, desk.ErrNoShift) {
			t.Errorf("at its end: %v", err)
		}
		must(t, nodes[0].OfferShift(ctx, shift(2), one, two, roomN(1)))
		at.Seq, at.Team = 2, []person.ID{one}
		must(t, nodes[1].Look(ctx, at))
		if _, err := nodes[0].TakeShift(ctx, shift(2), two); !errors.Is(err, desk.ErrNoShift) {
			t.Errorf("by who has left: %v", err)
		}
	})
}
