package hub

import (
	"context"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
)

// Bounds of the tail that an active room keeps in memory, so that a storm of
// returning clients does not touch the store.
const (
	tailEntries = 512
	tailBytes   = 1 << 20
)

// passed is an entry in its place, with the chain's digest there.
type passed struct {
	entry room.Entry
	pos   eventlog.Position
}

// tail is the newest entries of a room, without gaps, up to its head.
type tail struct {
	list  []passed
	bytes int
}

func (t *tail) reset() { *t = tail{} }

func (t *tail) add(p passed) {
	t.list = append(t.list, p)
	t.bytes += len(p.entry.Text())
	for len(t.list) > tailEntries || t.bytes > tailBytes && len(t.list) > 1 {
		t.bytes -= len(t.list[0].entry.Text())
		t.list[0] = passed{} // let go of the text at once
		t.list = t.list[1:]
	}
}

// at finds an entry that is still held.
func (t *tail) at(seq room.Seq) (passed, bool) {
	if len(t.list) == 0 || seq < t.list[0].entry.Seq {
		return passed{}, false
	}
	i := int(seq - t.list[0].entry.Seq)
	if i >= len(t.list) {
		return passed{}, false
	}
	return t.list[i], true
}

// since is the entries after seq, if the tail reaches back that far.
func (t *tail) since(seq room.Seq) ([]passed, bool) {
	if len(t.list) == 0 || seq+1 < t.list[0].entry.Seq {
		return nil, false
	}
	i := int(seq + 1 - t.list[0].entry.Seq)
	if i > len(t.list) {
		return nil, false
	}
	return t.list[i:], true
}

// forget drops the text of entries whose bodies were erased.
func (t *tail) forget(erased []room.Seq) {
	for _, seq := range erased {
		if p, ok := t.at(seq); ok {
			blank, err := room.WithoutText(p.entry)
			if err == nil {
				t.list[seq-t.list[0].entry.Seq].entry = blank
			}
		}
	}
}

// fillTail reads the newest entries of a room that was thawed close to its head.
func (l *live) fillTail(ctx context.Context) error {
	have := room.Seq(len(l.tail.list))
	if have >= tailEntries/2 || room.Seq(l.head.Seq) <= have {
		return nil
	}
	to := room.Seq(l.head.Seq) - have
	from := room.Seq(1)
	if to > tailEntries/2 {
		from = to - tailEntries/2
	}
	records, err := l.read(ctx, from, to)
	if err != nil {
		return err
	}
	var earlier tail
	for _, r := range records {
		entry, err := room.Decode(room.Seq(r.Seq), r.Meta, r.Body)
		if err != nil {
			return err
		}
		earlier.add(passed{entry, eventlog.Position{Seq: r.Seq, Digest: r.Digest}})
	}
	for _, p := range l.tail.list {
		earlier.add(p)
	}
	l.tail = earlier
	return nil
}
