package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
)

// diagnosis is what the doctor says of one thing, with what to do.
func diagnosis(t *testing.T, what string, args ...string) string {
	t.Helper()
	got := kith(t, append([]string{"doctor", "-addr", "127.0.0.1:0", "-ops", "off"}, args...)...)
	_, after, ok := strings.Cut(got.out, " "+what+" ")
	if !ok {
		t.Fatalf("nothing is said of the %s:\n%s%v", what, got.out, got.err)
	}
	lines := strings.SplitN(after, "\n", 3)
	if strings.Contains(lines[1], "→") {
		if got.err == nil {
			t.Error("something is to be mended, and the doctor ends well")
		}
		return lines[0] + lines[1]
	}
	return lines[0]
}

func TestDoctorOnANewFolder(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for what, word := range map[string]string{"server": "not running", "folder": "will be made", "key": "will be made", "port": "is free"} {
		if got := diagnosis(t, what, "-data", data); !strings.Contains(got, word) {
			t.Errorf("%s: %s", what, got)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the doctor has made the folder")
	}
}

// What the doctor finds wrong, and the words that mend it.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	t.Run("key lost", func(t *testing.T) {
		data, _ := folder(t)
		remove(t, server.DefaultKey(data))
		mends(t, "key", "-key", "-data", data)
	})
	t.Run("key of other data", func(t *testing.T) {
		data, _ := folder(t)
		other, _ := folder(t)
		mends(t, "key", "-key", "-data", data, "-key", server.DefaultKey(other))
	})
	t.Run("key open to others", func(t *testing.T) {
		data, _ := folder(t)
		chmod(t, server.DefaultKey(data), 0o640)
		mends(t, "key", "chmod 600", "-data", data)
	})
	t.Run("key in the folder", func(t *testing.T) {
		data, _ := folder(t)
		inside := filepath.Join(data, "kith.key")
		if err := os.Rename(server.DefaultKey(data), inside); err != nil {
			t.Fatal(err)
		}
		mends(t, "key", "-key", "-data", data, "-key", inside)
	})
	t.Run("folder open to others", func(t *testing.T) {
		data, _ := folder(t)
		chmod(t, data, 0o755)
		mends(t, "folder", "chmod 700 "+data, "-data", data)
	})
	t.Run("folder cannot be made", func(t *testing.T) {
		mends(t, "folder", "-data", "-data", filepath.Join(t.TempDir(), "no", "such", "place"))
	})
	t.Run("clock went back", func(t *testing.T) {
		data, _ := folder(t)
		later := time.Now().Add(time.Hour)
		if err := os.Chtimes(filepath.Join(data, "kith.db"), later, later); err != nil {
			t.Fatal(err)
		}
		mends(t, "clock", "timedatectl", "-data", data)
	})
	t.Run("port taken", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		mends(t, "port", "-addr", "-data", filepath.Join(t.TempDir(), "data"), "-addr", l.Addr().String())
	})
	t.Run("public without TLS", func(t *testing.T) {
		mends(t, "address", "-tls-cert", "-data", filepath.Join(t.TempDir(), "data"), "-addr", "0.0.0.0:0")
	})
	t.Run("a proxy that is no address", func(t *testing.T) {
		mends(t, "address", "-trusted-proxy", "-data", filepath.Join(t.TempDir(), "data"),
			"-origin", "https://kith.example.org", "-trusted-proxy", "the-proxy")
	})
	t.Run("leaving to no address", func(t *testing.T) {
		mends(t, "address", "write https://weather.example.org", "-data", filepath.Join(t.TempDir(), "data"), "-leave-to", "weather.example.org")
	})
}

func TestDoctorHoldsTheKeyAgainstTheData(t *testing.T) {
	data, _ := folder(t)
	if got := diagnosis(t, "key", "-data", data); !strings.Contains(got, "fits the data") {
		t.Errorf("key: %s", got)
	}
}

// mends demands that the doctor finds something to mend and names the word.
func mends(t *testing.T, what, word string, args ...string) {
	t.Helper()
	got := diagnosis(t, what, args...)
	_, advice, found := strings.Cut(got, "→")
	if !found || !strings.Contains(advice, word) {
		t.Errorf("%s: %s; want advice that names %q", what, got, word)
	}
}

func TestDoctorBesideARunningServer(t *testing.T) {
	data, _ := folder(t)
	serving(t, "serve", "-data", data)
	if got := diagnosis(t, "server", "-data", data); !strings.Contains(got, "running and ready at http://127.0.0.1:") {
		t.Errorf("server: %s", got)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
