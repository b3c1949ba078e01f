package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server"
	"github.com/kith-chat/kith/server/demo"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/web"
)

// demoWorld is a server with the demo's people, and a link for each.
func demoWorld(t *testing.T) (*servertest.Server, map[string]string) {
	t.Helper()
	c := servertest.Config(t.TempDir())
	c.Demo = true
	opened, err := server.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	guests, err := demo.Seed(context.Background(), opened.Log, opened.Values, opened.Keys.Derive("known devices"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
	s := servertest.Run(t, c)
	_, port, _ := strings.Cut(s.Addr(), ":")
	links := make(map[string]string)
	for _, g := range guests {
		links[g.Name] = web.Link(fmt.Sprintf("http://%s.localhost:%s", g.Name, port), g.Link)
	}
	return s, links
}

var setupLink = regexp.MustCompile(`http://\S+/#link=\S+`)

// setUp opens the programme as its lead, through the page.
func setUp(t *testing.T, b *Browser, s *servertest.Server) *Page {
	t.Helper()
	link := ""
	for link == "" { // Run prints it once it serves
		link = setupLink.FindString(s.Out.String())
	}
	p := b.Open(t, link)
	p.Press("Start")
	p.Type("input[name=programme]", "Harbour")
	p.Press("Next")
	p.walkIn("the.lead", leadPassphrase, "Ruth")
	p.setUpPhone(time.Now())
	p.See("New room")
	return p
}

const (
	leadPassphrase = "seven grey herons wading"
	mayaPassphrase = "a kettle, a window, rain"
)

// setUpPhone sets up the second step, as somebody who types the secret in by hand.
func (p *Page) setUpPhone(now time.Time) {
	p.t.Helper()
	p.See("One more step")
	p.Wait("document.querySelector('[data-part=secret]')?.textContent !== ''")
	secret := Eval[string](p, "document.querySelector('[data-part=secret]').textContent")
	p.phone = &servertest.Phone{Secret: strings.ReplaceAll(secret, " ", "")}
	p.Type("input[name=code]", p.phone.Code(p.t, now))
	p.Press("Go on")
	p.See("Keep these codes")
	p.phone.Recovery = Eval[[]string](p, "[...document.querySelectorAll('[data-part=codes] li')].map(n => n.textContent)")
	p.look("second-codes")
	p.Press("I have kept them")
}

// nextCode is the code after the one that the phone was set up with: good already, and
// not used yet.
func (p *Page) nextCode() string {
	p.t.Helper()
	return p.phone.Code(p.t, time.Now().Add(30*time.Second))
}

// walkIn fills the steps that everybody who enrols goes through.
func (p *Page) walkIn(name, passphrase, alias string) {
	p.t.Helper()
	p.Type("input[name=name]", name)
	p.Type("input[name=passphrase]", passphrase)
	p.Press("Next")
	if Eval[bool](p, "!!document.querySelector('input[name=alias]')?.checkVisibility()") {
		p.Type("input[name=alias]", alias)
		p.Press("Next")
	}
	p.Wait("document.querySelector('input[name=agreement]')?.checkVisibility()")
	p.Click("input[name=agreement]")
	p.Click("input[name=not_emergency]")
	p.Press("Come in")
}

// makeRoom makes a room as the lead.
func (p *Page) makeRoom(name, alias string) {
	p.t.Helper()
	p.Press("New room")
	p.Type("input[name=name]", name)
	p.Type("input[name=alias]", alias)
	p.Press("Make the room")
	p.Wait("!!document.querySelector('#write')")
}

// inviteLink makes an invitation for a participant in the room's panel.
func (p *Page) inviteLink() string {
	p.t.Helper()
	if !Eval[bool](p, "document.querySelector('aside.about')?.checkVisibility() ?? false") {
		p.Click(".room-about")
	}
	p.Press("Invite someone")
	p.Press("Make the link")
	p.Wait("!!document.querySelector('input.made')?.value")
	return Eval[string](p, "document.querySelector('input.made').value")
}

// say writes a message and sends it.
func (p *Page) say(text string) {
	p.t.Helper()
	p.Type("#write", text)
	p.Press("Send")
}

// enter opens a room from the list.
func (p *Page) enter(name string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("[...document.querySelectorAll('.rooms-row')].some(r => r.innerText.includes(%s))", quote(name)))
	Eval[any](p, fmt.Sprintf("void [...document.querySelectorAll('.rooms-row')].find(r => r.innerText.includes(%s)).click()", quote(name)))
	p.Wait("!!document.querySelector('#write')")
}

// messages are the texts in the history, in order.
func (p *Page) messages() []string {
	p.t.Helper()
	return Eval[[]string](p, "[...document.querySelectorAll('li.message .text')].map(n => n.innerText)")
}

// pictures takes the page at three widths, light and dark, where KITH_SHOTS names
// a folder.
func (p *Page) pictures(state string) {
	p.t.Helper()
	dir := os.Getenv("KITH_SHOTS")
	if dir == "" {
		return
	}
	for _, size := range [][2]int64{{320, 640}, {768, 1024}, {1280, 800}} {
		p.Size(size[0], size[1])
		for _, scheme := range []string{"light", "dark"} {
			p.Scheme(scheme)
			Eval[any](p, "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(1))))")
			p.Shot(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", state, size[0], scheme)))
		}
	}
	p.Size(1280, 800)
}

// look checks a state for WCAG in both schemes, at a phone's and a desktop's
// width, and that nothing is wider than a 320 px screen.
func (p *Page) look(state string) {
	p.t.Helper()
	p.pictures(state)
	p.AxeBoth(state)
	p.Size(320, 640)
	p.AxeBoth(state + " at 320 px")
	if wide := Eval[int](p, "document.documentElement.scrollWidth"); wide > 320 {
		p.t.Errorf("%s: at 320 px the page is %d px wide", state, wide)
	}
	p.Size(1280, 800)
}
