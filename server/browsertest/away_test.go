package browsertest

import (
	"slices"
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// The server is killed with -9 in mid-conversation, a message is written meanwhile,
// and when the server is back it goes out once.
func TestServerIsKilled(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	maya := b.Open(t, lead.inviteLink())
	maya.Press("Start")
	maya.walkIn("maya", mayaPassphrase, "Wren")
	maya.Wait("!!document.querySelector('#write')")

	for _, p := range []*Page{lead, maya} {
		p.Expect("WebSocket")
		p.Expect("ERR_CONNECTION_REFUSED")
		p.Expect("Failed to load resource")
	}
	// From here on the server is a process that can be killed.
	s.Stop(t)
	same := s.Config
	same.Addr = s.Addr()
	process := servertest.StartProcess(t, same)
	maya.say("Before.")
	lead.See("Before.")
	process.Kill(t)
	maya.See("Trying to connect again. What you write stays here.")
	maya.say("Written while it was gone.")
	maya.See("Not saved yet.")
	if !Eval[bool](maya, "(() => { const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented })()") {
		t.Error("leaving with an unsent message does not warn")
	}

	process.Restart(t)
	lead.See("Written while it was gone.")
	maya.Wait("!document.body.innerText.includes('Trying to connect again')")
	lead.say("After.")
	maya.See("After.")
	lead.Wait("document.querySelectorAll('li.message').length === 3")
	want := []string{"Before.", "Written while it was gone.", "After."}
	for name, p := range map[string]*Page{"lead": lead, "maya": maya} {
		if got := p.messages(); !slices.Equal(got, want) {
			t.Errorf("%s sees %q", name, got)
		}
	}
}
