// Package browsertest drives a real Chromium against a real server: one browser
// for a package's tests, one private context for each person. Everything a page
// complains of (an error in the console, a policy it breaks, a request to another
// origin) fails the test it happened in.
//
// It needs Debian's chromium. Where that is missing the tests are skipped with one
// line; in CI (CI is set) they fail.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/kith-chat/kith/server/servertest"
)

// patience is how long something may take to show on the page. It is a limit.
const patience = 30 * time.Second

// Browser is a running Chromium.
type Browser struct {
	ctx context.Context
}

// Start runs a Chromium until the test ends.
func Start(t testing.TB) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Missing(t, "chromium", "apt-get install chromium")
	}
	profile := t.TempDir()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true),
		// The browser would load pages of its own interface ahead in each window: two
		// seconds of a processor for every person in a test.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	return &Browser{ctx}
}

// Missing skips a test for want of a program, or fails it in CI.
func Missing(t testing.TB, what, how string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing; install it: %s", what, how)
	}
	t.Skipf("skipped, install %s: %s", what, how)
}

// Page is one tab of one person, in a private context of its own.
type Page struct {
	t       testing.TB
	browser *Browser
	ctx     context.Context
	origin  string
	phone   *servertest.Phone // of who set up a second step here

	mu         sync.Mutex
	complaints []string
	said       []string // by console.log
	expected   []string
}

// Open makes a person's tab and goes to an address. Its origin is the only one
// that the page may speak to.
func (b *Browser) Open(t testing.TB, address string) *Page {
	t.Helper()
	return b.open(t, address, chromedp.WithNewBrowserContext())
}

func (b *Browser) open(t testing.TB, address string, in chromedp.ContextOption) *Page {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(b.ctx, in)
	t.Cleanup(cancel)
	p := &Page{t: t, browser: b, ctx: ctx, origin: u.Scheme + "://" + u.Host}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.verdict)
	p.must(chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800)))
	p.Go(address)
	return p
}

// Go navigates.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.Navigate(address)))
}

// hear collects what the page complains of.
func (p *Page) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.complain("exception: " + e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeLog {
			p.mu.Lock()
			p.said = append(p.said, arguments(e.Args))
			p.mu.Unlock()
		}
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			p.complain(fmt.Sprintf("console %s: %s", e.Type, arguments(e.Args)))
		}
	case *log.EventEntryAdded:
		// What the network could not load is the test's own doing; a broken policy is not.
		if e.Entry.Source != log.EntrySourceNetwork && e.Entry.Level == log.EntryLevelError {
			p.complain("log: " + e.Entry.Text)
		}
	case *network.EventRequestWillBeSent:
		if foreign(e.Request.URL, p.origin) {
			p.complain("request to another origin: " + e.Request.URL)
		}
	}
}

func foreign(address, origin string) bool {
	for _, own := range []string{origin, strings.Replace(origin, "http", "ws", 1), "data:", "about:", "blob:"} {
		if strings.HasPrefix(address, own) {
			return false
		}
	}
	return true
}

func arguments(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, string(a.Value)+a.Description)
	}
	return strings.Join(parts, " ")
}

func (p *Page) complain(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, what)
}

// Heard says whether the page wrote this to the console, as a plain note.
func (p *Page) Heard(note string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.said, quote(note))
}

// Expect takes back complaints that a test brings about on purpose, such as the
// failed connections of a server that was killed.
func (p *Page) Expect(part string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expected = append(p.expected, part)
}

func (p *Page) verdict() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.complaints {
		known := false
		for _, part := range p.expected {
			known = known || strings.Contains(c, part)
		}
		if !known {
			p.t.Errorf("the page complains: %s", c)
		}
	}
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.shoot()
		p.t.Fatal(err)
	}
}

// shoot keeps a picture of a page on which a test failed.
func (p *Page) shoot() {
	if dir := os.Getenv("KITH_SHOTS"); dir != "" {
		p.Shot(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_")+"-failed.png"))
	}
}

// Shot writes a picture of the page as it is seen.
func (p *Page) Shot(file string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Logf("no picture: %v", err)
		return
	}
	err = os.MkdirAll(filepath.Dir(file), 0o700)
	if err == nil {
		err = os.WriteFile(file, png, 0o600)
	}
	if err != nil {
		p.t.Logf("no picture: %v", err)
	}
}

// Size sets the window, in CSS pixels.
func (p *Page) Size(width, height int64) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.EmulateViewport(width, height)))
}

// Scheme sets what the person prefers: "light" or "dark".
func (p *Page) Scheme(scheme string) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})))
}

// Eval evaluates a JavaScript expression, awaiting it, into a value.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.must(fmt.Errorf("evaluate %s: %w", expression, err))
	}
	return v
}

// Wait waits until a JavaScript expression is true. It looks again at every
// change of the page, and now and then for what changes without one.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	const watch = `new Promise((done, failed) => {
		const limit = setTimeout(() => { stop(); failed(new Error('it did not become true')) }, %d);
		const seen = new MutationObserver(look);
		const again = setInterval(look, 50);
		function stop() { seen.disconnect(); clearInterval(again); clearTimeout(limit) }
		function look() { let v = false; try { v = %s } catch { v = false } if (v) { stop(); done(true) } }
		seen.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
		look();
	})`
	ctx, cancel := context.WithTimeout(p.ctx, patience+5*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(watch, patience.Milliseconds(), expression), chromedp.EvalAwaitPromise))
	if err != nil {
		p.must(fmt.Errorf("wait for %s: %w", expression, err))
	}
}

// Arrive waits until a tab of this person shows an address, whatever it went
// through on the way: leaving a page may give the tab another process, and with it
// another target.
func (p *Page) Arrive(address string) {
	p.t.Helper()
	own := chromedp.FromContext(p.ctx).BrowserContextID
	at := ""
	for end := time.Now().Add(patience); time.Now().Before(end); {
		// A list asked for while a tab changes its process may never come.
		ctx, cancel := context.WithTimeout(p.browser.ctx, time.Second)
		targets, _ := chromedp.Targets(ctx)
		cancel()
		for _, one := range targets {
			if one.BrowserContextID == own && one.Type == "page" {
				at = one.URL
			}
		}
		if at == address {
			return
		}
	}
	p.t.Fatalf("the tab is at %q and not at %q", at, address)
}

// Another opens a further tab of the same person, with the same cookies.
func (p *Page) Another(address string) *Page {
	p.t.Helper()
	own := chromedp.FromContext(p.ctx).BrowserContextID
	return p.browser.open(p.t, address, chromedp.WithExistingBrowserContext(own))
}

// quote writes a Go string as a JavaScript one.
func quote(s string) string {
	data, _ := json.Marshal(s) // strings always have a JSON form
	return string(data)
}

// See waits until the text is on the page, as seen.
func (p *Page) See(text string) {
	p.t.Helper()
	p.Wait(fmt.Sprintf("document.body.innerText.includes(%s)", quote(text)))
}

// Never fails if the text is on the page or in its markup now.
func (p *Page) Never(text string) {
	p.t.Helper()
	if Eval[bool](p, fmt.Sprintf("document.documentElement.outerHTML.includes(%s)", quote(text))) {
		p.must(fmt.Errorf("the page holds %q", text))
	}
}

// Click clicks what a CSS selector names, once it is visible.
func (p *Page) Click(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.must(fmt.Errorf("click %s: %w", selector, err))
	}
}

// Press clicks the visible button or link whose name is the text.
func (p *Page) Press(name string) {
	p.t.Helper()
	const find = `[...document.querySelectorAll('button, a, summary, [role=button], label')].find(b =>
		(b.getAttribute('aria-label') || b.innerText || '').trim() === %s && b.checkVisibility() && !b.disabled)`
	at := fmt.Sprintf(find, quote(name))
	p.Wait("!!(" + at + ")")
	Eval[any](p, "void ("+at+").click()")
}

// Type puts the focus on what a selector names and types, key by key.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS(selector), text)); err != nil {
		p.must(fmt.Errorf("type into %s: %w", selector, err))
	}
}

// Keys sends keys to whatever has the focus.
func (p *Page) Keys(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.KeyEvent(keys, options...)))
}

// Context is for what this package has no word for.
func (p *Page) Context() context.Context { return p.ctx }

// BeforeLoad has a script run in every document that the tab loads from now on, before
// the page's own.
func (p *Page) BeforeLoad(script string) {
	p.t.Helper()
	tell(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// Slower makes the page's processor so many times slower; 1 is as it is.
func (p *Page) Slower(times float64) {
	p.t.Helper()
	tell(p, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times})
}

// SignedIn gives the tab the cookie of a session.
func (p *Page) SignedIn(token string) {
	p.t.Helper()
	tell(p, network.SetCookie, network.SetCookieParams{Name: "kith", Value: token, URL: p.origin})
}

// tell has the browser do something that has no short way of its own.
func tell[Params, Result any](p *Page, command cdp.Command[Params, Result], with Params) {
	p.t.Helper()
	p.must(chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, with)
		return err
	})))
}
