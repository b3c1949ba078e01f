package browsertest

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/kith-chat/kith/server/people"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

var consoleFor = flag.Duration("console-for", 2*time.Second, "how long TestConsoleUnderLoad measures")

const (
	busyMembers = 200
	busyRooms   = 30
	busyPerSec  = 20
	busyCalls   = 12
)

// busyWard is a moderator of 30 rooms, one of which has 200 members.
func busyWard(t *testing.T) (s *servertest.Server, busy seed.Room) {
	t.Helper()
	c := servertest.Config(t.TempDir())
	rooms := servertest.Seed(t, c, seed.Spec{Rooms: 1, Members: busyMembers, Moderators: 1, Preload: 60})
	s = servertest.Run(t, c)
	lead := rooms[0].Members[0].Person
	for n := range busyRooms - 1 {
		if _, err := s.People.OpenRoom(t.Context(), lead, people.NewRoom{Name: fmt.Sprintf("Group %02d", n+1), Alias: "Ruth"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range rooms[0].Members[1 : 1+busyCalls] {
		if _, err := s.Hub.Do(t.Context(), rooms[0].ID, m.Person, s.Hub.NewID(), room.CallForHelp{}); err != nil {
			t.Fatal(err)
		}
	}
	return s, rooms[0]
}

// talk has members write, all together so many messages a second, until ctx ends.
func talk(ctx context.Context, t *testing.T, s *servertest.Server, in seed.Room) {
	var work sync.WaitGroup
	for n := range busyPerSec {
		m := in.Members[20+n]
		work.Go(func() {
			conn, err := wireclient.Dial(ctx, s.URL, servertest.Cookie(m.Token), nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.CloseNow()
			go func() {
				for { // what comes is read away
					if _, err := conn.Next(ctx); err != nil {
						return
					}
				}
			}()
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-tick.C:
					_ = conn.Send(ctx, servertest.Command{"do": "post", "id": wireclient.NewID(), "room": in.ID, "text": fmt.Sprintf("Sentence %d of somebody who has a lot to say this evening.", i)})
				case <-ctx.Done():
					return
				}
			}
		})
	}
	work.Wait()
}

// With 200 members in a room, 20 messages a second, 30 rooms and 12 calls in the queue, on a
// processor slowed down four times, the console answers every key, and shows what has come.
// How fast is measured and told, not asserted.
func TestConsoleUnderLoad(t *testing.T) {
	b := Start(t)
	s, busy := busyWard(t)
	p := b.Open(t, s.URL)
	p.SignedIn(busy.Members[0].Token)
	p.Go(s.URL)
	p.See("Group 29")
	p.Click("[data-part=desk]")
	p.Wait(fmt.Sprintf("document.querySelectorAll('.queue-item').length === %d", busyCalls))
	ctx, stop := context.WithCancel(t.Context())
	var talking sync.WaitGroup
	talking.Go(func() { talk(ctx, t, s, busy) })
	p.Slower(4)
	Eval[any](p, `(() => {
		window.frames_ = []; window.keys_ = []; window.moved_ = 0;
		let last = performance.now();
		const frame = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(frame); };
		requestAnimationFrame(frame);
		new PerformanceObserver((list) => { for (const e of list.getEntries()) if (e.name === 'keydown') window.keys_.push(e.processingEnd - e.startTime); }).observe({ type: 'event', durationThreshold: 16 });
		document.querySelector('.queue').addEventListener('focusin', () => { window.moved_ += 1; });
		document.querySelector('.queue-item').focus();
	})()`)
	presses := 0
	for begun := time.Now(); time.Since(begun) < *consoleFor; presses++ {
		key := kb.ArrowDown
		if presses/(busyCalls-1)%2 == 1 {
			key = kb.ArrowUp
		}
		p.Keys(key)
		time.Sleep(150 * time.Millisecond) // as fast as somebody reads down a list
	}
	p.Wait(fmt.Sprintf("window.moved_ >= %d", presses+1)) // every key moved the focus, and the first focus
	seen := Eval[string](p, "JSON.stringify({frames: window.frames_, keys: window.keys_})")
	stop()
	talking.Wait()
	var took struct{ Frames, Keys []float64 }
	if err := json.Unmarshal([]byte(seen), &took); err != nil {
		t.Fatal(err)
	}
	// What a key took is from its press until it was dealt with. Until something is painted is
	// no measure: a key at the end of the list changes nothing.
	t.Logf("4x slower, %d keys: frames %s; from press to dealt with %s", presses, spread(took.Frames), spread(took.Keys))
	p.Slower(1)
	p.Wait("document.querySelector('.console-rooms').innerText.includes('Room 1')")
	if text := Eval[string](p, "document.querySelector('.console-rooms').innerText"); !strings.Contains(text, "here") {
		t.Errorf("the rooms say %s", text)
	}
}

func spread(ms []float64) string {
	if len(ms) == 0 {
		return "none"
	}
	slices.Sort(ms)
	at := func(part float64) float64 { return ms[min(len(ms)-1, int(part*float64(len(ms))))] }
	return fmt.Sprintf("%d: median %.0f ms, p95 %.0f ms, worst %.0f ms", len(ms), at(0.5), at(0.95), ms[len(ms)-1])
}
