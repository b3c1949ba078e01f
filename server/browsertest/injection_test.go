package browsertest

import (
	"fmt"
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// hostile is text that a page might mistake for markup, an address or code.
var hostile = []string{
	`<img src=x onerror="window.hurt=1">`,
	`<script>window.hurt=1</script>`,
	`<svg/onload=window.hurt=1>`,
	`"><iframe srcdoc="<script>parent.hurt=1</script>">`,
	`javascript:window.hurt=1`,
	`{{constructor.constructor('window.hurt=1')()}}`,
	"${window.hurt=1}",
	`</textarea><img src=x onerror=window.hurt=1>`,
	`&lt;img src=x onerror=window.hurt=1&gt;`,
	"\u202eevil\u202c <b>bold</b>",
	`<a href="javascript:window.hurt=1">come here</a>`,
	`<style>*{display:none}</style>`,
	`<base href="https://elsewhere.example/">`,
	`<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">`,
}

// Text never becomes markup: in a message, an edit, a reply, a room's name, topic
// and rules, the programme's name. (An alias may hold letters, digits and spaces.)
func TestTextNeverExecutes(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s := servertest.Start(t, nil)
	lead := setUp(t, b, s)
	lead.makeRoom(hostile[0], "Ruth")
	link := lead.inviteLink()
	lead.Press("House rules the page helps with")
	lead.Press("Links are fine") // else each would be asked about
	lead.Wait("document.querySelector('#polite').innerText === 'Saved'")
	maya := b.Open(t, link)
	maya.Press("Start")
	maya.walkIn("maya", mayaPassphrase, "Wren")
	maya.Wait("!!document.querySelector('#write')")
	for i, text := range hostile {
		maya.paste(text)
		maya.Press("Send")
		maya.Wait(fmt.Sprintf("document.querySelectorAll('li.message').length === %d", i+1))
	}
	lead.Wait(fmt.Sprintf("document.querySelectorAll('li.message').length === %d", len(hostile)))
	lead.Press("Change the words of this room")
	for _, field := range []string{"input[name=topic]", "textarea[name=rules]"} {
		lead.Type(field, hostile[2])
	}
	lead.Press("Save")
	maya.Wait("document.querySelector('.room-topic')?.innerText.includes('onload')")
	act(maya, hostile[1], "Reply")
	maya.say("an answer")
	lead.See("an answer")
	for name, p := range map[string]*Page{"lead": lead, "maya": maya} {
		if Eval[bool](p, "window.hurt !== undefined") {
			t.Errorf("%s: text was executed", name)
		}
		if n := Eval[int](p, "document.querySelectorAll('#stage img, #stage iframe, #stage script, #stage base, #stage a[href^=javascript], #stage style').length"); n != 0 {
			t.Errorf("%s: text became %d elements", name, n)
		}
	}
}

// paste puts text into the composer as one piece, as pasting does.
func (p *Page) paste(text string) {
	p.t.Helper()
	Eval[any](p, `void (() => { const w = document.querySelector('#write'); w.focus(); document.execCommand('insertText', false, `+quote(text)+`) })()`)
}
