package room

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/kith-chat/kith/server/alias"
	"github.com/kith-chat/kith/server/person"
)

// mark is what an alias is known by, in eight bytes: a busy server holds many of them.
type mark uint64

func markOf(text string) mark {
	sum := sha256.Sum256([]byte(text))
	return mark(binary.BigEndian.Uint64(sum[:8]))
}

// holders is who holds a mark, each as Member.Index + 1: one as a rule. Older logs have
// aliases that would be refused today, so there may be more.
type holders struct {
	one  int32
	more *[]int32
}

func (h holders) list() []int32 {
	switch {
	case h.more != nil:
		return *h.more
	case h.one != 0:
		return []int32{h.one}
	}
	return nil
}

func holdersOf(list []int32) holders {
	if len(list) == 1 {
		return holders{one: list[0]}
	}
	return holders{more: &list}
}

// aliasTaken: somebody who is, or ever was, a member looks the same by name. Who leaves
// keeps the name, so that nobody can come as them.
func (s *State) aliasTaken(shown string, by person.ID) bool {
	own := int32(0)
	if m, ok := s.members.get(by); ok {
		own = int32(m.Index) + 1
	}
	for _, text := range alias.Of(shown).Meets {
		h, _ := s.aliases.get(markOf(text))
		if slices.ContainsFunc(h.list(), func(i int32) bool { return i != own }) {
			return true
		}
	}
	return false
}

// claim and disclaim keep who holds what an alias is known by.
func (s *State) claim(shown string, index int) {
	by := int32(index) + 1
	for _, text := range alias.Of(shown).Claims {
		h, _ := s.aliases.get(markOf(text))
		if list := h.list(); !slices.Contains(list, by) {
			s.aliases.put(markOf(text), holdersOf(append(slices.Clone(list), by)))
		}
	}
}

func (s *State) disclaim(shown string, index int) {
	by := int32(index) + 1
	for _, text := range alias.Of(shown).Claims {
		h, _ := s.aliases.get(markOf(text))
		left := slices.DeleteFunc(slices.Clone(h.list()), func(i int32) bool { return i == by })
		if len(left) == 0 {
			s.aliases.remove(markOf(text))
		} else {
			s.aliases.put(markOf(text), holdersOf(left))
		}
	}
}
