//go:build !linux

package servertest

import "syscall"

// endsWithUs asks for nothing: only Linux ends a child with its parent. Elsewhere a
// killed test binary leaves its Redis running.
func endsWithUs() *syscall.SysProcAttr { return nil }

func endingWithParent(command []string) []string { return command }

// stopped believes it: the other systems have no file that would tell.
func stopped(int) bool { return true }
