package main

import "slices"

// orderOf is one order of everything that the members of a room saw: that of who saw
// most, with what others saw besides put in behind what they saw before it.
func orderOf(seen [][]uint32) []uint32 {
	if len(seen) == 0 {
		return nil
	}
	byLength := slices.Clone(seen)
	slices.SortStableFunc(byLength, func(a, b []uint32) int { return len(b) - len(a) })
	order := slices.Clone(byLength[0])
	known := rankOf(order)
	for _, one := range byLength[1:] {
		at := 0 // behind the last of theirs that is in the order
		for _, n := range one {
			if r, ok := known[n]; ok {
				at = r + 1
				continue
			}
			order = slices.Insert(order, at, n)
			known = rankOf(order) // rare: only where somebody missed something
			at++
		}
	}
	return order
}

func rankOf(order []uint32) map[uint32]int {
	ranks := make(map[uint32]int, len(order))
	for i, n := range order {
		if _, again := ranks[n]; !again {
			ranks[n] = i
		}
	}
	return ranks
}

// outOfOrder counts what came after something that stands behind it in the order.
// What came twice counts the first time only.
func outOfOrder(one []uint32, ranks map[uint32]int) int {
	bad, newest := 0, -1
	had := make(map[uint32]bool, len(one))
	for _, n := range one {
		if had[n] {
			continue
		}
		had[n] = true
		if r := ranks[n]; r < newest {
			bad++
		} else {
			newest = r
		}
	}
	return bad
}
