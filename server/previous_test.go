package server_test

import (
	"bufio"
	"flag"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
)

// previousRelease is the commit whose nodes must get on with those of this one.
const previousRelease = "55747fb"

var withPrevious = flag.Bool("previous", false, "build the previous release and run a node of it beside one of this")

// A node of the previous release and one of this serve one programme together:
// people hop between them, and neither refuses what the other wrote.
func TestPreviousRelease(t *testing.T) {
	if !*withPrevious {
		t.Skip("skipped: it builds an earlier commit; run with -previous")
	}
	servertest.NeedRedis(t)
	binary := buildPrevious(t)
	f := newFleet(t, 1, nil)
	old := startPrevious(t, binary, f.config)
	member := f.rooms[0].Members[killMembers-1]
	got := ask(t, nil, "GET", old+"/api/me", "", func(r *http.Request) { r.Header.Set("Cookie", servertest.Cookie(member.Token)) })
	if got.status != http.StatusOK {
		t.Fatalf("the previous release knows nobody: %d", got.status)
	}
	for _, a := range f.actors {
		a.urls = append(a.urls, old)
		a.talkers = nil // the previous release cannot read what moderators do
	}
	f.run(t, func(*rand.Rand) (took []time.Duration) {
		for range 3 { // so that everybody hops
			pause(t.Context(), time.Second)
			begun := time.Now()
			f.nodes[0].Kill(t)
			f.nodes[0].Restart(t)
			took = append(took, time.Since(begun))
		}
		return took
	})
}

// buildPrevious checks the earlier commit out beside this one and builds it.
func buildPrevious(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if exec.Command("git", "cat-file", "-e", previousRelease+"^{commit}").Run() != nil {
		t.Skip("skipped: this checkout has no history; clone the whole repository")
	}
	run := func(in string, args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), args[0], args[1:]...)
		c.Dir = in
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args[0], err, out)
		}
	}
	tree := filepath.Join(dir, "tree")
	run("..", "git", "clone", "--quiet", "--no-checkout", "--shared", ".", tree)
	run(tree, "git", "checkout", "--quiet", previousRelease)
	binary := filepath.Join(dir, "kith")
	run(tree, "go", "build", "-o", binary, "./cmd/kith")
	return binary
}

// startPrevious runs the earlier program on the programme of c until the test ends.
func startPrevious(t *testing.T, binary string, c server.Config) (url string) {
	t.Helper()
	cmd := exec.Command(binary, "serve", "-addr", "127.0.0.1:0", "-ops", "off", "-redis", c.Redis,
		"-key", c.Key, "-data", filepath.Join(t.TempDir(), "previous"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("the previous release did not start: %q, %v", line, err)
	}
	return url
}
