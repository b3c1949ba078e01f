package browsertest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/kith-chat/kith/server/servertest"
)

// Every view and state, light and dark, on a phone's and a desktop's width: no
// violation of WCAG 2.2 A or AA that axe-core knows.
func TestViewsAreAccessible(t *testing.T) {
	t.Parallel()
	b := Start(t)
	t.Run("coming in", func(t *testing.T) {
		s := servertest.Start(t, nil)
		lead := setUpLooking(t, b, s)
		lead.look("rooms-empty")
		lead.Press("New room")
		lead.Wait("!!document.querySelector('textarea[name=rules]')")
		lead.look("new-room")
		lead.Type("input[name=name]", "Evening group")
		lead.Type("input[name=alias]", "Ruth")
		lead.Press("Make the room")
		lead.Wait("!!document.querySelector('#write')")
		lead.look("room-empty")
		link := lead.inviteLink()
		lead.look("about-invite")

		maya := b.Open(t, link)
		maya.See("Welcome to Evening group")
		maya.look("invited")
		maya.Press("Start")
		maya.Press("Next")
		maya.See("Please fill this in.")
		maya.look("name-wrong")
		gone := b.Open(t, s.URL+"/")
		gone.Wait("!!document.querySelector('input[name=passphrase]')")
		gone.look("sign-in")
		gone.Type("input[name=name]", "nobody")
		gone.Type("input[name=passphrase]", "wrong words here")
		gone.Press("Sign in")
		gone.See("do not fit")
		gone.look("sign-in-wrong")
		lead.Expect("423")
		lead.Press("Lock")
		lead.Wait("!!document.querySelector('input[name=passphrase]')")
		lead.look("locked")
	})
	t.Run("the room", func(t *testing.T) {
		_, links := demoWorld(t)
		maya := b.Open(t, links["maya"])
		maya.See("Tuesday evening")
		maya.look("rooms")
		maya.enter("Tuesday evening")
		maya.See("Kettle")
		maya.look("room")
		act(maya, "Kettle on here too.", "React")
		maya.look("reacting")
		maya.Press("Help now")
		maya.See("988")
		maya.look("help")
		maya.Press("Close")
		act(maya, "It is that hour again. Kettle is on. Just wanted to say so to someone.", "Take back")
		maya.See("Take this message back?")
		maya.look("take-back")
		maya.Press("Keep it")
		maya.Press("Settings")
		maya.See("What others can see")
		maya.look("settings")

		ruth := b.Open(t, links["ruth"])
		ruth.enter("Tuesday evening")
		ruth.See("Kettle")
		ruth.look("room-lead")
	})
}

// setUpLooking is setUp with a look at each step.
func setUpLooking(t *testing.T, b *Browser, s *servertest.Server) *Page {
	t.Helper()
	link := ""
	for link == "" {
		link = setupLink.FindString(s.Out.String())
	}
	p := b.Open(t, link)
	p.See("Set up your programme")
	p.look("setup")
	p.Press("Start")
	p.look("setup-programme")
	p.Type("input[name=programme]", "Harbour")
	p.Press("Next")
	p.look("setup-name")
	p.walkIn("the.lead", leadPassphrase, "Ruth")
	p.See("One more step")
	p.Wait("document.querySelector('[data-part=secret]')?.textContent !== ''")
	p.look("second-set")
	p.setUpPhone(time.Now())
	p.See("New room")
	return p
}

// From the room's start to the composer are at most three stops; five hundred
// messages would be one of them.
func TestTabStops(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	p := b.Open(t, links["maya"])
	p.enter("Tuesday evening")
	p.See("Kettle")
	Eval[any](p, "void (document.activeElement.blur(), document.querySelector('main h1').focus())")
	stops := 0
	for Eval[string](p, "document.activeElement.id") != "write" {
		p.Keys(kb.Tab)
		if stops++; stops > 3 {
			t.Fatalf("after %d stops the focus is on %s", stops, Eval[string](p, "document.activeElement.outerHTML.slice(0, 120)"))
		}
	}
	if n := Eval[int](p, "document.querySelectorAll('.history [tabindex=\"0\"], .history a[href], .history button:not([tabindex])').length"); n > 1 {
		t.Errorf("the messages have %d tab stops", n)
	}
}
