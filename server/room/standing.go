package room

// refuseStanding is where what holds in the room just now stops an act that the
// actor's role would allow: a mute, a pause, slow mode, a hold. Taking back, the
// private line, reports and appeals always pass.
func refuseStanding(s *State, c Command, by Member) error {
	switch c.Do.(type) {
	case PostMessage, EditMessage, React:
	default:
		return nil
	}
	if until := s.MutedUntil(c.Actor, c.At); until != 0 {
		return &Refusal{Code: "muted", Until: until}
	}
	if by.Role != Participant {
		return nil
	}
	if until := s.policy.Paused(c.At); until != 0 {
		return &Refusal{Code: "paused", Until: until}
	}
	if err := s.refuseUnattended(c); err != nil {
		return err
	}
	switch c.Do.(type) {
	case PostMessage:
		if next := by.LastPost + s.policy.paceOf(by, c.At); by.LastPost != 0 && c.At < next {
			return &Refusal{Code: "slow_mode", Until: next}
		}
	case EditMessage:
		if s.holds(by, c.At) { // else an edit would be a way round the hold
			return ErrHeldEdit
		}
	}
	return nil
}
