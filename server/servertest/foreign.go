package servertest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"
)

// need ends a test that cannot do without a program: on a developer's machine it is
// skipped, but in CI a missing program is a mistake and must not look like success.
func need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("skipped: install %s", program)
}

// pollEvery is how often poll asks.
const pollEvery = 20 * time.Millisecond

// poll asks every 20 ms until there is no complaint left, and returns the last one
// when the limit has passed or the process has gone. A program that is not ours
// tells nobody when it is where a test needs it, so tests ask for that, and only
// for that, again and again; what Kith itself does is waited for at barriers.
func poll(limit time.Duration, gone <-chan struct{}, ask func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := ask()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("after %v: %w", limit, err)
		}
		select {
		case <-gone:
			return errGone
		case <-time.After(pollEvery):
		}
	}
}

var errGone = errors.New("the process has ended")

// foreign is a program that is not ours, in a process that ends with the test
// binary, however that ends.
type foreign struct {
	// process is the program's own. Under a tracer that is not the one we started:
	// see isProcess.
	process *os.Process
	cmd     *exec.Cmd
	gone    chan struct{} // closed when the process has been waited for
}

// startForeign starts a program, under another one such as a tracer if before is given.
func startForeign(logs *Buffer, before []string, program ...string) (*foreign, error) {
	args := program
	if len(before) > 0 {
		args = slices.Concat(before, endingWithParent(program))
	}
	f := &foreign{cmd: exec.Command(args[0], args[1:]...), gone: make(chan struct{})}
	f.cmd.Stdout, f.cmd.Stderr = logs, logs
	f.cmd.SysProcAttr = endsWithUs()
	f.cmd.WaitDelay = patience // for its output, should a child of its own keep it open
	started := make(chan error)
	go func() {
		// To Linux the parent is the thread that forked, so it is kept for as long as
		// the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := f.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = f.cmd.Wait() // how it ended does not matter: it is killed
		close(f.gone)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	f.process = f.cmd.Process
	return f, nil
}

// isProcess says which process the program is, when it has been asked itself.
func (f *foreign) isProcess(pid int) error {
	if pid == f.process.Pid {
		return nil
	}
	found, err := os.FindProcess(pid)
	if err == nil {
		f.process = found
	}
	return err
}

// kill ends the program as kill -9 does, paused or not, and returns when it and what
// it ran under are gone.
func (f *foreign) kill() error {
	err := f.process.Kill()
	// A tracer ends by itself after what it traces, and writes its results then.
	late := time.AfterFunc(patience, func() { _ = f.cmd.Process.Kill() })
	defer late.Stop()
	<-f.gone
	return err
}
