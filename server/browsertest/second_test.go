package browsertest

import (
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// Somebody of the team signs in with their phone, with a recovery code when they have
// none, makes new codes, and sets up another phone.
func TestSecondStep(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	phone := lead.phone

	other := b.Open(t, s.URL)
	other.Expect("401")
	other.signIn("the.lead", leadPassphrase)
	other.See("Type the six numbers it shows.")
	other.look("second")
	other.Type("input[name=code]", "000000")
	other.Press("Go on")
	other.See("This code does not fit.")
	other.look("second-wrong")
	Eval[any](other, "void (document.querySelector('input[name=code]').value = '')")
	other.Type("input[name=code]", lead.nextCode())
	other.Press("Go on")
	other.See("New room")

	other.Press("Settings")
	other.See("You have 10 recovery codes left.")
	other.look("settings-second")
	other.Press("Sign out")
	other.signIn("the.lead", leadPassphrase)
	other.See("Your code")
	other.Press("No phone? Use a recovery code")
	lead.Expect("401")
	lead.Expect("WebSocket")
	other.Type("input[name=code]", phone.Recovery[0])
	other.Press("Go on")
	other.See("New room")
	other.See("A recovery code was used on")
	lead.See("You were signed out") // a device may be lost
	other.Press("Settings")
	other.See("You have 9 recovery codes left.")

	other.Type("input[name=code]", phone.Recovery[1])
	other.Press("Use another phone")
	other.See("One more step")
	other.Type("input[name=code]", "000000")
	other.Press("Go on")
	other.See("This code does not fit.")
}

func (p *Page) signIn(name, passphrase string) {
	p.t.Helper()
	p.Wait("!!document.querySelector('input[name=passphrase]')")
	p.Type("input[name=name]", name)
	p.Type("input[name=passphrase]", passphrase)
	p.Press("Sign in")
}
