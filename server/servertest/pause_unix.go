//go:build unix

package servertest

import (
	"os"
	"syscall"
)

// The signals that pause a process and let it go on.
var pauseSignal, resumeSignal os.Signal = syscall.SIGSTOP, syscall.SIGCONT
