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
		if i, ok := l.index(seq); ok {
			return l.list[i], true
		}
		if m, ok := l.changed[seq]; ok {
			return m, true
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
