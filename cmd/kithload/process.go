package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of /proc/PID/stat: USER_HZ is 100 on every Linux.
const clockTick = time.Second / 100

var errNoProc = errors.New("the figures of a process are read from /proc, as Linux has it: run kithload there, or with -url, which leaves them out")

// cpuOf is the user and system time that a process has used, to 10 ms.
func cpuOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, errors.Join(errNoProc, err)
	}
	return parseCPU(stat)
}

// parseCPU reads fields 14 and 15 of proc_pid_stat(5). The name, in parentheses, may
// hold blanks and parentheses itself: what counts comes after the last of them.
func parseCPU(stat []byte) (time.Duration, error) {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const user, system = 14 - 3, 15 - 3 // the first field after the name is number 3
	if len(fields) <= system {
		return 0, errNoProc
	}
	u, errU := strconv.ParseInt(string(fields[user]), 10, 64)
	s, errS := strconv.ParseInt(string(fields[system]), 10, 64)
	if err := errors.Join(errU, errS); err != nil {
		return 0, errors.Join(errNoProc, err)
	}
	return time.Duration(u+s) * clockTick, nil
}

// rssOf is the resident set of a process, in KiB.
func rssOf(pid int) (int, error) {
	rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, errors.Join(errNoProc, err)
	}
	return parseRSS(rollup)
}

func parseRSS(rollup []byte) (int, error) {
	for line := range bytes.Lines(rollup) {
		if rest, ok := bytes.CutPrefix(line, []byte("Rss:")); ok {
			if fields := bytes.Fields(rest); len(fields) == 2 && string(fields[1]) == "kB" {
				return strconv.Atoi(string(fields[0]))
			}
		}
	}
	return 0, errNoProc
}
