//go:build !unix

package servertest

import "os"

// This system has no signals that pause a process: sending these fails, and the test with it.
var pauseSignal, resumeSignal os.Signal = os.Interrupt, os.Interrupt
