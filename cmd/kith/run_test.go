package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/control"
	seeding "github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
)

// said is what a command wrote and how it ended.
type said struct {
	out, errs string
	err       error
}

// kith runs a command as main does, without an environment.
func kith(t *testing.T, args ...string) said {
	t.Helper()
	return kithWith(t, nil, args...)
}

func kithWith(t *testing.T, env map[string]string, args ...string) said {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, func(name string) string { return env[name] }, &out, &errs)
	return said{out.String(), errs.String(), err}
}

// must is kith for what has to go well; it returns what was said.
func must(t *testing.T, args ...string) string {
	t.Helper()
	got := kith(t, args...)
	if got.err != nil {
		t.Fatalf("kith %v: %v\n%s%s", args, got.err, got.out, got.errs)
	}
	return got.out
}

// fails is kith for what has to be refused, in words that say what to do.
func fails(t *testing.T, words []string, args ...string) {
	t.Helper()
	got := kith(t, args...)
	if got.err == nil {
		t.Fatalf("kith %v went well: %s", args, got.out)
	}
	for _, word := range words {
		if !strings.Contains(got.err.Error()+got.errs, word) {
			t.Errorf("kith %v: %q does not name %q", args, got.err.Error()+got.errs, word)
		}
	}
}

// serving runs kith serve, or another that serves, until stop.
func serving(t *testing.T, args ...string) (out *servertest.Buffer, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out = new(servertest.Buffer)
	started := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		w := &watching{to: out, for_: "http", then: func() { close(started) }}
		ended <- run(ctx, append(args, "-addr", "127.0.0.1:0", "-ops", "127.0.0.1:0", "-drain", "10ms"),
			func(string) string { return "" }, w, io.Discard)
	}()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = stop() })
	select {
	case <-started:
	case err := <-ended:
		ended <- err
		t.Fatalf("kith %v ended: %v", args, err)
	}
	return out, stop
}

// watching passes on what is written and says when a word was among it.
type watching struct {
	to   io.Writer
	for_ string
	then func()
	once sync.Once
}

func (w *watching) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if bytes.Contains(p, []byte(w.for_)) {
		w.once.Do(w.then)
	}
	return n, err
}

// folder is a data folder with two rooms in it, and no server.
func folder(t *testing.T) (data string, rooms []seeding.Room) {
	t.Helper()
	c := server.Config{Data: filepath.Join(t.TempDir(), "data")}
	c.Key = server.DefaultKey(c.Data)
	return c.Data, servertest.Seed(t, c, seeding.Spec{Rooms: 2, Members: 3, Moderators: 1, Preload: 20})
}

func TestHelpAndWhatIsNotUnderstood(t *testing.T) {
	help := must(t, "help")
	for _, c := range commands() {
		if !strings.Contains(help, c.name) || !strings.Contains(help, c.what) {
			t.Errorf("help does not name %s", c.name)
		}
		if got := kith(t, c.name, "-h"); c.name != "help" && c.name != "version" && c.name != "key" && !errors.Is(got.err, flag.ErrHelp) {
			t.Errorf("kith %s -h: %v", c.name, got.err)
		}
	}
	if got := must(t, "version"); !strings.HasPrefix(got, "kith ") {
		t.Errorf("version: %q", got)
	}
	for _, asked := range []string{"-version", "--version"} {
		if got := must(t, asked); got != must(t, "version") {
			t.Errorf("%s: %q", asked, got)
		}
	}
	fails(t, []string{"usage", "kith help"}, "dance")
	fails(t, []string{"usage", "-no-such"}, "serve", "-no-such")
	fails(t, []string{"usage", "surplus"}, "health", "surplus")
	fails(t, []string{"usage", "new", "rotate"}, "key")
}

// A flag can be set in the environment; the command line wins.
func TestFlagsFromTheEnvironment(t *testing.T) {
	got := kithWith(t, map[string]string{"KITH_ADDR": "0.0.0.0:0", "KITH_DATA": t.TempDir() + "/data"}, "serve")
	if got.err == nil || !strings.Contains(got.err.Error(), "0.0.0.0:0") {
		t.Errorf("KITH_ADDR was not taken: %v", got.err)
	}
	got = kithWith(t, map[string]string{"KITH_ADDR": "0.0.0.0:0", "KITH_DATA": t.TempDir() + "/data"}, "serve", "-addr", "192.0.2.7:0")
	if got.err == nil || !strings.Contains(got.err.Error(), "192.0.2.7:0") {
		t.Errorf("the command line did not win: %v", got.err)
	}
	got = kithWith(t, map[string]string{"KITH_DRAIN": "soon"}, "serve")
	if got.err == nil || !strings.Contains(got.err.Error(), "KITH_DRAIN") {
		t.Errorf("a bad value in the environment: %v", got.err)
	}
}

func TestServeRefusesAPublicAddress(t *testing.T) {
	fails(t, []string{"-tls-cert", "-trusted-proxy"}, "serve", "-addr", "0.0.0.0:0", "-data", t.TempDir()+"/data")
}

// What a command says where no server runs.
func TestCommandsWithoutAServer(t *testing.T) {
	data, _ := folder(t)
	for _, args := range [][]string{{"invite"}, {"reset-admin"}, {"health"}, {"backup", "-to", filepath.Join(t.TempDir(), "copy")}} {
		fails(t, []string{"kith serve", "-data"}, append(args, "-data", data)...)
	}
	fails(t, []string{"-to"}, "backup", "-data", data)
	fails(t, []string{"-from"}, "restore", "-data", data)
}

func TestInvite(t *testing.T) {
	data, rooms := folder(t)
	serving(t, "serve", "-data", data)
	list := must(t, "invite", "-data", data)
	for _, r := range rooms {
		if !strings.Contains(list, string(r.ID)) {
			t.Errorf("room %s is not listed:\n%s", r.ID, list)
		}
	}
	_, name, _ := strings.Cut(list, string(rooms[0].ID)+"  ")
	name, _, _ = strings.Cut(name, "\n")
	for _, room := range []string{string(rooms[0].ID), name, strings.ToUpper(name)} {
		got := must(t, "invite", "-data", data, "-room", room)
		if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/#link=[A-Za-z0-9_-]{22,}\n`).MatchString(got) || !strings.Contains(got, "participant") {
			t.Errorf("invite: %s", got)
		}
	}
	fails(t, []string{"kith invite without -room"}, "invite", "-data", data, "-room", "No Such Room")
	fails(t, []string{"participant and moderator"}, "invite", "-data", data, "-room", name, "-role", "lead")
	fails(t, []string{"1 to 30 days"}, "invite", "-data", data, "-room", name, "-days", "31")
	fails(t, []string{"set-up link"}, "reset-admin", "-data", data)
	if got := must(t, "health", "-data", data); !strings.HasPrefix(got, "ready at http://") {
		t.Errorf("health: %s", got)
	}
}

// A backup of the running server is restored into a new folder, key apart, and holds
// what the server held.
func TestBackupAndRestore(t *testing.T) {
	data, rooms := folder(t)
	_, stop := serving(t, "serve", "-data", data)
	copied := filepath.Join(t.TempDir(), "copy")
	must(t, "backup", "-data", data, "-to", copied)
	fails(t, nil, "backup", "-data", data, "-to", copied) // nothing is written over
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again")
	const rightKey = "name the key file that this backup was made under with -key"
	fails(t, []string{rightKey, again + ".key"}, "restore", "-from", copied, "-data", again) // the key is not in the backup
	other, _ := folder(t)
	fails(t, []string{rightKey}, "restore", "-from", copied, "-data", again, "-key", server.DefaultKey(other))
	if _, err := os.Stat(again); err == nil {
		t.Error("a restore that failed has left a folder")
	}
	got := must(t, "restore", "-from", copied, "-data", again, "-key", server.DefaultKey(data))
	if !strings.Contains(got, "every record verified") || !strings.Contains(got, "kith serve -data "+again+" -key "+server.DefaultKey(data)+"\n") {
		t.Errorf("restore: %s", got)
	}
	fails(t, []string{"is not empty"}, "restore", "-from", copied, "-data", again, "-key", server.DefaultKey(data))
	serving(t, "serve", "-data", again, "-key", server.DefaultKey(data))
	holds(t, again, rooms)
}

// holds checks that a member of each room comes in with the session they had, and
// sees what was said.
func holds(t *testing.T, data string, rooms []seeding.Room) {
	t.Helper()
	status, err := control.Dial(data).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rooms {
		c := servertest.Dial(t, status.URL, servertest.Cookie(r.Members[0].Token))
		if page := c.Join(r.ID, "").Messages; len(page) != 20 {
			t.Errorf("%d messages in %s", len(page), r.ID)
		}
		_ = c.CloseNow()
	}
}

// A damaged backup is refused, and leaves no folder that looks like a good one.
func TestRestoreRefusesADamagedBackup(t *testing.T) {
	data, _ := folder(t)
	_, stop := serving(t, "serve", "-data", data)
	copied := filepath.Join(t.TempDir(), "copy")
	must(t, "backup", "-data", data, "-to", copied)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(content) / 4; i < len(content); i += 4096 {
		content[i] ^= 0xff
	}
	if err := os.WriteFile(copied, content, 0o600); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again")
	fails(t, []string{"not restored"}, "restore", "-from", copied, "-data", again, "-key", server.DefaultKey(data))
	if _, err := os.Stat(again); err == nil {
		t.Error("a restore that failed has left a folder")
	}
}

// The key is changed: everything is readable under the new one, and nothing under
// the old.
func TestKeyRotate(t *testing.T) {
	data, rooms := folder(t)
	old, err := os.ReadFile(server.DefaultKey(data))
	if err != nil {
		t.Fatal(err)
	}
	_, stop := serving(t, "serve", "-data", data)
	fails(t, []string{"stop the server first"}, "key", "rotate", "-data", data)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	must(t, "key", "rotate", "-data", data)
	_, stop = serving(t, "serve", "-data", data)
	holds(t, data, rooms)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(server.DefaultKey(data), old, 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, []string{"put its file, or your copy of it, in place"}, "serve", "-data", data, "-addr", "127.0.0.1:0", "-ops", "off")
}

// Where there is nothing, or the key is not its own, nothing begins and nothing is made.
func TestKeyRotateWhereNothingBegins(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	fails(t, []string{"there is no data in " + none, "name the folder with -data"}, "key", "rotate", "-data", none)
	if made, err := os.ReadDir(filepath.Dir(none)); err != nil || len(made) > 0 {
		t.Errorf("%v were made, %v", made, err)
	}
	data, _ := folder(t)
	other, _ := folder(t)
	for _, key := range []string{server.DefaultKey(other), filepath.Join(t.TempDir(), "no.key")} {
		got := kith(t, "key", "rotate", "-data", data, "-key", key)
		if got.err == nil || strings.Contains(got.err.Error(), "was interrupted") {
			t.Errorf("with %s: %v", key, got.err)
		}
	}
}

// Only a file with two keys says that a change has begun, and can be gone on with.
func TestKeyRotateSaysHowToGoOn(t *testing.T) {
	key := filepath.Join(t.TempDir(), "kith.key")
	must(t, "key", "new", "-key", key)
	failed := errors.New("the disk is full")
	if err := notRotated(failed, key); err != failed {
		t.Errorf("before it began: %v", err)
	}
	text, err := os.ReadFile(key)
	if err == nil {
		err = os.WriteFile(key, append(text, "older "+strings.Repeat("ab", 32)+"\n"...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := notRotated(failed, key); !errors.Is(err, failed) || !strings.Contains(err.Error(), "was interrupted; run it again") {
		t.Errorf("once it began: %v", err)
	}
}

func TestKeyNew(t *testing.T) {
	key := filepath.Join(t.TempDir(), "keys", "kith.key")
	if got := must(t, "key", "new", "-key", key); !strings.Contains(got, "Keep a copy") {
		t.Errorf("key new: %s", got)
	}
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v", err)
	}
	fails(t, nil, "key", "new", "-key", key) // never written over
}
