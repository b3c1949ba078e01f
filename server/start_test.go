package server_test

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// refusesToStart starts a server that must refuse, in words that name what to do.
func refusesToStart(t *testing.T, c server.Config, is error, words ...string) {
	t.Helper()
	s, err := server.New(c)
	if err == nil {
		s.Close()
		t.Fatal("it started")
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("refused with %v", err)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not name %q", err, word)
		}
	}
}

// used is the configuration of a folder that has data in it.
func used(t *testing.T) server.Config {
	t.Helper()
	c := servertest.Config(t.TempDir())
	s, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	return c
}

func TestRefusesAPublicAddressWithoutTLS(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:8080", "kith.example.org:80"} {
		c := servertest.Config(t.TempDir())
		c.Addr = addr
		refusesToStart(t, c, nil, "-tls-cert", "-tls-key", "-trusted-proxy", addr)
	}
}

func TestRefusesOriginsThatCannotBe(t *testing.T) {
	for origin, word := range map[string]string{
		"https://kith.example.org": "-tls-cert", "http://kith.example.org": "https://", "kith.example.org": "https://", "https://a.example/path": "without anything after",
	} {
		c := servertest.Config(t.TempDir())
		c.Origin = origin
		refusesToStart(t, c, nil, "-origin", word)
	}
}

func TestRefusesAWrongKey(t *testing.T) {
	c := used(t)
	if err := os.Remove(c.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.Create(c.Key); err != nil {
		t.Fatal(err)
	}
	refusesToStart(t, c, keyfile.ErrWrongKey, "put its file, or your copy of it, in place")
}

func TestRefusesToStartWithoutTheKeyOfItsData(t *testing.T) {
	c := used(t)
	if err := os.Remove(c.Key); err != nil {
		t.Fatal(err)
	}
	refusesToStart(t, c, keyfile.ErrMissing, c.Key, "put the file")
	if _, err := os.Stat(c.Key); err == nil {
		t.Error("a new key was made, which can read nothing of what is there")
	}
	c.KeyMustExist = true
	refusesToStart(t, c, nil, c.Key)
}

func TestRefusesAKeyOpenToOthers(t *testing.T) {
	c := used(t)
	if err := os.Chmod(c.Key, 0o644); err != nil {
		t.Fatal(err)
	}
	refusesToStart(t, c, keyfile.ErrOpen, "chmod 600")
}

func TestRefusesASecondProcessOnAFolder(t *testing.T) {
	c := used(t)
	servertest.StartProcess(t, c)
	refusesToStart(t, c, sqlitestore.ErrLocked, "stop that one first")
}

func TestRefusesAPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := servertest.Config(t.TempDir())
	c.Addr = l.Addr().String()
	refusesToStart(t, c, nil, "-addr", c.Addr)
	c.Addr, c.Ops = "127.0.0.1:0", l.Addr().String()
	refusesToStart(t, c, nil, "-ops", c.Ops)
	if _, err := os.Stat(c.Key); err == nil {
		t.Error("a server that could not start has left a key")
	}
}

func TestRefusesAFileThatIsNoStore(t *testing.T) {
	c := used(t)
	if err := os.WriteFile(c.Data+"/kith.db", []byte("this is no database, and never was one"), 0o600); err != nil {
		t.Fatal(err)
	}
	refusesToStart(t, c, eventlog.ErrCorrupt)
}

// A programme that has a lead is not offered to be set up again, and a server that finds one
// goes on.
func TestSetUpIsNotOfferedTwice(t *testing.T) {
	c := openClinic(t, nil)
	c.Stop(t)
	again := servertest.Run(t, c.Config)
	if status, _, _ := again.Get(t, "/api/me", ""); status != 401 {
		t.Errorf("it answers %d", status)
	}
	again.Stop(t) // fails where it has ended by itself
	if out := again.Out.String(); strings.Contains(out, "set up") {
		t.Errorf("it offers: %s", out)
	}
}
