package demo_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/demo"
	"github.com/kith-chat/kith/server/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The demo fills a folder once; on a filled one it only makes new links.
func TestSeedTwice(t *testing.T) {
	dir := t.TempDir()
	c := server.Config{Data: filepath.Join(dir, "data")}
	var heads []uint64
	for range 2 {
		opened, err := server.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		guests, err := demo.Seed(t.Context(), opened.Log, opened.Values, opened.Keys.Derive("known devices"), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		staff, members := 0, 0
		for _, g := range guests {
			if g.Role.Staff() {
				staff++
			} else if g.Role == room.Participant {
				members++
			}
			if g.Link == "" {
				t.Errorf("%s has no link", g.Name)
			}
		}
		if staff != 2 || members != 2 {
			t.Errorf("%d staff and %d participants can be signed in as", staff, members)
		}
		total := uint64(0)
		changes, _, err := opened.Log.Changes(t.Context(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range changes {
			total += uint64(change.Head.Seq)
		}
		heads = append(heads, total)
		if err := opened.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if heads[0] != heads[1] || heads[0] < 40 {
		t.Errorf("records: %d, then %d", heads[0], heads[1])
	}
}
