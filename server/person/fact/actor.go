package fact

// Actor is who did it: a person's id, or Machine, or System.
type Actor string

// Actors that are no person.
const (
	// Machine is whoever sat at the server's own command line.
	Machine Actor = "machine"
	// System is Kith itself: something expired, or a started act was finished.
	System Actor = "system"
)

// Valid says whether a is one of the above or has the form of a person's id.
func (a Actor) Valid() bool {
	return a == Machine || a == System || WellFormedID("p_", string(a))
}
