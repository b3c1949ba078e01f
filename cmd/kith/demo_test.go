package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/control"
)

func TestDemo(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	out, stop := serving(t, "demo", "-data", data)
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(out.String(), "Ctrl-C") && time.Now().Before(deadline) {
		if _, err := control.Dial(data).Status(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	links := regexp.MustCompile(`http://[a-z]+\.localhost:\d+/#link=\S+`).FindAllString(out.String(), -1)
	if len(links) < 2 {
		t.Errorf("links: %v", links)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A demo's defaults are its own, and help says so.
func TestDemoHelpNamesItsDefaults(t *testing.T) {
	help := kith(t, "demo", "-h").errs
	if strings.Contains(help, "kith-data") || !strings.Contains(help, "default: a temporary folder") || !strings.Contains(help, `(default "off")`) {
		t.Errorf("kith demo -h:\n%s", help)
	}
}

// What was made up is never served as a real programme, and a real one never as a demo,
// however the folder was named.
func TestDemoAndServeKeepApart(t *testing.T) {
	made := filepath.Join(t.TempDir(), "made-up")
	_, stop := serving(t, "demo", "-data", made)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	fails(t, []string{"made up", "-data"}, "serve", "-data", made, "-addr", "127.0.0.1:0", "-ops", "off")
	mends(t, "folder", "-data", "-data", made)
	_, stop = serving(t, "demo", "-data", made) // again
	if err := stop(); err != nil {
		t.Fatal(err)
	}

	data, _ := folder(t)
	fails(t, []string{"no demo", "-data"}, "demo", "-data", data, "-addr", "127.0.0.1:0")
	got := kithWith(t, map[string]string{"KITH_DATA": data}, "demo", "-addr", "127.0.0.1:0")
	if got.err == nil || !strings.Contains(got.err.Error(), "KITH_DATA") {
		t.Errorf("a demo on KITH_DATA: %v", got.err)
	}
	if _, err := os.Stat(filepath.Join(data, demoMark)); err == nil {
		t.Error("a real programme was marked as made up")
	}
}
