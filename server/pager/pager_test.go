package pager_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/pager"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/sqlitestore"
)

const secret = "a secret that is long enough for it"

var (
	in   = person.RoomID(fact.FormID("r_", [fact.IDBytes]byte{1}))
	ruth = person.ID(fact.FormID("p_", [fact.IDBytes]byte{1}))
)

// receiver is a programme's pager: what came, and what it answers.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	ids    []string
	status int
	t      *testing.T
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{status: http.StatusNoContent, t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	if string(body) != pager.Text || !pager.Verify(secret, q.Header, string(body)) || pager.Verify("another", q.Header, string(body)) {
		r.t.Errorf("signed wrongly, or other words: %q", body)
	}
	for name, values := range q.Header {
		if strings.Contains(strings.Join(values, " "), string(in)) || strings.Contains(strings.Join(values, " "), "d_") {
			r.t.Errorf("the header %s tells: %v", name, values)
		}
	}
	r.mu.Lock()
	r.ids = append(r.ids, q.Header.Get("Kith-Id"))
	status := r.status
	r.mu.Unlock()
	if status == http.StatusFound {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(status)
}

func (r *receiver) answers(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// got is how many requests came, and how many calls a receiver makes of them that takes
// each id once.
func (r *receiver) got() (requests, calls int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	once := map[string]bool{}
	for _, id := range r.ids {
		once[id] = true
	}
	return len(r.ids), len(once)
}

// clock is moved on by the test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ward is a desk in a real store with one call, and a receiver.
type ward struct {
	*receiver
	clock *clock
	log   eventlog.Log
	logs  bytes.Buffer
}

func newWard(t *testing.T) *ward {
	t.Helper()
	folder, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	return &ward{receiver: newReceiver(t), clock: &clock{now: time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)}, log: folder}
}

// node is one server's pager on a log.
func (w *ward) node(log eventlog.Log) (*pager.Pager, *deskbook.Book) {
	book := deskbook.New(log, w.clock.time)
	return pager.New(pager.Config{URL: w.URL, Secret: secret, Book: book, Clock: w.clock.time, Logger: slog.New(slog.NewTextHandler(&w.logs, nil))}), book
}

// see tells the desk how many calls wait now.
func see(t *testing.T, b *deskbook.Book, seq uint64, calls ...desk.Wait) {
	t.Helper()
	if err := b.Look(t.Context(), desk.Seen{Room: in, Seq: seq, Team: []person.ID{ruth}, Waits: calls}); err != nil {
		t.Fatal(err)
	}
}

func (w *ward) call(ref uint64) desk.Wait {
	return desk.Wait{Kind: "call", Ref: ref, Since: w.clock.time().UnixMilli()}
}

func sendDue(t *testing.T, p *pager.Pager) {
	t.Helper()
	if err := p.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A call that nobody has read goes out after two minutes, not before, and once, whoever has
// taken it and however often it is looked.
func TestCallGoesOutOnce(t *testing.T) {
	w := newWard(t)
	p, b := w.node(w.log)
	call := w.call(1)
	see(t, b, 1, call)
	if err := b.Claim(t.Context(), call.ID(in), ruth, false); err != nil {
		t.Fatal(err)
	}
	w.clock.forward(2*time.Minute - time.Millisecond)
	sendDue(t, p)
	if n, _ := w.got(); n != 0 {
		t.Fatalf("%d before its time", n)
	}
	w.clock.forward(time.Millisecond)
	for range 3 {
		sendDue(t, p)
		w.clock.forward(time.Minute)
	}
	if n, _ := w.got(); n != 1 {
		t.Errorf("%d requests", n)
	}
	if list, err := b.Of(t.Context(), ruth); err != nil || list[0].Page.Sent == 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// What somebody has read in time does not go out; nor does anything but a call.
func TestReadInTime(t *testing.T) {
	w := newWard(t)
	p, b := w.node(w.log)
	see(t, b, 1, w.call(1), desk.Wait{Kind: "worry", Ref: 2, Since: w.clock.time().UnixMilli()})
	see(t, b, 2, desk.Wait{Kind: "worry", Ref: 2, Since: w.clock.time().UnixMilli()})
	w.clock.forward(time.Hour)
	sendDue(t, p)
	if n, _ := w.got(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// A receiver that fails is tried again, later and later, until it takes the call; nothing of
// the address or the answer is logged.
func TestTriedUntilDelivered(t *testing.T) {
	w := newWard(t)
	p, b := w.node(w.log)
	see(t, b, 1, w.call(1))
	w.clock.forward(2 * time.Minute)
	for i, status := range []int{503, 500, 302, 404} {
		w.answers(status)
		sendDue(t, p)
		sendDue(t, p) // not at once again
		if n, _ := w.got(); n != i+1 {
			t.Fatalf("after an answer %d: %d requests, want %d", status, n, i+1)
		}
		w.clock.forward(5 * time.Second << i)
	}
	w.answers(204)
	sendDue(t, p)
	sendDue(t, p)
	if n, calls := w.got(); n != 5 || calls != 1 {
		t.Errorf("%d requests of %d calls", n, calls)
	}
	if said := w.logs.String(); strings.Contains(said, "127.0.0.1") || !strings.Contains(said, "status_503") {
		t.Errorf("the log says %s", said)
	}
}

// Two servers at once, and a third that comes late: one request.
func TestOneOfManyServersSends(t *testing.T) {
	w := newWard(t)
	_, b := w.node(w.log)
	see(t, b, 1, w.call(1))
	w.clock.forward(2 * time.Minute)
	var both sync.WaitGroup
	for range 4 {
		p, _ := w.node(w.log)
		both.Go(func() {
			if err := p.SendDue(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	late, _ := w.node(w.log)
	sendDue(t, late)
	if n, _ := w.got(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

var errDied = errors.New("died")

// dying lets a server die at one of its writes, before or after its effect.
type dying struct {
	eventlog.Log
	at    int
	after bool
	n     int
}

func (d *dying) Append(ctx context.Context, stream string, pos eventlog.Position, records []eventlog.Record) (eventlog.Position, error) {
	d.n++
	switch {
	case d.n < d.at:
		return d.Log.Append(ctx, stream, pos, records)
	case d.n == d.at && d.after:
		_, _ = d.Log.Append(ctx, stream, pos, records)
	}
	return eventlog.Position{}, errDied
}

// A server that dies at any of its steps: another finishes, the call has gone out, and a
// receiver that takes an id once has it once.
func TestDyingServer(t *testing.T) {
	for step := 1; step <= 2; step++ {
		for _, after := range []bool{false, true} {
			w := newWard(t)
			_, b := w.node(w.log)
			see(t, b, 1, w.call(1))
			w.clock.forward(2 * time.Minute)
			dead, _ := w.node(&dying{Log: w.log, at: step, after: after})
			if err := dead.SendDue(t.Context()); err == nil {
				t.Fatalf("step %d: it did not die", step)
			}
			next, _ := w.node(w.log)
			for range 3 {
				sendDue(t, next)
				w.clock.forward(desk.TryLasts * time.Millisecond)
			}
			n, calls := w.got()
			if calls != 1 || n > 2 || n == 2 && step == 1 {
				t.Errorf("died at step %d (after its effect: %v): %d requests of %d calls", step, after, n, calls)
			}
		}
	}
}

// Two calls of one person, one after the other, are two.
func TestSecondCall(t *testing.T) {
	w := newWard(t)
	p, b := w.node(w.log)
	see(t, b, 1, w.call(1))
	w.clock.forward(2 * time.Minute)
	sendDue(t, p)
	see(t, b, 2)
	see(t, b, 3, w.call(1))
	w.clock.forward(2 * time.Minute)
	sendDue(t, p)
	if n, calls := w.got(); n != 2 || calls != 2 {
		t.Errorf("%d requests of %d calls", n, calls)
	}
}

func TestCheck(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://pager.example.org/kith": true, "http://127.0.0.1:9000/x": true, "http://localhost/x": true,
		"http://pager.example.org": false, "pager.example.org": false, "https://me:secret@pager.example.org": false, "ftp://x": false, "": false,
	} {
		if err := pager.Check(address, secret); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	if pager.Check("https://pager.example.org", "short") == nil {
		t.Error("a short secret was taken")
	}
	if err := pager.Check("", ""); err != nil {
		t.Error(err)
	}
}
