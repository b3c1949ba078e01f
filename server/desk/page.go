package desk

import (
	"cmp"
	"errors"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// When a call also goes out by the programme's pager, in ms.
const (
	// PageAfter is how long a call waits for somebody to say that they have read it. That
	// somebody has taken it is not that.
	PageAfter = 2 * 60 * 1000
	// TryLasts is after how long a try that nobody has told the end of counts as failed:
	// whoever made it has died.
	TryLasts = 30 * 1000
	// Between two tries that failed lies firstAgain, then twice that, up to longestAgain.
	firstAgain   = 5 * 1000
	longestAgain = 5 * 60 * 1000
)

// ErrNotDue: it was sent, somebody sends it just now, or its time has not come.
var ErrNotDue = errors.New("desk: not to be sent now")

// Page is what became of sending a call by the pager.
type Page struct {
	Tries  int
	Begun  int64  // when the last try began
	Flying bool   // nobody has told its end
	Ended  int64  // when a try was last told to have failed
	Code   string // why
	Sent   int64  // when it was delivered; 0: not yet
}

// dueAt is when the next try is due; 0: none will be.
func (i Item) dueAt() int64 {
	p := i.Page
	switch {
	case i.Kind != "call" || p.Sent != 0:
		return 0
	case p.Tries == 0:
		return i.Since + PageAfter
	case p.Flying:
		return p.Begun + TryLasts
	}
	return p.Ended + min(longestAgain, int64(firstAgain)<<min(p.Tries-1, 10))
}

// DuePages is the calls that have to be sent now, what has waited longest first.
func (s *State) DuePages(now int64) (due []Item) {
	for _, i := range s.items {
		if at := i.dueAt(); at != 0 && at <= now {
			due = append(due, i)
		}
	}
	slices.SortFunc(due, func(a, b Item) int { return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID)) })
	return due
}

// PageOf is what became of sending the call of a room's number; none where it does not
// wait.
func (s *State) PageOf(in person.RoomID, ref uint64) Page {
	for _, i := range s.items {
		if i.Kind == "call" && i.Room == in && i.Ref == ref {
			return i.Page
		}
	}
	return Page{}
}

// BeginPage says that somebody sends a call from now on: one of all who want to, since the
// desk's log takes one. Errors: ErrNoItem, ErrNotDue.
func (s *State) BeginPage(id ItemID, now int64) ([]fact.Fact, error) {
	i, ok := s.items[id]
	if !ok {
		return nil, ErrNoItem
	}
	if at := i.dueAt(); at == 0 || at > now {
		return nil, ErrNotDue
	}
	return []fact.Fact{Paged{Item: id, Try: i.Page.Tries + 1}}, nil
}

// EndPage tells how a try has ended. Of a call that is over, or of which a later try has
// begun, nothing is noted; that it was delivered is, whichever try it was.
func (s *State) EndPage(id ItemID, try int, code string) []fact.Fact {
	i, ok := s.items[id]
	if !ok || i.Page.Sent != 0 || code != "" && try != i.Page.Tries {
		return nil
	}
	return []fact.Fact{PageEnded{Item: id, Try: try, Code: code}}
}

// Paged: the call is being sent by the pager.
type Paged struct {
	Item ItemID `json:"item"`
	Try  int    `json:"try"`
}

// PageEnded: that try was delivered, or, with a code, failed.
type PageEnded struct {
	Item ItemID `json:"item"`
	Try  int    `json:"try"`
	Code string `json:"code,omitempty"`
}

func (Paged) Kind() string     { return "paged" }
func (PageEnded) Kind() string { return "page_ended" }

func (Paged) Version() int     { return 1 }
func (PageEnded) Version() int { return 1 }

// Check says whether every field is well formed.
func (f Paged) Check() error { return demand(f.Item.Valid() && f.Try > 0) }

// Check says whether every field is well formed.
func (f PageEnded) Check() error {
	return demand(f.Item.Valid() && f.Try > 0 && (f.Code == "" || pageCode(f.Code)))
}

// pageCode: 1 to 20 of a-z, 0-9 and _.
func pageCode(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 20
}

func (s *State) applyPage(h fact.Header, f fact.Fact) {
	switch f := f.(type) {
	case Paged:
		if i, ok := s.items[f.Item]; ok {
			i.Page = Page{Tries: f.Try, Begun: h.At, Flying: true, Code: i.Page.Code, Sent: i.Page.Sent}
			s.items[f.Item] = i
		}
	case PageEnded:
		i, ok := s.items[f.Item]
		if !ok {
			return
		}
		if f.Code == "" {
			i.Page.Sent = h.At
		} else {
			i.Page.Ended = h.At
		}
		i.Page.Flying, i.Page.Code = false, f.Code
		s.items[f.Item] = i
	}
}
