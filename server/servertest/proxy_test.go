package servertest_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/kith-chat/kith/server/servertest"
)

// silence is how long nothing must come where nothing may. It can only be too short
// to notice a mistake, never fail a test that is right.
const silence = 50 * time.Millisecond

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

func TestProxyPasses(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	answers(t, c, "hello")
	if n := p.Open(); n != 1 {
		t.Errorf("%d connections are open, not 1", n)
	}

	// The end of one direction passes too, and leaves the other open: what is large
	// arrives whole after it.
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		_, _ = c.Write(large)
		_ = c.CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, large) {
		t.Fatalf("%d of %d bytes came back: %v", len(got), len(large), err)
	}
	waitOpen(t, p, 0)
}

// TestProxyEndsGently: what a server said last reaches a client that is slow to read.
func TestProxyEndsGently(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	text := string(bytes.Repeat([]byte{'x'}, 300<<10))
	say(t, c, text)
	must(t, c.CloseWrite())
	<-time.After(silence) // let the proxy end its side, if it will
	hears(t, c, text)
}

func TestProxyCut(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	answers(t, c, "hello")
	p.Cut()
	wasReset(t, c)
	refused(t, p)
	if n := p.Open(); n != 0 {
		t.Errorf("%d connections are open", n)
	}
	p.Heal()
	answers(t, dial(t, p), "again")
}

func TestProxyBlackhole(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	old := dial(t, p)
	answers(t, old, "hello")
	e.got(t, "hello")
	p.Blackhole()
	say(t, old, "lost")
	silent(t, old)
	young := dial(t, p)
	say(t, young, "lost too")
	silent(t, young)
	if n := p.Open(); n != 1 {
		t.Errorf("%d connections are open, not the old one", n)
	}
	p.Heal()
	wasReset(t, old)
	wasReset(t, young)
	answers(t, dial(t, p), "again")
	e.got(t, "helloagain") // and not what was held
}

func TestProxyHalfOpen(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	old := dial(t, p)
	answers(t, old, "a")
	p.HalfOpen()
	say(t, old, "b")
	e.waitFor(t, "ab")
	silent(t, old)
	young := dial(t, p)
	say(t, young, "c")
	e.waitFor(t, "abc")
	silent(t, young)
	p.Blackhole() // it gets worse
	say(t, old, "d")
	silent(t, old)
	e.got(t, "abc")
	p.HalfOpen() // what it held must not reach the server now
	wasReset(t, old)
	wasReset(t, young)
	youngest := dial(t, p)
	say(t, youngest, "e")
	e.waitFor(t, "abce")
	p.Heal() // its answer is older than what would follow
	wasReset(t, youngest)
	answers(t, dial(t, p), "f")
	e.got(t, "abcef")
}

func TestProxyDelay(t *testing.T) {
	const delay = 60 * time.Millisecond
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	p.Delay(delay)
	begun := time.Now()
	answers(t, c, "hello")
	if took := time.Since(begun); took < 2*delay {
		t.Errorf("there and back took %v, with %v each way", took, delay)
	}
	p.Delay(time.Hour)
	say(t, c, "there you are")
	silent(t, c)
	p.Delay(0)
	hears(t, c, "there you are")
}

func TestProxyDelayIsHeldToo(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	p.Delay(time.Hour)
	say(t, c, "late")
	p.Blackhole()
	p.Delay(0)
	silent(t, c)
	e.got(t, "")
	p.Heal()
	wasReset(t, c)
}

func TestProxyCutWhere(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	good, bad := dial(t, p), dial(t, p)
	answers(t, good, "HELLO get")
	answers(t, bad, "HELLO ")
	answers(t, bad, "subs") // in pieces, and not at the beginning
	answers(t, bad, "cribe")
	p.CutWhere(subscribes)
	wasReset(t, bad)
	answers(t, good, "still here")
	again := dial(t, p)
	answers(t, again, "subscribe") // it was cut once
	if n := p.Open(); n != 2 {
		t.Errorf("%d connections are open, not 2", n)
	}
}

func TestProxyCutWhereSeesTheFirstBytesOnly(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	c := dial(t, p)
	answers(t, c, string(bytes.Repeat([]byte{'x'}, 4<<10)))
	answers(t, c, "subscribe")
	p.CutWhere(subscribes)
	answers(t, c, "still here")
}

func TestProxyRefuse(t *testing.T) {
	e := echo(t)
	p := servertest.StartProxy(t, e.addr)
	good, bad := dial(t, p), dial(t, p)
	answers(t, good, "get")
	answers(t, bad, "subscribe")
	p.Refuse(subscribes)
	wasReset(t, bad)
	young := dial(t, p)
	answers(t, young, "HELLO subs")
	say(t, young, "cribe")
	wasReset(t, young)
	e.got(t, "getsubscribeHELLO subs") // the last piece never arrived
	answers(t, good, "still here")
	p.Heal()
	answers(t, dial(t, p), "subscribe")
}

func TestProxySetTarget(t *testing.T) {
	one, two := echo(t), echo(t)
	p := servertest.StartProxy(t, one.addr)
	old := dial(t, p)
	answers(t, old, "a")
	p.SetTarget(two.addr)
	answers(t, dial(t, p), "b")
	answers(t, old, "c")
	one.got(t, "ac")
	two.got(t, "b")
	p.SetTarget(closedPort(t))
	refused(t, p)
}

// TestProxyCutsRedisSubscriber: a subscriber loses its connection while commands go
// on, and is kept from subscribing again until the proxy heals.
func TestProxyCutsRedisSubscriber(t *testing.T) {
	r := servertest.StartRedis(t, servertest.RedisOptions{})
	p := servertest.StartProxy(t, r.Addr())
	c := redis.NewClient(quiet(&redis.Options{Addr: p.Addr(), MaxRetries: -1, PoolSize: 1}))
	t.Cleanup(func() { _ = c.Close() })
	must(t, c.Ping(t.Context()).Err())
	id := c.ClientID(t.Context()).Val()
	subscribe := func() (*redis.PubSub, error) {
		s := c.Subscribe(t.Context(), "room")
		t.Cleanup(func() { _ = s.Close() })
		_, err := s.ReceiveTimeout(t.Context(), patience) // that it is subscribed
		return s, err
	}
	s, err := subscribe()
	must(t, err)
	p.Refuse(subscribes)
	if m, err := s.ReceiveTimeout(t.Context(), patience); err == nil || timedOut(err) {
		t.Fatalf("the subscriber heard %v, %v", m, err)
	}
	if _, err := subscribe(); err == nil || timedOut(err) {
		t.Fatalf("subscribed in spite of it: %v", err)
	}
	if now, err := c.ClientID(t.Context()).Result(); err != nil || now != id {
		t.Fatalf("commands were on connection %d and are on %d: %v", id, now, err)
	}
	p.Heal()
	again, err := subscribe()
	must(t, err)
	must(t, c.Publish(t.Context(), "room", "hello").Err())
	if m, err := again.ReceiveMessage(t.Context()); err != nil || m.Payload != "hello" {
		t.Fatalf("after it healed: %v, %v", m, err)
	}
}

func subscribes(firstBytes []byte) bool { return bytes.Contains(firstBytes, []byte("subscribe")) }

// quiet are options of a client that does nothing by itself.
func quiet(o *redis.Options) *redis.Options {
	o.DisableIdentity, o.DialerRetries, o.ContextTimeoutEnabled = true, 1, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

// echoServer says back what it hears, and remembers it.
type echoServer struct {
	addr string
	mu   sync.Mutex
	all  []byte
	more chan struct{} // has a value when there may be more
}

func echo(t *testing.T) *echoServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	e := &echoServer{addr: l.Addr().String(), more: make(chan struct{}, 1)}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, io.TeeReader(c, e))
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	return e
}

func (e *echoServer) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, p...)
	select {
	case e.more <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (e *echoServer) heard() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return string(e.all)
}

// got checks what reached the server until now.
func (e *echoServer) got(t *testing.T, want string) {
	t.Helper()
	if got := e.heard(); got != want {
		t.Errorf("the server heard %q, want %q", got, want)
	}
}

// waitFor waits until something has reached the server.
func (e *echoServer) waitFor(t *testing.T, want string) {
	t.Helper()
	late := time.After(patience)
	for e.heard() != want {
		select {
		case <-e.more:
		case <-late:
			t.Fatalf("the server heard %q, want %q", e.heard(), want)
		}
	}
}

func dial(t *testing.T, p *servertest.Proxy) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.TCPConn)
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(c, text)
	must(t, err)
}

func hears(t *testing.T, c net.Conn, want string) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(patience)))
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("heard %q, %v; want %q", got, err, want)
	}
}

func answers(t *testing.T, c net.Conn, text string) {
	t.Helper()
	say(t, c, text)
	hears(t, c, text)
}

// silent checks that a connection is open and nothing comes.
func silent(t *testing.T, c net.Conn) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(silence)))
	if n, err := c.Read(make([]byte, 100)); n > 0 || !timedOut(err) {
		t.Fatalf("%d bytes came, %v, where nothing should", n, err)
	}
}

func wasReset(t *testing.T, c net.Conn) {
	t.Helper()
	must(t, c.SetReadDeadline(time.Now().Add(patience)))
	if n, err := c.Read(make([]byte, 100)); n > 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("%d bytes came, %v; want a reset", n, err)
	}
}

// refused checks that a new connection is reset. The reset may be there before the
// dial has ended, and is the dial's failure then.
func refused(t *testing.T, p *servertest.Proxy) {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if errors.Is(err, syscall.ECONNRESET) {
		return
	}
	must(t, err)
	defer c.Close()
	wasReset(t, c)
}

// waitOpen waits until the proxy has noticed an end that both sides have seen.
func waitOpen(t *testing.T, p *servertest.Proxy, want int) {
	t.Helper()
	for deadline := time.Now().Add(patience); p.Open() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections are open, not %d", p.Open(), want)
		}
	}
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}
