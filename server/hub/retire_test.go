package hub_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/kith-chat/kith/server/wire"
)

// A node that ends answers the command that is under way before it says goodbye, and
// does none that comes after it, in the same frame or in another.
func TestRetireAnswersWhatIsUnderWay(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		log := &faulty{Log: h.log}
		b := h.hubOn(log, h.values)
		in, who := h.crew(b, 4)
		author := h.follow(b, in, who[2])
		release := log.hold()
		first, second := b.NewID().String(), b.NewID().String()
		post := func(id, text string) string {
			return `{"do":"post","id":"` + id + `","room":"` + string(in) + `","text":"` + text + `"}`
		}
		var sending sync.WaitGroup
		sending.Go(func() {
			author.conn.Handle(context.Background(), []byte(post(first, "under way")+"\n"+post(second, "too late")))
		})
		settle()
		author.conn.Retire(wire.CloseRestarting)
		settle()
		if codes, resets := author.sock.closed(); len(codes)+resets > 0 {
			t.Fatal("closed while a command was under way")
		}
		release()
		sending.Wait()
		author.sendAs(b.NewID().String(), "post", in, fields{"text": "later still"})
		answer, _ := author.answerTo(first)
		if answer.Error != nil {
			t.Fatalf("answered %s", answer.raw)
		}
		if codes, _ := author.sock.closed(); !slices.Equal(codes, []wire.CloseCode{wire.CloseRestarting}) {
			t.Errorf("closed with %v", codes)
		}
		if got := h.texts(in); !slices.Equal(got, []string{"under way"}) {
			t.Errorf("stored: %q", got)
		}
	})
}
