package redisstore

import (
	"reflect"
	"testing"

	"github.com/kith-chat/kith/server/eventlog"
)

// FuzzDecodeNews: whatever stands on the channel is news or refused, never a panic,
// and what was read can be written again.
func FuzzDecodeNews(f *testing.F) {
	r := eventlog.Record{Seq: 7, Meta: []byte("m"), Body: []byte("b"), HasBody: true}
	head := eventlog.Position{Seq: 7, Digest: eventlog.Digest{1}}
	n := eventlog.News{Change: eventlog.Change{Stream: "room/a", Head: head}}
	f.Add(encodeNews(n))
	n.Records = []eventlog.Record{{Seq: 6, Meta: []byte{}, HasBody: true}, r}
	f.Add(encodeNews(n))
	f.Add(encodeNews(eventlog.News{Change: eventlog.Change{Stream: "room/a", Head: head, Dropped: true}}))
	f.Add([]byte{1, 2, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, message []byte) {
		n, err := decodeNews(message)
		if err != nil {
			return
		}
		again, err := decodeNews(encodeNews(n))
		if err != nil || !reflect.DeepEqual(again.Change, n.Change) {
			t.Errorf("read %+v, and again %+v, %v", n, again, err)
		}
	})
}

// FuzzHead: what stands for a head in Redis is one or is refused.
func FuzzHead(f *testing.F) {
	f.Add(encodeHead(eventlog.Position{Seq: 1 << 60, Digest: eventlog.Digest{31: 9}}))
	f.Add("d")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		p, dropped, err := decodeHead(text)
		if err == nil && !dropped && text != "" {
			if again, _, err := decodeHead(encodeHead(p)); err != nil || again != p {
				t.Errorf("%q reads as %v and again as %v, %v", text, p, again, err)
			}
		}
	})
}

// FuzzCursor: a cursor is one of ours or ErrCursor.
func FuzzCursor(f *testing.F) {
	f.Add("12.abcdef")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(eventlog.Cursor(text))
		if err == nil && text != "" {
			if again, err := parseCursor(c.String()); err != nil || again != c {
				t.Errorf("%q reads as %v and again as %v, %v", text, c, again, err)
			}
		}
	})
}

// FuzzValue: so with values.
func FuzzValue(f *testing.F) {
	f.Add("3:0:data")
	f.Add("::")
	f.Fuzz(func(t *testing.T, text string) { _, _ = decodeValue("k", text) })
}

// FuzzURL: an address is understood or refused in words that do not repeat it.
func FuzzURL(f *testing.F) {
	for _, u := range []string{"redis://h", "rediss://u:p@h:1/2", "redis+sentinel://a:1,b/name?db=3", "redis://[::1]:6379", "x://"} {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, u string) {
		o, err := Options{URL: u}.universal()
		if err == nil && len(o.Addrs) == 0 {
			t.Errorf("%q: no address", u)
		}
	})
}
