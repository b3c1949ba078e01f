package server_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/control"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/hub"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/sqlitestore"
	"github.com/kith-chat/kith/server/wireclient"
)

// canaries are words that people write, each in one kind of place and nowhere else
// in the world, so that a find tells where it came from.
var canaries = map[string]string{
	"programme": "zephyrharbour", "sign-in name": "zephyrsigner", "lead's alias": "Zephyrrobin", "alias": "Zephyrfox",
	"room name": "zephyrevening", "topic": "zephyrtopic", "rules": "zephyrrules", "message": "zephyrmessage", "edit": "zephyrbetter",
	"removed message": "zephyrregret", "refused text": "zephyrrefused", "passphrase": "zephyrsecret",
}

// spellings are the forms in which a word could stand in a file.
func spellings(word string) (forms [][]byte) {
	forms = append(forms, bytes.ToLower([]byte(word)), []byte(hex.EncodeToString([]byte(word))))
	for skip := range 3 { // base64 has three, by where the word begins
		padded := append(bytes.Repeat([]byte{0}, skip), word...)
		text := base64.RawStdEncoding.EncodeToString(padded)
		whole := text[(skip*8+5)/6 : len(text)-2] // without what neighbours have a part in
		forms = append(forms, bytes.ToLower([]byte(whole)))
	}
	return forms
}

// scan looks for every canary in what something wrote.
func scan(t *testing.T, where string, data []byte) {
	t.Helper()
	low := bytes.ToLower(data)
	for what, word := range canaries {
		for _, form := range spellings(word) {
			if bytes.Contains(low, form) {
				t.Errorf("the %s stands in %s", what, where)
				break
			}
		}
	}
}

// filesUnder reads every file of a folder, as it stands on the disk.
func filesUnder(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err // the socket for commands is no file
		}
		files[filepath.Base(path)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func scanFiles(t *testing.T, dir string, least ...string) {
	t.Helper()
	files := filesUnder(t, dir)
	for name, data := range files {
		scan(t, name, data)
	}
	for _, name := range least {
		if len(files[name]) == 0 {
			t.Errorf("%s is not there or empty, so nothing was shown of it", name)
		}
	}
}

// What people wrote, and their names, are in sealed bodies alone: in no file as it
// stands, not in the write-ahead log, no backup, no line of the log, no metric.
func TestCanaryIsNowhere(t *testing.T) {
	s := servertest.Start(t, nil)
	talk(t, s)
	scanFiles(t, s.Config.Data, "kith.db", "kith.db-wal")
	copied := filepath.Join(t.TempDir(), "backup")
	if err := control.Dial(s.Config.Data).Backup(t.Context(), control.Backup{To: copied}); err != nil {
		t.Fatal(err)
	}
	scanFiles(t, filepath.Dir(copied), "backup")
	metrics := ask(t, nil, http.MethodGet, "http://"+s.OpsAddr()+"/metrics", "", nil)
	if !bytes.Contains([]byte(metrics.body), []byte("kith_events_total")) {
		t.Error("no metrics")
	}
	scan(t, "the metrics", []byte(metrics.body))
	s.Stop(t)
	scanFiles(t, s.Config.Data, "kith.db")
	if s.Logs.String() == "" {
		t.Error("no log")
	}
	scan(t, "the log", []byte(s.Logs.String()))
	scan(t, "what the server says at its start", []byte(s.Out.String()))
}

// talk fills a programme with canaries, and makes mistakes with them.
func talk(t *testing.T, s *servertest.Server) {
	t.Helper()
	c := &clinic{clock: new(clock), phones: map[string]*servertest.Phone{}, Server: s}
	link, err := s.Gate.IssueSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	words := canaries["passphrase"] + " and three others"
	c.lead = c.enrol(t, link.Secret, canaries["sign-in name"], canaries["lead's alias"],
		map[string]any{"programme": canaries["programme"], "passphrase": words})
	opened := c.accepted(t, "/api/rooms", c.lead, map[string]any{
		"name": canaries["room name"], "topic": canaries["topic"], "rules": canaries["rules"], "alias": canaries["lead's alias"],
	})
	in := room.ID(opened["room"].(string))
	fox := servertest.Dial(t, s.URL, c.comeIn(t, in, "participant", "person.fox", canaries["alias"]))
	if j := fox.Join(in, ""); j.Room.Topic != canaries["topic"] {
		t.Errorf("the topic is %q", j.Room.Topic)
	}
	m := fox.Post(in, "a "+canaries["message"])
	fox.Must(servertest.Command{"do": "edit", "room": in, "message": m, "text": "a " + canaries["edit"]}, nil)
	gone := fox.Post(in, "a "+canaries["removed message"])
	fox.Must(servertest.Command{"do": "remove", "room": in, "message": gone}, nil)
	mistakes(t, c, in, fox, words)
	moderateWithCanaries(t, c, in, fox)
}

// mistakes sends canaries where they are refused: errors must not quote them.
func mistakes(t *testing.T, c *clinic, in room.ID, fox *servertest.Client, words string) {
	t.Helper()
	text := canaries["refused text"]
	fox.Refused("unknown_field", servertest.Command{"do": "post", "room": in, "text": text, text: text})
	fox.Refused("unknown_command", servertest.Command{"do": text, "room": in})
	fox.Refused("no_such_message", servertest.Command{"do": "edit", "room": in, "message": text, "text": text})
	fox.Refused("no_such_room", servertest.Command{"do": "post", "room": text, "text": text})
	fox.Refused("not_allowed", servertest.Command{"do": "set_topic", "room": in, "text": text})
	if err := fox.SendRaw(t.Context(), 1, []byte(`{"`+text+`": `)); err != nil {
		t.Fatal(err)
	}
	fox.Until(func(l wireclient.Line) bool { return l.Error != nil && l.Error.Code == "bad_json" })
	for _, l := range fox.Lines {
		if l.Error != nil && bytes.Contains(l.Raw, []byte(text)) {
			t.Errorf("a refusal quotes what was sent: %s", l.Raw)
		}
	}
	c.refused(t, http.StatusUnauthorized, "sign_in_wrong", "/api/sign-in", "", map[string]any{"name": canaries["sign-in name"], "passphrase": text})
	c.refused(t, http.StatusUnauthorized, "sign_in_wrong", "/api/sign-in", "", map[string]any{"name": text, "passphrase": words})
	c.refused(t, http.StatusBadRequest, "bad_json", "/api/sign-in", "", map[string]any{text: text})
	c.refused(t, http.StatusNotFound, "link_unknown", "/api/links/look", "", map[string]any{"secret": text})
	c.signIn(t, canaries["sign-in name"], words)
}

// The scan finds each spelling that it looks for.
func TestCanaryScanFinds(t *testing.T) {
	word := canaries["message"]
	for _, text := range []string{
		"xx" + word + "yy", "ZEPHYRMESSAGE", hex.EncodeToString([]byte("a" + word)), base64.StdEncoding.EncodeToString([]byte(word)),
		base64.StdEncoding.EncodeToString([]byte("x" + word)), base64.RawURLEncoding.EncodeToString([]byte("yy" + word + "more")),
	} {
		found := false
		for _, form := range spellings(word) {
			found = found || bytes.Contains(bytes.ToLower([]byte(text)), form)
		}
		if !found {
			t.Errorf("not found in %s", text)
		}
	}
}

// Fourteen days after a message was replaced or taken back, its body is erased: not
// even its sealed bytes are in any file any more.
func TestErasedBytesAreGone(t *testing.T) {
	c := openClinic(t, nil)
	s := c.Server
	in := c.openRoom(t, "Evening")
	fox := servertest.Dial(t, s.URL, c.comeIn(t, in, "participant", "person.fox", "Fox"))
	fox.Join(in, "")
	edited := fox.Post(in, "as it was first")
	fox.Must(servertest.Command{"do": "edit", "room": in, "message": edited, "text": "as it is now"}, nil)
	gone := fox.Post(in, "better left unsaid")
	fox.Must(servertest.Command{"do": "remove", "room": in, "message": gone}, nil)
	s.Stop(t)

	ending, staying := sealedBodies(t, s.Config, in)
	if found := findAll(t, s.Config.Data, ending)["kith.db"]; found != len(ending) {
		t.Fatalf("only %d of %d bodies are found before they are erased: the scan cannot be trusted", found, len(ending))
	}
	c.clock.advance(time.Duration(room.KeepRemoved)*time.Millisecond + time.Hour)
	s = servertest.Run(t, s.Config)
	if err := s.Hub.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Stop(t)
	scrubbed(t, s.Config)
	for where, found := range findAll(t, s.Config.Data, ending) {
		if found > 0 {
			t.Errorf("the sealed bytes of %d erased bodies are in %s", found, where)
		}
	}
	if found := findAll(t, s.Config.Data, staying)["kith.db"]; found != len(staying) {
		t.Errorf("only %d of %d bodies that stay are there", found, len(staying))
	}
}

// sealedBodies reads the bare records of a room: the bodies that will be erased,
// and those of the messages that stay.
func sealedBodies(t *testing.T, c server.Config, in room.ID) (ending, staying [][]byte) {
	t.Helper()
	opened, err := server.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	bare, err := opened.Folder.Read(t.Context(), hub.Stream(in), 1, eventlog.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := opened.Log.Read(t.Context(), hub.Stream(in), 1, eventlog.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range plain {
		e, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch e.Text() {
		case "as it was first", "better left unsaid":
			ending = append(ending, bare[i].Body)
		case "as it is now":
			staying = append(staying, bare[i].Body)
		}
	}
	if len(ending) != 2 || len(staying) != 1 {
		t.Fatalf("%d and %d bodies", len(ending), len(staying))
	}
	return ending, staying
}

// findAll counts, for each file of a folder, how many of the byte strings it has.
func findAll(t *testing.T, dir string, wanted [][]byte) map[string]int {
	t.Helper()
	found := make(map[string]int)
	for name, data := range filesUnder(t, dir) {
		for _, one := range wanted {
			if bytes.Contains(data, one) {
				found[name]++
			}
		}
	}
	return found
}

// scrubbed opens the store, as the next start does, and looks at its files while it
// is open: whatever a log beside the file still held must be gone then too.
func scrubbed(t *testing.T, c server.Config) {
	t.Helper()
	store, err := sqlitestore.Open(c.Data, sqlitestore.Options{Clock: c.Clock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
}
