package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/servertest"
)

const ownLines = `{"regions": [{"name": "Harbour clinic", "lines": [
	{"name": "Our nurse, day and night", "way": "call", "show": "555 0134", "href": "tel:5550134", "listed": "2026-11-01", "checked": "2026-11-20"}
]}]}`

// linesOf is the table that a server's client loads, under the hash that its page names.
func linesOf(t *testing.T, s *servertest.Server) string {
	t.Helper()
	page := ask(t, nil, http.MethodGet, s.URL+"/", "", nil).body
	folder := regexp.MustCompile(`/static/[0-9a-f]{16}/`).FindString(page)
	return ask(t, nil, http.MethodGet, s.URL+folder+"lines.json", "", nil).body
}

// A clinic's own lines stand in place of those that come with the client, under another
// hash, so that no browser shows the old ones.
func TestOwnCrisisLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines.json")
	if err := os.WriteFile(file, []byte(ownLines), 0o600); err != nil {
		t.Fatal(err)
	}
	own := servertest.Start(t, func(c *server.Config) { c.CrisisLines = file })
	usual := servertest.Start(t, nil)
	if got := linesOf(t, own); got != ownLines {
		t.Errorf("people get %s", got)
	}
	if got := linesOf(t, usual); !strings.Contains(got, "988") || strings.Contains(got, "Harbour") {
		t.Errorf("without a file people get %s", got)
	}
	hash := func(s *servertest.Server) string {
		return regexp.MustCompile(`/static/[0-9a-f]{16}/`).FindString(ask(t, nil, http.MethodGet, s.URL+"/", "", nil).body)
	}
	if hash(own) == hash(usual) {
		t.Error("both are kept under one address")
	}
}

// A table that cannot be right is refused before anything is made, and the words say why.
func TestRefusesCrisisLinesThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"nonsense":     {"{", "not JSON"},
		"no number":    {strings.Replace(ownLines, "tel:5550134", "tel:five", 1), "no number to call"},
		"wrong number": {strings.Replace(ownLines, "tel:5550134", "tel:5550135", 1), "one of them is wrong"},
	} {
		dir := t.TempDir()
		config := servertest.Config(filepath.Join(dir, "new"))
		config.CrisisLines = filepath.Join(dir, "lines.json")
		if err := os.WriteFile(config.CrisisLines, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { refusesToStart(t, config, nil, "-crisis-lines", c.says) })
	}
	config := servertest.Config(filepath.Join(t.TempDir(), "new"))
	config.CrisisLines = "/nowhere/lines.json"
	refusesToStart(t, config, nil, "-crisis-lines", "cannot be read")
}
