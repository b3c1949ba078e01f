package browsertest

import (
	"slices"
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// From the first start to two people who talk: set up, a room, an invitation, an
// enrolment, and what one does the other sees.
func TestInviteEnrolChat(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	link := lead.inviteLink()

	maya := b.Open(t, link)
	maya.See("Welcome to Evening group")
	if at := Eval[string](maya, "location.href"); at != s.URL+"/" {
		t.Errorf("the secret stayed in the address: %s", at)
	}
	maya.Press("Start")
	maya.walkIn("maya", mayaPassphrase, "Wren")
	maya.Wait("!!document.querySelector('#write')")

	lead.See("Wren")
	maya.say("Hello, is this thing on?")
	lead.See("Hello, is this thing on?")
	lead.say("It is. Welcome, Wren.")
	maya.See("It is. Welcome, Wren.")
	if title := Eval[string](maya, "document.title"); title != "Notes" {
		t.Errorf("the title says %q", title)
	}

	maya.Wait("document.querySelectorAll('li.message').length === 2")
	act(maya, "Hello, is this thing on?", "Change")
	maya.Wait("document.querySelector('#write').value === 'Hello, is this thing on?'")
	Eval[any](maya, "void (document.querySelector('#write').value = '', document.querySelector('#write').focus())")
	maya.Type("#write", "Hello again.")
	maya.Press("Save")
	lead.See("Hello again.")
	act(lead, "Hello again.", "Reply")
	lead.say("Once more.")
	maya.See("To you: Hello again.")
	act(maya, "Hello again.", "Take back")
	maya.Press("Take it back")
	lead.See("Taken back by its writer.")
	maya.Wait("![...document.querySelectorAll('li.message .text')].some(n => n.innerText === 'Hello again.')")
	maya.See("To a message that was taken back")

	// A link works once.
	late := b.Open(t, link)
	late.See("This link was used before.")

	// Who comes later sees what is said from then on, and nobody's sign-in name.
	other := b.Open(t, lead.inviteLink2())
	other.Press("Start")
	other.walkIn("sam", "three owls and a lantern", "Oak")
	other.Wait("!!document.querySelector('#write')")
	lead.say("Oak is here too.")
	other.Wait("!!document.querySelector('li.message')") // it is read out before it is drawn
	if got := other.messages(); !slices.Equal(got, []string{"Oak is here too."}) {
		t.Errorf("a newcomer sees %q", got)
	}
	other.Never("the.lead")
	other.Never("p_")
}

// inviteLink2 makes another link while the last one is still shown.
func (p *Page) inviteLink2() string {
	p.t.Helper()
	last := Eval[string](p, "document.querySelector('input.made').value")
	p.Press("Make the link")
	p.Wait("document.querySelector('input.made')?.value && document.querySelector('input.made').value !== " + quote(last))
	return Eval[string](p, "document.querySelector('input.made').value")
}

// act opens a message's actions and chooses one.
func act(p *Page, text, action string) {
	p.t.Helper()
	row := "[...document.querySelectorAll('li.message')].find(m => m.querySelector('.text').innerText === " + quote(text) + ")"
	p.Wait("!!" + row)
	Eval[any](p, "void ("+row+").querySelector('.more').click()")
	at := "[..." + row + ".querySelectorAll('.actions button')].find(b => b.innerText.trim() === " + quote(action) + ")"
	p.Wait("!!(" + at + ")")
	Eval[any](p, "void ("+at+").click()")
}
