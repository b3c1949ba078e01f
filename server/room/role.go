package room

import "fmt"

// Role is what a person is in one room.
type Role uint8

// The roles. System is the programme itself: commands without an actor.
const (
	NoRole Role = iota
	Participant
	Moderator
	Lead
	System
	// Visitor looks into a room for a short time and does nothing there.
	Visitor
)

var roleNames = [...]string{NoRole: "none", Participant: "participant", Moderator: "moderator", Lead: "lead", System: "system", Visitor: "visitor"}

func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("role(%d)", uint8(r))
}

// Staff says whether the role sees the room as those do who supervise it. What it
// may do there is the permission table's to say.
func (r Role) Staff() bool { return r == Moderator || r == Lead || r == Visitor }

// ParseRole reads a member's role: participant, moderator or lead.
func ParseRole(s string) (Role, bool) {
	for _, r := range []Role{Participant, Moderator, Lead} {
		if s == r.String() {
			return r, true
		}
	}
	return NoRole, false
}

// MarshalText and UnmarshalText give roles their names in records.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText refuses anything but a member's role.
func (r *Role) UnmarshalText(b []byte) error {
	got, ok := ParseRole(string(b))
	if string(b) == Visitor.String() { // on the wire; no record gives it
		got, ok = Visitor, true
	}
	if !ok {
		return fmt.Errorf("room: no role has this name")
	}
	*r = got
	return nil
}
