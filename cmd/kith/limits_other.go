//go:build !unix

package main

func diskFree(string) (free uint64, known bool) { return 0, false }

func openFiles() (limit uint64, known bool) { return 0, false }
