package servertest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/control"
)

// Process is a server in a process of its own: to be killed, traced and weighed.
// The process is the test binary, whose TestMain calls ServeIfChild.
type Process struct {
	// URL and Ops are where it is; Logs is what it wrote to its log.
	URL, Ops string
	Logs     *Buffer
	// Listening is how long the start took, from the first step of making the
	// process to its saying that it listens.
	Listening time.Duration

	config server.Config
	cmd    *exec.Cmd
	stdin  io.Closer
	drain  chan struct{} // closed when its output has ended
}

// StartProcess starts a server on a folder in another process and waits until it
// listens. before is what the process is run under, such as a tracer; its last
// word is followed by the test binary. The process ends with the test.
func StartProcess(t testing.TB, c server.Config, before ...string) *Process {
	t.Helper()
	p := &Process{config: c}
	p.start(t, before...)
	t.Cleanup(func() { p.end() })
	return p
}

// Restart starts the server again after Kill, on the same folder and addresses.
func (p *Process) Restart(t testing.TB) {
	t.Helper()
	p.config.Addr = strings.TrimPrefix(p.URL, "http://")
	p.config.Ops = strings.TrimPrefix(p.Ops, "http://")
	p.start(t)
}

func (p *Process) start(t testing.TB, before ...string) {
	t.Helper()
	text, err := json.Marshal(carried(p.config))
	if err != nil {
		t.Fatal(err)
	}
	args := append(before, os.Args[0])
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Env = append(os.Environ(), childVar+"="+string(text))
	p.Logs = new(Buffer)
	p.cmd.Stderr = p.Logs
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.drain = make(chan struct{})
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	p.Listening = time.Since(begun)
	go func() {
		defer close(p.drain)
		_, _ = io.Copy(io.Discard, lines)
	}()
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		p.end()
		t.Fatalf("the server did not start: %s", p.Logs)
	}
	p.URL = url
	status, err := control.Dial(p.config.Data).Status(t.Context())
	if err != nil {
		p.end()
		t.Fatalf("the server does not answer: %v", err)
	}
	p.Ops = "http://" + status.Ops
}

// carried is what of a configuration the child is told; log and clock are its own.
func carried(c server.Config) map[string]any {
	return map[string]any{
		"Addr": c.Addr, "Ops": c.Ops, "Data": c.Data, "Key": c.Key, "Origin": c.Origin, "Drain": c.Drain,
		"Redis": c.Redis, "RedisCA": c.RedisCA, "RedisReplicas": c.RedisReplicas, "InsecureRedis": c.InsecureRedis,
		"ClockOff": c.ClockOff, "InsecureCheapPassphrases": c.InsecureCheapPassphrases, "InsecureSyncOff": c.InsecureSyncOff,
	}
}

// Kill ends the process as kill -9 does and returns when it is gone.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.wait()
}

// Terminate asks the process to end, as a service manager does.
func (p *Process) Terminate(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

// Wait returns the exit code; -1 if a signal ended the process.
func (p *Process) Wait() int {
	p.wait()
	return p.cmd.ProcessState.ExitCode()
}

// Stop asks the process to end by hanging up on it, and waits. It reaches a server
// that runs under a tracer too.
func (p *Process) Stop() { p.end() }

func (p *Process) end() {
	_ = p.stdin.Close()
	kill := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	p.wait()
}

func (p *Process) wait() {
	<-p.drain
	_ = p.cmd.Wait() // the state says how it ended
	_ = p.stdin.Close()
}

// Metrics is the text of the operator's page.
func (p *Process) Metrics(t testing.TB) string {
	t.Helper()
	_, text := p.ops(t, "/metrics")
	return text
}

// Ready is what /readyz says: whether it is, and else why not.
func (p *Process) Ready(t testing.TB) (ready bool, why string) {
	t.Helper()
	status, why := p.ops(t, "/readyz")
	return status == http.StatusOK, why
}

// Live is whether /livez answers well.
func (p *Process) Live(t testing.TB) bool {
	t.Helper()
	status, _ := p.ops(t, "/livez")
	return status == http.StatusOK
}

func (p *Process) ops(t testing.TB, path string) (status int, text string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	answer, err := client.Get(p.Ops + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
