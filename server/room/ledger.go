package room

import (
	"cmp"
	"iter"
	"slices"
)

// ledger is the room's messages in order, without their texts. Like table it has
// a constant-time copy.
type ledger struct {
	base    *ledger
	list    []Message
	changed map[Seq]Message // of the base's messages, as changed in this fork
}

func (l *ledger) fork() ledger { return ledger{base: l} }

func (l *ledger) index(seq Seq) (int, bool) {
	return slices.BinarySearchFunc(l.list, seq, func(m Message, s Seq) int { return cmp.Compare(m.Seq, s) })
}

func (l *ledger) find(seq Seq) (Message, bool) {
	for ; l != nil; l = l.base {
		if m, ok := l.changed[seq]; ok {
			return m, true
		}
		if i, ok := l.index(seq); ok {
			return l.list[i], true
		}
	}
	return Message{}, false
}

// add appends a message newer than all others.
func (l *ledger) add(m Message) { l.list = append(l.list, m) }

// update replaces a message that find returned.
func (l *ledger) update(m Message) {
	if i, ok := l.index(m.Seq); ok {
		l.list[i] = m
		return
	}
	if l.changed == nil {
		l.changed = make(map[Seq]Message)
	}
	l.changed[m.Seq] = m
}

// before walks the messages older than seq, newest first; 0 means from the end.
// Not for forks.
func (l *ledger) before(seq Seq) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		i := len(l.list)
		if seq != 0 {
			i, _ = l.index(seq)
		}
		for i--; i >= 0; i-- {
			if !yield(l.list[i]) {
				return
			}
		}
	}
}

// from walks the messages newer than seq, oldest first. Not for forks.
func (l *ledger) from(seq Seq) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		i, found := l.index(seq)
		if found {
			i++
		}
		for ; i < len(l.list); i++ {
			if !yield(l.list[i]) {
				return
			}
		}
	}
}

// every walks all messages, oldest first, those a fork reads through to included.
func (l *ledger) every() iter.Seq[Message] {
	return func(yield func(Message) bool) { l.walk(l, yield) }
}

// walk yields what the levels from l down hold, as it stands in top.
func (l *ledger) walk(top *ledger, yield func(Message) bool) bool {
	if l == nil {
		return true
	}
	if !l.base.walk(top, yield) {
		return false
	}
	for _, m := range l.list {
		now, _ := top.find(m.Seq)
		if !yield(now) {
			return false
		}
	}
	return true
}
