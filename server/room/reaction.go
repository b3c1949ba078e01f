package room

import "slices"

// Reactions are the only ones there are: supportive, and few.
var Reactions = []string{"heart", "hug", "strength", "thanks", "same"}

// Reacted is one member's reaction to a message.
type Reacted struct {
	Reaction uint8 // index into Reactions
	Member   int   // Member.Index
}

// React gives a reaction to a message, or takes it back.
type React struct {
	Message  Seq
	Reaction string
	On       bool
}

func (React) act() act { return "react" }

func (a React) decide(s *State, _ Command, by Member) (Event, error) {
	if !slices.Contains(Reactions, a.Reaction) {
		return nil, ErrBadReaction
	}
	if _, err := s.standingMessage(a.Message, by); err != nil {
		return nil, err
	}
	return &ReactionSet{Message: a.Message, Reaction: a.Reaction, On: a.On}, nil
}

// ReactionSet: a member's reaction to a message is on, or off. Setting what is
// already so is an event like any other: its command was answered.
type ReactionSet struct {
	Message  Seq    `json:"message"`
	Reaction string `json:"reaction"`
	On       bool   `json:"on"`
}

func (*ReactionSet) kind() kind { return "reaction_set" }

func (e *ReactionSet) apply(s *State, in Entry) error {
	which := slices.Index(Reactions, e.Reaction)
	if which < 0 {
		return errUnknownReaction
	}
	by, err := s.author(in.Actor)
	if err != nil {
		return err
	}
	one := Reacted{Reaction: uint8(which), Member: by.Index}
	given, _ := s.reactions.get(e.Message)
	given = slices.DeleteFunc(slices.Clone(given), func(r Reacted) bool { return r == one })
	if e.On {
		given = append(given, one)
	}
	if len(given) == 0 {
		s.reactions.remove(e.Message)
		return nil
	}
	s.reactions.put(e.Message, given)
	return nil
}
