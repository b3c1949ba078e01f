package room

import (
	"crypto/sha256"

	"github.com/kith-chat/kith/server/person"
)

// How long a command's id is remembered, by the id's own time, and how far ahead
// of the server's clock it may be.
const (
	RememberIDs = 7 * Day
	IDAhead     = 10 * Minute
	// forgetEvery is how many records pass between two clearings of old ids.
	forgetEvery = 1024
)

// Answer is what a command was told: where its event stands, and when it was.
type Answer struct {
	Seq         Seq
	At          Time
	Fingerprint Fingerprint
	Made        Time // the id's own time, by which it is forgotten
}

// answerKey is author and id in one; half a hash is far beyond accident, and an
// author can only collide with ids of their own making.
type answerKey [16]byte

func keyOf(actor person.ID, id CommandID) answerKey {
	var buf [64]byte
	b := append(append(buf[:0], id[:]...), actor...)
	sum := sha256.Sum256(b)
	return answerKey(sum[:16])
}

func (s *State) answered(actor person.ID, id CommandID) (Answer, bool) {
	return s.answers.get(keyOf(actor, id))
}

func (e Entry) answer() Answer {
	return Answer{Seq: e.Seq, At: e.At, Fingerprint: e.Fingerprint, Made: e.Command.Time()}
}

func (s *State) remember(e Entry) {
	s.answers.put(keyOf(e.Actor, e.Command), e.answer())
	if e.Seq%forgetEvery == 0 {
		s.forget()
	}
}

// forget drops the ids that Decide would refuse as too old. Time never goes back
// in a room, so none of them can become young again.
func (s *State) forget() {
	if s.answers.base != nil {
		return
	}
	for key, a := range s.answers.all() {
		if a.Made < s.at-RememberIDs {
			s.answers.remove(key)
		}
	}
}

func refuseAge(c Command) error {
	switch made := c.ID.Time(); {
	case made < c.At-RememberIDs:
		return ErrIDTooOld
	case made > c.At+IDAhead:
		return ErrIDAhead
	}
	return nil
}
