// Package pager sends a call for help that nobody has read to the programme's own pager, by
// a signed webhook with one fixed neutral text.
//
// A request is a POST of Text, as text/plain, with these headers:
//
//	Kith-Id         names the call: the same for every try of it, and says nothing else
//	Kith-Time       when it was sent, in seconds since 1970
//	Kith-Signature  v1= and the hex HMAC-SHA256, under the shared secret, of
//	                Kith-Time "." Kith-Id "." body
//
// Any answer of 200 to 299 counts as delivered; anything else is tried again, after 5 s at
// first and 5 minutes at last, until it is delivered or somebody has read the call. The
// desk's log lets one server at a time send, and knows what was delivered: so a call goes
// out once. A server that dies after it has sent and before it could write that down leaves
// the only case in which the same call comes twice, under the same Kith-Id: a receiver
// takes an id once.
package pager

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kith-chat/kith/server/desk"
	"github.com/kith-chat/kith/server/deskbook"
)

// Text is all that is ever sent.
const Text = "Somebody is asking for a person. Please open your console."

const (
	// MinSecret is the least length of the shared secret, in bytes.
	MinSecret = 32
	// lookEvery is how often it is looked whether something is due.
	lookEvery = time.Second
	// patience bounds one try. It is less than desk.TryLasts, after which another node
	// takes over.
	patience = 10 * time.Second
	// atOnce is how many are sent side by side at most.
	atOnce = 4
)

// Config is what a pager needs.
type Config struct {
	URL    string
	Secret string
	Book   *deskbook.Book
	Clock  func() time.Time
	Logger *slog.Logger
}

// Pager sends what is due until Run's context ends.
type Pager struct {
	Config
	client *http.Client
}

// Check refuses an address or a secret that cannot be used, in words.
func Check(address, secret string) error {
	if address == "" && secret == "" {
		return nil
	}
	if address == "" {
		return errors.New("there is a secret for -call-webhook and no address: give -call-webhook the address of your pager")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("-call-webhook is not an address: write it as https://pager.example.org/kith")
	case u.User != nil:
		return errors.New("-call-webhook has a password in it, which lists of processes show: leave it out; requests are signed with the secret")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("-call-webhook must begin with https://, or somebody on the way could hold calls back unseen")
	case len(secret) < MinSecret:
		return errors.New("-call-webhook needs a secret of 32 characters or more, which your pager knows too: put it into KITH_CALL_SECRET, or into a file and give -call-secret-file")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// New makes a pager; Run does the work.
func New(c Config) *Pager {
	return &Pager{Config: c, client: &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
	}}
}

// Run sends what is due, until ctx ends.
func (p *Pager) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := p.SendDue(ctx); err != nil && ctx.Err() == nil {
			p.Logger.Error("calls for help could not be sent by the pager; it is tried again", "reason", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// SendDue sends every call that is due, once, and returns when each try has ended.
func (p *Pager) SendDue(ctx context.Context) error {
	due, err := p.Book.DuePages(ctx)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	failed := make(chan error, len(due))
	for _, item := range due {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			failed <- p.send(ctx, item.ID)
		})
	}
	work.Wait()
	close(failed)
	for one := range failed {
		err = errors.Join(err, one)
	}
	return err
}

func (p *Pager) send(ctx context.Context, id desk.ItemID) error {
	try, err := p.Book.BeginPage(ctx, id)
	if errors.Is(err, desk.ErrNotDue) || errors.Is(err, desk.ErrNoItem) {
		return nil // another node is faster, or somebody has read it
	}
	if err != nil {
		return err
	}
	code := p.post(ctx, id)
	if code != "" {
		p.Logger.Error("a call for help could not be sent by the pager; it is tried again", "try", try, "code", code)
	}
	return p.Book.EndPage(context.WithoutCancel(ctx), id, try, code)
}

// post is one request: "" where it was delivered, else a short reason.
func (p *Pager) post(ctx context.Context, item desk.ItemID) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, strings.NewReader(Text))
	if err != nil {
		return "bad_address"
	}
	id, at := p.nameOf(item), strconv.FormatInt(p.Clock().Unix(), 10)
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	r.Header.Set("Kith-Id", id)
	r.Header.Set("Kith-Time", at)
	r.Header.Set("Kith-Signature", sign(p.Secret, at, id, Text))
	answer, err := p.client.Do(r)
	if err != nil {
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return "timeout"
		}
		return "unreachable"
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 1<<10)
	_ = answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return "status_" + strconv.Itoa(answer.StatusCode)
	}
	return ""
}

// nameOf is what the receiver knows a call by. It cannot be told from it which room the
// call came from.
func (p *Pager) nameOf(item desk.ItemID) string {
	mac := hmac.New(sha256.New, []byte(p.Secret))
	mac.Write([]byte("kith call\x00" + item))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func sign(secret, at, id, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "." + id + "." + body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Verify says whether a request was signed under the secret: what a receiver does, and
// what the tests do.
func Verify(secret string, h http.Header, body string) bool {
	want := sign(secret, h.Get("Kith-Time"), h.Get("Kith-Id"), body)
	return subtle.ConstantTimeCompare([]byte(want), []byte(h.Get("Kith-Signature"))) == 1
}
