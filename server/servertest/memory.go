package servertest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Memory is the process's resident memory, now and at its highest, in MiB. Where
// the system does not tell, the test is skipped and says so.
func (p *Process) Memory(t testing.TB) (now, highest int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("memory is not measured: this system has no /proc")
	}
	for line := range strings.Lines(string(text)) {
		var kib int
		switch {
		case scanned(line, "VmRSS: %d kB", &kib):
			now = kib >> 10
		case scanned(line, "VmHWM: %d kB", &kib):
			highest = kib >> 10
		}
	}
	return now, highest
}

func scanned(line, form string, into *int) bool {
	_, err := fmt.Sscanf(line, form, into)
	return err == nil
}
