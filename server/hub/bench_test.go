package hub_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// deaf is a socket that takes everything and keeps nothing.
type deaf struct{}

func (deaf) Write([]byte) error   { return nil }
func (deaf) Close(wire.CloseCode) {}
func (deaf) Reset()               {}

// seated is a room on a real store that n members follow.
func seated(b *testing.B, n int) (*hub.Hub, room.ID) {
	h := newHouse(b)
	node := h.quiet()
	in, who := h.crew(node, max(n, 3))
	for _, p := range who[:n] {
		c, err := node.Connect(p, &session{locks: 1 << 50}, deaf{}, hub.Shows{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(c.Gone)
		c.Handle(context.Background(), fmt.Appendf(nil, `{"do":"join","id":%q,"room":%q,"history":0}`, node.NewID(), in))
	}
	return node, in
}

// BenchmarkFanOut is one message stored (without sync) and shown to so many; the
// cost of storing it is BenchmarkDo's. ns/delivery spreads the whole over them.
func BenchmarkFanOut(b *testing.B) {
	for _, seats := range []int{1, 12, 200} {
		b.Run(fmt.Sprint(seats), func(b *testing.B) {
			node, in := seated(b, seats)
			b.ReportAllocs()
			for b.Loop() {
				post1(b, node, in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(seats), "ns/delivery")
		})
	}
}

// BenchmarkDo is one message that nobody follows: decided, stored (without sync),
// folded in.
func BenchmarkDo(b *testing.B) {
	node, in := seated(b, 0)
	b.ReportAllocs()
	for b.Loop() {
		post1(b, node, in)
	}
}

// post1 posts, and waits until it was shown: the room serves one thing after the
// other.
func post1(b *testing.B, node *hub.Hub, in room.ID) {
	ctx := context.Background()
	if _, err := node.Do(ctx, in, personN(2), node.NewID(), room.PostMessage{Text: "about as long as people write"}); err != nil {
		b.Fatal(err)
	}
	if _, err := node.Membership(ctx, in, personN(2)); err != nil {
		b.Fatal(err)
	}
}
