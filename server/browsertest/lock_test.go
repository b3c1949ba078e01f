package browsertest

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/servertest"
)

// A lock hides everything and keeps the draft; the passphrase brings both back.
func TestLockKeepsTheDraft(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	lead.say("Said before the lock.")
	lead.See("Sent")
	lead.Type("#write", "half a thought")
	lead.Expect("423")
	lead.Press("Lock")
	lead.Wait("!!document.querySelector('input[name=passphrase]')")
	lead.Never("Said before the lock.")
	lead.Never("Evening group")
	lead.Type("input[name=passphrase]", "not the passphrase")
	lead.Press("Unlock")
	lead.Wait("[...document.querySelectorAll('.wrong')].some(w => w.checkVisibility() && w.innerText)")
	lead.Never("Said before the lock.")
	Eval[any](lead, "void (document.querySelector('input[name=passphrase]').value = '')")
	lead.Type("input[name=passphrase]", leadPassphrase)
	lead.Press("Unlock")
	lead.See("Said before the lock.")
	lead.Wait("document.querySelector('#write')?.value === 'half a thought'")
}

// Before it locks by itself the page asks, one key puts it off, and without one it
// clears itself and keeps the draft. The server's clock is moved; the page follows.
func TestLockWarns(t *testing.T) {
	t.Parallel()
	b := Start(t)
	var ahead atomic.Int64
	s := servertest.Start(t, func(c *server.Config) {
		c.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	lead.say("Said before the lock.")
	lead.See("Sent")
	lead.Type("#write", "half a thought")

	ahead.Add(int64(auth.LockAfterStaff - 25*time.Second))
	lead.See("Are you still here?")
	lead.Axe("lock warning")
	lead.Keys("x")
	lead.Wait("!document.body.innerText.includes('Are you still here?')")
	lead.See("Said before the lock.")

	lead.Expect("423")
	ahead.Add(int64(auth.LockAfterStaff - 25*time.Second))
	lead.See("Are you still here?")
	lead.Wait("!!document.querySelector('main input[name=passphrase]')")
	lead.Never("Said before the lock.")
	lead.Type("input[name=passphrase]", leadPassphrase)
	lead.Press("Unlock")
	lead.Wait("document.querySelector('#write')?.value.startsWith('half a thought')")
}

// Leaving: covered at once, signed out, nothing stored, nothing behind the back
// button; by the button and by Shift three times.
func TestLeave(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"button", "shift"} {
		t.Run(way, func(t *testing.T) {
			b := Start(t)
			_, links := demoWorld(t)
			p := b.Open(t, links["maya"])
			p.enter("Tuesday evening")
			p.See("Kettle")
			if n := Eval[int](p, "localStorage.length + sessionStorage.length"); n != 0 {
				t.Errorf("the browser stores %d things", n)
			}
			// The page must be covered before it goes: the sheet's width is noted in the
			// very task that put it there, and said to the console, which outlives the page.
			Eval[any](p, `void new MutationObserver((_, seen) => {
				const sheet = document.querySelector('dialog.blank');
				if (!sheet) return;
				seen.disconnect();
				const covers = sheet.getBoundingClientRect();
				console.log(covers.width >= innerWidth && covers.height >= innerHeight ? 'covered' : 'bare');
			}).observe(document, {childList: true, subtree: true})`)
			if way == "button" {
				p.Click("#leave")
			} else {
				for range 3 {
					p.Keys(kb.Shift)
				}
			}
			p.Arrive("about:blank")
			if !p.Heard("covered") {
				t.Error("the page was not covered before it went")
			}
			home, _, _ := strings.Cut(links["maya"], "#")
			after := p.Another(home)
			after.Wait("!!document.querySelector('input[name=passphrase]')")
			after.Never("Kettle")
			after.Never("Tuesday")
		})
	}
}

// A private line is open, with words half written, when the session locks: nothing of it
// stays on the page, and the words are there again when the person is.
func TestLockOverAnOpenLine(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom("Evening group", "Ruth")
	wren := b.Open(t, lead.inviteLink())
	wren.Press("Start")
	wren.walkIn("maya", mayaPassphrase, "Wren")
	wren.Wait("!!document.querySelector('#write')")
	wren.Click(".room-about")
	wren.Press("Write to the team")
	wren.Type("dialog.line-dialog textarea", "half a thought")
	wren.Expect("423")
	Eval[any](wren, "fetch('/api/lock', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })")
	wren.See("Unlock")
	wren.Wait("!document.querySelector('dialog')")
	wren.Never("half a thought")
	wren.Type("input[name=passphrase]", mayaPassphrase)
	wren.Press("Unlock")
	wren.See("Evening group") // with what is about it, as it was
	wren.Press("Write to the team")
	wren.Wait("document.querySelector('dialog.line-dialog textarea').value === 'half a thought'")
}

// Help is one tap away from a question that covers the page, too, and the question is there
// again when help is closed, with what was typed.
func TestHelpOverAQuestion(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	maya := in(t, b, links, "maya")
	maya.Size(320, 640)
	maya.Click(".room-about")
	maya.Press("Write to the team")
	maya.Type("dialog.line-dialog textarea", "half a thought")
	maya.Axe("a line with its ways out")
	maya.Size(1280, 800)
	maya.look("line-ways")
	maya.Size(320, 640)
	maya.Click("dialog.line-dialog [data-part=help]")
	maya.See("Call 988")
	there := "document.querySelectorAll('dialog').length === 1 && document.querySelector('dialog.line-dialog')?.open && document.querySelector('dialog.line-dialog textarea').value === 'half a thought'"
	maya.Click("#help [data-part=close]")
	maya.Wait(there)
	maya.Click("dialog.line-dialog [data-part=help]")
	maya.Press("Ask for a person now")
	maya.See("Your call is out since")
	maya.Wait(there) // the same line, not one more
	maya.Click("dialog.line-dialog button.main")
	maya.Wait("document.querySelector('dialog.line-dialog .line-entry')?.innerText.includes('half a thought')")
	maya.Click("dialog.line-dialog [data-part=close]")
	maya.Wait("!document.querySelector('dialog')")
}
