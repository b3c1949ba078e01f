//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// spareFiles is what a process needs besides its connections.
const spareFiles = 256

// raiseFiles sees to it that this process may have so many connections. Beyond the
// hard limit only root gets.
func raiseFiles(conns int) error {
	need := uint64(conns + spareFiles)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("the limit of open files: %w", err)
	}
	if limit.Cur >= need {
		return nil
	}
	limit.Cur = need
	limit.Max = max(limit.Max, need)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("%d connections need %d open files: raise the limit (ulimit -Hn) or take fewer -rooms: %w", conns, need, err)
	}
	return nil
}
