package main

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestOutOfOrder(t *testing.T) {
	for _, c := range []struct {
		name string
		seen [][]uint32
		want int
	}{
		{"the same", [][]uint32{{1, 2, 3}, {1, 2, 3}}, 0},
		{"the numbers need not rise", [][]uint32{{3, 1, 2}, {3, 1, 2}}, 0},
		{"one lost something", [][]uint32{{1, 2, 3}, {1, 3}}, 0},
		{"each lost something else", [][]uint32{{1, 2, 4}, {1, 3, 4}}, 0},
		{"two exchanged", [][]uint32{{1, 2, 3}, {1, 3, 2}}, 1},
		{"one came last", [][]uint32{{1, 2, 3, 4}, {2, 3, 4, 1}}, 1},
		{"twice is no disorder", [][]uint32{{1, 2, 3}, {1, 2, 1, 3}}, 0},
		{"nobody", nil, 0},
	} {
		ranks := rankOf(orderOf(c.seen))
		got := 0
		for _, one := range c.seen {
			got += outOfOrder(one, ranks)
		}
		if got != c.want {
			t.Errorf("%s: %d out of order, want %d", c.name, got, c.want)
		}
	}
}

// Whoever sees some of one sequence sees it in order, and everything that anybody
// saw stands in the order.
func TestSubsequencesAreInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.SliceOfNDistinct(rapid.Uint32(), 1, 40, rapid.ID).Draw(t, "whole")
		seen := [][]uint32{whole} // somebody saw all of it
		for range rapid.IntRange(0, 5).Draw(t, "others") {
			kept := slices.Clone(whole)
			seen = append(seen, slices.DeleteFunc(kept, func(uint32) bool { return rapid.Bool().Draw(t, "lost") }))
		}
		ranks := rankOf(orderOf(seen))
		for _, one := range seen {
			if n := outOfOrder(one, ranks); n != 0 {
				t.Fatalf("%v of %v: %d out of order", one, whole, n)
			}
		}
	})
}
