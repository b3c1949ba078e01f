package servertest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// instance is a running redis-server or redis-sentinel: both are configured by a
// file that they rewrite, and answer the same commands.
type instance struct {
	program string
	before  []string
	client  *redis.Options
	dir     string
	port    int
	logs    *Buffer
	run     *foreign
}

// startInstance starts a program on a folder and a port of its own, waits until it
// answers, and ends it with the test. configure returns the configuration for a port.
func startInstance(t testing.TB, in *instance, configure func(port int) []string) {
	t.Helper()
	need(t, in.program)
	in.dir, in.logs = t.TempDir(), new(Buffer)
	t.Cleanup(func() {
		if in.run != nil {
			_ = in.run.kill() // a test may have killed it already
		}
		if t.Failed() {
			t.Logf("%s on %s wrote:\n%s", in.program, in.client.Addr, in.logs)
		}
	})
	for range portAttempts {
		in.port = freePort(t)
		in.client.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(in.port))
		text := configFile(configure(in.port))
		if err := os.WriteFile(in.config(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := in.start()
		if err == nil {
			return
		}
		if !errors.Is(err, errGone) || !strings.Contains(in.logs.String(), "Address already in use") {
			t.Fatalf("%s did not start: %v\n%s", in.program, err, in.logs)
		}
	}
	t.Fatalf("%s found no free port in %d attempts", in.program, portAttempts)
}

// start starts the program with the configuration as its last life left it.
func (in *instance) start() (err error) {
	command := []string{in.program, in.config()}
	if in.run, err = startForeign(in.logs, in.before, command...); err != nil {
		return err
	}
	return poll(patience, in.run.gone, in.answers)
}

// answers complains unless the program has loaded its data and answers.
func (in *instance) answers() error {
	// go-redis writes to stderr if nobody listens, so that is found out without it.
	conn, err := net.DialTimeout("tcp", in.client.Addr, time.Second)
	if err != nil {
		return err
	}
	_ = conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c := in.dial()
	defer c.Close()
	if err := c.Ping(ctx).Err(); err != nil { // refused while it loads
		return err
	}
	text, err := c.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	// Another test may have been quicker to take the port that we found free.
	if infoField(text, "config_file") != in.config() {
		return errors.New("another Redis answers on that port")
	}
	pid, err := strconv.Atoi(infoField(text, "process_id"))
	if err != nil {
		return err
	}
	return in.run.isProcess(pid)
}

func (in *instance) config() string { return filepath.Join(in.dir, "redis.conf") }

// dial makes a client; whoever calls closes it.
func (in *instance) dial() *redis.Client {
	o := *in.client
	return redis.NewClient(&o)
}

// clientOptions are those of each client here: it does what it is told, once, and
// nothing by itself.
func clientOptions() *redis.Options {
	return &redis.Options{
		MaxRetries: -1, DialerRetries: 1, ReadTimeout: patience, ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// infoField is one line's value of what INFO answers; "" if there is no such line.
func infoField(info, name string) string {
	lines := bufio.NewScanner(strings.NewReader(info))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+":"); ok {
			return value
		}
	}
	return ""
}

// configFile makes a configuration file of what would stand on the command line. A
// file, because Sentinel has roles written to it, and a restart must find them.
func configFile(args []string) string {
	var b strings.Builder
	for _, arg := range args {
		if name, ok := strings.CutPrefix(arg, "--"); ok {
			fmt.Fprintf(&b, "\n%s", name)
		} else {
			fmt.Fprintf(&b, " %q", arg)
		}
	}
	return b.String() + "\n"
}

// Ports are taken from below those that systems give to outgoing connections: a
// client that redials a killed Redis could otherwise be given that very port, be
// connected to itself, and keep Redis from coming back.
const (
	firstPort    = 20000
	ports        = 12000
	portAttempts = 20
)

// freePort is a port that nobody listens on at this moment.
func freePort(t testing.TB) int {
	t.Helper()
	for range portAttempts {
		port := firstPort + rand.IntN(ports)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		_ = l.Close()
		return port
	}
	t.Fatal("no port is free")
	return 0
}
