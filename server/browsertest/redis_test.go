package browsertest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/keyfile"
	"github.com/kith-chat/kith/server/servertest"
)

// Redis stops answering in mid-conversation. Those who are there are told in plain
// words, what is written meanwhile says that it is not saved, and when Redis is back
// it goes out once, to somebody with another server too.
func TestRedisStops(t *testing.T) {
	t.Parallel()
	redis := servertest.StartRedis(t, servertest.RedisOptions{})
	b := Start(t)
	s := servertest.Start(t, func(c *server.Config) {
		c.Redis = redis.URL()
		if _, err := keyfile.Create(c.Key); err != nil {
			t.Fatal(err)
		}
	})
	other := s.Config
	other.Addr, other.Ops, other.Data = "127.0.0.1:0", "127.0.0.1:0", filepath.Join(t.TempDir(), "data")
	second := servertest.Run(t, other)

	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	maya := b.Open(t, lead.inviteLink())
	maya.Press("Start")
	maya.walkIn("maya", mayaPassphrase, "Wren")
	maya.Wait("!!document.querySelector('#write')")
	far := b.Open(t, second.URL)
	far.Type("input[name=name]", "the.lead")
	far.Type("input[name=passphrase]", leadPassphrase)
	far.Press("Sign in")
	far.Type("input[name=code]", lead.nextCode())
	far.Press("Go on")
	far.enter("Evening group")
	maya.say("Before.")
	far.See("Before.")

	for _, p := range []*Page{lead, maya, far} {
		p.Expect("WebSocket")
		p.Expect("Failed to load resource")
		p.Expect("503")
	}
	redis.Pause(t)
	maya.See("Something on our side is not working.")
	maya.say("Written while Redis was gone.")
	maya.See("Not saved yet.")
	if dir := os.Getenv("KITH_SHOTS"); dir != "" {
		maya.Size(320, 700)
		maya.Shot(filepath.Join(dir, "behind-320.png"))
	}
	maya.Axe("behind")
	far.Never("Written while Redis was gone.")
	redis.Resume(t)

	far.See("Written while Redis was gone.")
	maya.Wait("!document.body.innerText.includes('Something on our side')")
	far.say("After.")
	maya.See("After.")
	want := []string{"Before.", "Written while Redis was gone.", "After."}
	for name, p := range map[string]*Page{"maya": maya, "far": far} {
		if got := p.messages(); !slices.Equal(got, want) {
			t.Errorf("%s sees %q", name, got)
		}
	}
}
