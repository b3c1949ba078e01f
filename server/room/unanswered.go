package room

// maxUnanswered is where counting stops.
const maxUnanswered = 20

// Unanswered is the newest messages of one participant that nobody has said or reacted
// anything to, up to 20, and since when the first of them stands there. A first post that
// nobody answers is what drives people out of a group. Not for forks.
func (s *State) Unanswered() (n int, since Time) {
	author := -1
	for m := range s.messages.before(0) {
		if m.RemovedAt != 0 {
			continue
		}
		if author == -1 {
			author = m.Author
		}
		if m.Author != author || s.memberAt(author).Role != Participant || s.lapsed(m.At) || n == maxUnanswered || s.reactedByOther(m) {
			break
		}
		n, since = n+1, m.At
	}
	return n, since
}

func (s *State) reactedByOther(m Message) bool {
	list, _ := s.reactions.get(m.Seq)
	for _, r := range list {
		if r.Member != m.Author {
			return true
		}
	}
	return false
}
