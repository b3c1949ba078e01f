package room

// House is what a room's rules say of some things that software can help with. The zero
// House is what the field agrees on; see the rules' words for the rest.
type House struct {
	NoCrossTalk bool `json:"no_cross_talk,omitempty"` // nobody answers anybody's message
	Links       bool `json:"links,omitempty"`         // links are fine
	Contact     bool `json:"contact,omitempty"`       // so are numbers and addresses
	Medicine    bool `json:"medicine,omitempty"`      // so are names of medicines
	NotSober    bool `json:"not_sober,omitempty"`     // so is writing while not sober
}

// SetHouse sets all of it.
type SetHouse struct{ House House }

func (SetHouse) act() act { return "set_house" }

func (a SetHouse) decide(*State, Command, Member) (Event, error) {
	return &HouseSet{House: a.House}, nil
}

// HouseSet: that holds from here on.
type HouseSet struct {
	House House `json:"house"`
}

func (*HouseSet) kind() kind { return "house_set" }

func (e *HouseSet) apply(s *State, _ Entry) error {
	s.policy.House = e.House
	return nil
}
