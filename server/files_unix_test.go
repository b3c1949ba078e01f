//go:build unix

package server_test

import (
	"syscall"
	"testing"
)

// needFiles raises the limit of open files, of this process and of those it starts,
// or skips the test where the system does not let it.
func needFiles(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur >= n {
		return
	}
	raised := limit
	raised.Cur, raised.Max = n, max(limit.Max, n)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		t.Skipf("NOT SHOWN: at most %d files may be open here, and the test needs %d", limit.Max, n)
	}
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
}
