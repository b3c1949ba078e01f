package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/control"
)

// finding is what the doctor says of one thing. An empty mend is good news.
type finding struct{ what, is, mend string }

// doctor looks at everything serving needs, with serve's own flags, and changes
// nothing.
func doctor(ctx context.Context, e *environment) error {
	var c server.Config
	f := newFlags()
	serveFlags(f, &c)
	if _, err := e.parse(f, 0); err != nil {
		return err
	}
	c.CallSecret = e.getenv("KITH_CALL_SECRET")
	if c.Key == "" {
		c.Key = server.DefaultKey(c.Data)
	}
	c.KeyMustExist = c.KeyMustExist || c.Redis != "" // as for serve
	status, err := control.Dial(c.Data).Status(ctx)
	running := err == nil
	findings := []finding{lookServer(status, running), lookFolder(c.Data), lookKey(ctx, c, running), lookClock(c.Data), lookOrigin(c), lookLines(c), lookCalls(c), lookFiles()}
	if !running {
		findings = append(findings, lookPort(c.Addr, "-addr"), lookPort(c.Ops, "-ops"))
	}
	if c.Redis != "" {
		findings = append(findings, lookRedis(ctx, c)...)
	}
	return e.print(findings)
}

func (e *environment) print(findings []finding) error {
	ill := 0
	for _, one := range findings {
		if one.mend == "" {
			fmt.Fprintf(e.stdout, "ok    %-8s %s\n", one.what, one.is)
			continue
		}
		ill++
		fmt.Fprintf(e.stdout, "MEND  %-8s %s\n               → %s\n", one.what, one.is, one.mend)
	}
	if ill > 0 {
		return fmt.Errorf("%d of %d things to mend", ill, len(findings))
	}
	return nil
}

func lookServer(status control.Status, running bool) finding {
	switch {
	case !running:
		return finding{"server", "not running on this data folder", ""}
	case status.Ready != "":
		return finding{"server", "running, but not ready: " + status.Ready, "look at the server's log"}
	}
	return finding{"server", "running and ready at " + status.URL, ""}
}

// wantDisk is how much room there should be, in MiB; wantFiles how many files may be
// open: enough for some thousand people at once.
const (
	wantDisk  = 512
	wantFiles = 8192
)

func lookFolder(data string) finding {
	info, err := os.Stat(data)
	if errors.Is(err, os.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(data))
		if _, err := os.Stat(parent); err != nil {
			return finding{"folder", data + " cannot be made", "make " + parent + ", or choose another place with -data"}
		}
		return finding{"folder", data + " will be made at the first start", ""}
	}
	if err != nil || !info.IsDir() {
		return finding{"folder", data + " cannot be used as a folder", "choose another place with -data"}
	}
	if isDemo(data) {
		return finding{"folder", data + " holds a demo, which kith serve refuses", "choose another place with -data"}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return finding{"folder", fmt.Sprintf("%s is open to others (%04o)", data, mode), "chmod 700 " + data}
	}
	probe, err := os.CreateTemp(data, ".doctor-")
	if err != nil {
		return finding{"folder", data + " cannot be written", "run as the folder's owner, or choose another with -data"}
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	free, known := diskFree(data)
	switch {
	case !known:
		return finding{"folder", data + " can be written", ""}
	case free < wantDisk:
		return finding{"folder", fmt.Sprintf("%s has %d MiB left", data, free), "make room on the disk"}
	}
	return finding{"folder", fmt.Sprintf("%s can be written, %d MiB left", data, free), ""}
}

// lookClock compares the clock with the newest thing that was stored: a clock that
// went back would hold all times still.
func lookClock(data string) finding {
	now := time.Now()
	newest := now
	for _, name := range []string{"kith.db", "kith.db-wal"} {
		if info, err := os.Stat(filepath.Join(data, name)); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	switch {
	case now.Year() < 2026:
		return finding{"clock", "it says " + now.UTC().Format(time.RFC3339), "set the machine's clock (timedatectl set-ntp true)"}
	case newest.Sub(now) > time.Minute:
		return finding{"clock", "it lies behind what is stored by " + newest.Sub(now).Round(time.Second).String(), "set the machine's clock (timedatectl set-ntp true)"}
	}
	return finding{"clock", now.UTC().Format(time.RFC3339), ""}
}

func lookOrigin(c server.Config) finding {
	if err := c.Check(); err != nil {
		return finding{"address", "would refuse to start", err.Error()}
	}
	if c.Origin == "" {
		return finding{"address", c.Addr + ", for this machine alone; for people elsewhere give -origin and TLS or a proxy", ""}
	}
	return finding{"address", "people use " + c.Origin, ""}
}

// lookLines says whether somebody has looked lately if the crisis lines are right.
func lookLines(c server.Config) finding {
	const what = "lines"
	now := time.Now()
	table, err := c.Lines(now)
	if err != nil {
		return finding{what, "the crisis lines cannot be used", err.Error()}
	}
	stale := table.Stale(now)
	switch {
	case c.CrisisLines == "":
		return finding{what, fmt.Sprintf("the table that comes with Kith, %d of its numbers not checked by you; -crisis-lines takes your own", len(stale)), ""}
	case len(stale) > 0:
		return finding{what, "not checked for a year: " + strings.Join(stale, ", "), "call them, and write the day into " + c.CrisisLines}
	}
	return finding{what, "all checked within a year", ""}
}

// lookCalls says whether a call for help that nobody reads goes anywhere. It sends nothing.
func lookCalls(c server.Config) finding {
	if c.CallWebhook == "" {
		return finding{"calls", "a call for help waits in the console alone; -call-webhook sends it to a pager after two minutes, too", ""}
	}
	return finding{"calls", "a call for help that nobody reads goes to your pager after two minutes", ""}
}

func lookPort(addr, flag string) finding {
	what := "port"
	if addr == "off" {
		return finding{what, flag + " is off", ""}
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return finding{what, addr + " cannot be used: another program may have it", "choose another with " + flag}
	}
	_ = l.Close()
	return finding{what, addr + " is free", ""}
}

func lookFiles() finding {
	limit, known := openFiles()
	switch {
	case !known:
		return finding{"files", "the limit of open files cannot be read here", ""}
	case limit < wantFiles:
		return finding{
			"files", fmt.Sprintf("at most %d files may be open: one for each connection", limit),
			fmt.Sprintf("ulimit -n %d, or LimitNOFILE=%d in the service's unit", wantFiles, wantFiles),
		}
	}
	return finding{"files", fmt.Sprintf("%d may be open", limit), ""}
}
