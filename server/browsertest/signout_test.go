package browsertest

import (
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// Signing out asks first where it would drop what was written: from the settings and
// from the lock. Going back keeps it.
func TestSignOutAsksForUnsentText(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	lead.Type("#write", "half a thought")
	lead.Press("Settings")
	lead.Press("Sign out")
	lead.See("Some words are not sent")
	lead.Axe("unsent text")
	lead.Press("Go back")
	lead.Wait("!document.querySelector('dialog[open]')")
	lead.See("Done for now?")

	lead.Expect("423")
	lead.Press("Lock")
	lead.Press("Sign out instead")
	lead.See("Some words are not sent")
	lead.Press("Go back")
	lead.Type("input[name=passphrase]", leadPassphrase)
	lead.Press("Unlock")
	lead.See("Done for now?")
	lead.enter("Evening group")
	lead.Wait("document.querySelector('#write')?.value === 'half a thought'")

	lead.Press("Settings")
	lead.Press("Sign out")
	lead.See("Some words are not sent")
	Eval[any](lead, "void document.querySelector('dialog[open] [data-part=yes]').click()")
	lead.See("You are signed out")
	lead.Never("half a thought")
}

// Nothing is asked of somebody who has nothing to lose.
func TestSignOutAtOnce(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	lead.say("All of it.")
	lead.See("Sent")
	lead.Press("Settings")
	lead.Press("Sign out")
	lead.See("You are signed out")
}
