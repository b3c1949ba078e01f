package room

import "iter"

// table is a map with a constant-time copy: a fork keeps only what it changed and
// reads the rest through to its base.
type table[K comparable, V any] struct {
	base *table[K, V]
	own  map[K]V
	gone map[K]struct{} // deleted here though the base has it
}

func (t *table[K, V]) fork() table[K, V] { return table[K, V]{base: t} }

func (t *table[K, V]) get(k K) (V, bool) {
	for ; t != nil; t = t.base {
		if v, ok := t.own[k]; ok {
			return v, true
		}
		if _, ok := t.gone[k]; ok {
			break
		}
	}
	var none V
	return none, false
}

func (t *table[K, V]) put(k K, v V) {
	if t.own == nil {
		t.own = make(map[K]V)
	}
	t.own[k] = v
	delete(t.gone, k)
}

func (t *table[K, V]) remove(k K) {
	delete(t.own, k)
	if t.base == nil {
		return
	}
	if t.gone == nil {
		t.gone = make(map[K]struct{})
	}
	t.gone[k] = struct{}{}
}

// every walks the table in no order, what a fork reads through to included.
func (t *table[K, V]) every() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for level := t; level != nil; level = level.base {
			for k := range level.own {
				if v, ok := t.get(k); ok && !t.above(level, k) && !yield(k, v) {
					return
				}
			}
		}
	}
}

// above says whether a key of a level is held by one over it too.
func (t *table[K, V]) above(level *table[K, V], k K) bool {
	for upper := t; upper != level; upper = upper.base {
		if _, ok := upper.own[k]; ok {
			return true
		}
	}
	return false
}

// all walks the table in no order. Not for forks: they are only decided on.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range t.own {
			if !yield(k, v) {
				return
			}
		}
	}
}
