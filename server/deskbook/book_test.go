package deskbook_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func personN(n byte) person.ID   { return person.ID(fact.FormID("p_", [fact.IDBytes]byte{n})) }
func roomN(n byte) person.RoomID { return person.RoomID(fact.FormID("r_", [fact.IDBytes]byte{n})) }

// house is a store and the clock, which moves when a test says so.
type house struct {
	log    eventlog.Log
	values eventlog.Values
	mu     sync.Mutex
	now    time.Time
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h, closing := openHouse(t)
	t.Cleanup(closing)
	return h
}

// openHouse is newHouse for as long as the caller wants.
func openHouse(t *testing.T) (h *house, closing func()) {
	t.Helper()
	h = &house{now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
	store, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{Clock: h.clock, InsecureSyncOff: true})
	if err != nil {
		t.Fatal(err)
	}
	keys := eventlog.NewKeyring(eventlog.NewKey())
	h.log, h.values = eventlog.Sealed(store, keys), eventlog.SealedValues(store.Values(), keys)
	return h, func() { _ = store.Close() }
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) book() *deskbook.Book { return deskbook.New(h.log, h.clock) }

func seen(seq uint64, waits ...desk.Wait) desk.Seen {
	return desk.Seen{Room: roomN(1), Seq: seq, Team: []person.ID{personN(1)}, Waits: waits}
}

func held(ref uint64) desk.Wait { return desk.Wait{Kind: "held", Ref: ref, Since: int64(ref)} }

// refs is what a book shows to the room's moderator.
func refs(t *testing.T, b *deskbook.Book) (since []int64) {
	t.Helper()
	list, err := b.Of(t.Context(), personN(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		since = append(since, i.Since)
	}
	return since
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Two nodes write to one desk at once: nothing is there twice and nothing is lost, and a
// node that starts later folds the same.
func TestTwoNodesOneDesk(t *testing.T) {
	h := newHouse(t)
	nodes := []*deskbook.Book{h.book(), h.book()}
	var work sync.WaitGroup
	for _, b := range nodes {
		work.Go(func() {
			for n := range uint64(20) {
				var waits []desk.Wait
				for ref := range n + 1 {
					waits = append(waits, held(ref+1))
				}
				if err := b.Look(context.Background(), seen(n+1, waits...)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	want := make([]int64, 20)
	for i := range want {
		want[i] = int64(i + 1)
	}
	for i, b := range append(nodes, h.book()) {
		if got := refs(t, b); !slices.Equal(got, want) {
			t.Errorf("node %d shows %v", i, got)
		}
	}
	head, err := h.log.Head(t.Context(), desk.Stream)
	if err != nil || head.Seq != 21 { // the team, and twenty that wait
		t.Errorf("%d records, %v", head.Seq, err)
	}
}

// Of two moderators who take the same thing at once, one has it.
func TestTwoTakeTheSame(t *testing.T) {
	h := newHouse(t)
	b := h.book()
	at := seen(1, held(1))
	at.Team = []person.ID{personN(1), personN(2)}
	must(t, b.Look(t.Context(), at))
	nodes := []*deskbook.Book{b, h.book()}
	errs := make([]error, 2)
	var work sync.WaitGroup
	for i, b := range nodes {
		work.Go(func() { errs[i] = b.Claim(context.Background(), held(1).ID(roomN(1)), personN(byte(i+1)), false) })
	}
	work.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), desk.ErrTaken) {
		t.Error(errs)
	}
}

// rooms is what waits in a room, as a test has it.
type rooms struct {
	mu    sync.Mutex
	seen  desk.Seen
	fails error
	asked chan struct{}
	bad   person.RoomID // cannot be read, ever
}

func (r *rooms) Seen(_ context.Context, in person.RoomID) (desk.Seen, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if in == r.bad {
		return desk.Seen{}, eventlog.ErrCorrupt
	}
	if r.asked != nil {
		r.asked <- struct{}{}
	}
	return r.seen, r.fails
}

func (h *house) follower(r *rooms) *deskbook.Follower {
	return deskbook.NewFollower(h.book(), r, h.values, slog.New(slog.DiscardHandler))
}

// A node hints that something is about to happen in a room, and dies at once after it
// has: whoever comes next finds what waits there. The hint goes away when nothing it
// spoke of can be on its way any more.
func TestHintOutlivesItsNode(t *testing.T) {
	h := newHouse(t)
	r := &rooms{}
	must(t, h.follower(r).Hint(t.Context(), roomN(1)))
	next := h.follower(r)
	must(t, next.Sweep(t.Context())) // it is not there yet
	r.seen = seen(3, held(2))        // it came a moment later
	h.advance(5 * time.Second)
	must(t, next.Sweep(t.Context()))
	if got := refs(t, h.book()); !slices.Equal(got, []int64{2}) {
		t.Fatalf("what waits: %v", got)
	}
	h.advance(time.Minute)
	must(t, next.Sweep(t.Context()))
	r.seen = seen(4)
	must(t, next.Sweep(t.Context()))
	if got := refs(t, h.book()); len(got) != 1 {
		t.Error("a hint is followed for ever")
	}
}

// A room that cannot be read does not hide the others.
func TestSweepGoesPastARoomThatCannotBeRead(t *testing.T) {
	h := newHouse(t)
	for bad := range byte(3) {
		r := &rooms{seen: seen(uint64(bad)+1, held(uint64(bad)+1)), bad: roomN(bad * 2)}
		f := h.follower(r)
		for n := range byte(3) { // the one that can be read is hinted at before, between and after
			must(t, f.Hint(t.Context(), roomN([]byte{0, 1, 4}[n])))
		}
		if err := f.Sweep(t.Context()); bad != 1 && !errors.Is(err, eventlog.ErrCorrupt) {
			t.Error(err)
		}
		if got := refs(t, h.book()); !slices.Equal(got, []int64{int64(bad) + 1}) {
			t.Errorf("what waits: %v", got)
		}
	}
}

// A room that cannot be looked at is looked at again.
func TestLooksAgainAfterAFailure(t *testing.T) {
	h := newHouse(t)
	r := &rooms{seen: seen(1, held(1)), fails: eventlog.ErrUnavailable, asked: make(chan struct{})}
	f := h.follower(r)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { f.Run(ctx) })
	f.Look(roomN(1))
	<-r.asked
	r.mu.Lock()
	r.fails = nil
	r.mu.Unlock()
	<-r.asked
	f.Look(roomN(1)) // a third look begins when the second has ended
	<-r.asked
	if got := refs(t, h.book()); !slices.Equal(got, []int64{1}) {
		t.Errorf("what waits: %v", got)
	}
	stop()
	work.Wait()
}

// A log that was set back, as a failover may leave it, is folded anew.
func TestDeskOfALogThatWasSetBack(t *testing.T) {
	h := newHouse(t)
	other := &switching{Log: h.log}
	moved := deskbook.New(other, h.clock)
	must(t, moved.Look(t.Context(), seen(1, held(9))))
	other.Log = newHouse(t).log // another history, just as long
	must(t, deskbook.New(other, h.clock).Look(t.Context(), seen(1, held(7))))
	if got := refs(t, moved); !slices.Equal(got, []int64{7}) {
		t.Errorf("what waits: %v", got)
	}
}

// switching is a log that may become another.
type switching struct{ eventlog.Log }
