package servertest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// endsWithUs makes the system kill the child when the test binary is gone, for a
// binary that is killed or runs into go test's timeout cleans up nothing.
func endsWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// endingWithParent is a command that ends with the tracer that runs it, which strace
// would leave running if it were killed itself. Without setpriv it would stay.
func endingWithParent(command []string) []string {
	if _, err := exec.LookPath("setpriv"); err != nil {
		return command
	}
	return append([]string{"setpriv", "--pdeathsig", "KILL", "--"}, command...)
}

// stopped is true once SIGSTOP has taken effect, which kill(2) does not wait for.
func stopped(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The state follows the name, which is in brackets and may hold anything. It is T,
	// or t under a tracer.
	state := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
	return bytes.HasPrefix(bytes.ToUpper(state), []byte("T"))
}
