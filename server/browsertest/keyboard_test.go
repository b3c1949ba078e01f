package browsertest

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// A moderator without a mouse: a held message is shown, another is not, and what waits is
// taken from the list, all by keys alone.
func TestModeratingByKeyboard(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	ruth.Size(320, 700)
	ruth.tabTo("About", true)
	ruth.Keys(kb.Enter)
	ruth.tabTo("How this room works", false)
	ruth.Keys(kb.Enter)
	ruth.tabTo("Look before showing", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.tabTo("radio", false)
	ruth.Keys(kb.ArrowDown)
	ruth.Keys(kb.ArrowDown)
	ruth.Keys(kb.Enter)
	maya.See("A moderator looks at each message before the group sees it.")
	ruth.tabTo("Close", false)
	ruth.Keys(kb.Enter)

	maya.say("A hard evening.")
	ruth.See("It waits for you.")
	ruth.tabTo("Show it", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("[...document.querySelectorAll('li.message .text')].some(n => n.innerText === 'A hard evening.')")

	maya.say("I took forty.")
	ruth.See("I took forty.")
	ruth.tabTo("Do not show it", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("document.activeElement.closest('dialog.act') !== null")
	ruth.tabTo("textarea", false)
	ruth.Keys("Without amounts, please.")
	ruth.tabTo("Do not show it", false)
	ruth.Keys(kb.Enter)
	maya.See("Without amounts, please.")

	maya.say("Once more.")
	ruth.See("Once more.")
	ruth.tabTo("Rooms", false)
	ruth.Keys(kb.Enter)
	ruth.tabTo("My shift", true)
	ruth.Keys(kb.Enter)
	ruth.See("A message waits to be shown")
	ruth.tabTo("A message waits to be shown", true)
	ruth.Keys("t")
	ruth.See("You are on it.")
	ruth.Keys("u")
	ruth.Wait("!document.body.innerText.includes('You are on it.')")
	ruth.Keys("s")
	ruth.Wait("!document.querySelector('.preview.blurred') && document.querySelector('.preview p').innerText === 'Once more.'")
	ruth.Keys(kb.Enter) // into what can be done with it
	ruth.Keys(kb.Enter) // the first of it: go there
	ruth.See("Once more.")
}

// maxTabs is how many stops are too far for anybody.
const maxTabs = 40

// tabTo goes on from stop to stop until the focus is on what has that name, or that kind;
// part: whose name has it in it.
func (p *Page) tabTo(name string, part bool) {
	p.t.Helper()
	const at = `(() => {
		const e = document.activeElement;
		if (e === document.body) return '';
		if (e.matches('textarea')) return 'textarea';
		if (e.matches('input[type=radio]')) return 'radio';
		return (e.getAttribute('aria-label') || e.innerText || '').trim();
	})()`
	for range maxTabs {
		got := Eval[string](p, at)
		if got == name || part && strings.Contains(got, name) {
			return
		}
		p.Keys(kb.Tab)
	}
	p.t.Fatalf("%q is not reached by %d stops; the focus is on %q", name, maxTabs, Eval[string](p, at))
}
