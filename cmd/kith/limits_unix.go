//go:build unix

package main

import "golang.org/x/sys/unix"

// diskFree is the room left where a folder is, in MiB.
func diskFree(folder string) (free uint64, known bool) {
	var disk unix.Statfs_t
	if unix.Statfs(folder, &disk) != nil {
		return 0, false
	}
	return uint64(disk.Bavail) * uint64(disk.Bsize) >> 20, true
}

// openFiles is how many files this account may have open.
func openFiles() (limit uint64, known bool) {
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) != nil {
		return 0, false
	}
	return uint64(l.Cur), true
}
