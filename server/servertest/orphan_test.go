package servertest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/servertest"
)

// orphanVar, in the environment, makes TestOrphan the parent that is killed.
const orphanVar = "KITH_TEST_ORPHAN"

// TestOrphan: a Redis, traced or not, ends with a test binary that is killed and
// cleans up nothing.
func TestOrphan(t *testing.T) {
	if before, ok := os.LookupEnv(orphanVar); ok {
		beParent(t, strings.Fields(before))
	}
	if runtime.GOOS != "linux" {
		t.Skip("skipped: only Linux ends a child with its parent")
	}
	servertest.NeedRedis(t)
	t.Run("plain", func(t *testing.T) { killParent(t, "") })
	t.Run("traced", func(t *testing.T) {
		if _, err := exec.LookPath("strace"); err != nil {
			t.Skip("skipped: install strace")
		}
		killParent(t, "strace -f -o /dev/null")
	})
}

// beParent starts a Redis, says where it is, and waits to be killed.
func beParent(t *testing.T, before []string) {
	t.Helper()
	r := servertest.StartRedis(t, servertest.RedisOptions{Before: before})
	fmt.Println("redis", r.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
	t.Fatal("not killed")
}

func killParent(t *testing.T, before string) {
	t.Helper()
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOrphan$")
	parent.Env = append(os.Environ(), orphanVar+"="+before, "TMPDIR="+t.TempDir())
	in, err := parent.StdinPipe()
	must(t, err)
	defer in.Close()
	out, err := parent.StdoutPipe()
	must(t, err)
	must(t, parent.Start())
	addr := ""
	lines := bufio.NewScanner(out)
	for addr == "" && lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "redis "); ok {
			addr = at
		}
	}
	must(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed
	if _, err := net.ResolveTCPAddr("tcp", addr); err != nil {
		t.Fatalf("no Redis was started: %q", addr)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Now().After(deadline) {
			t.Fatalf("Redis on %s outlived its test", addr)
		}
	}
}
