package wire

// CloseCode is the WebSocket close code with which the server ends a connection.
// Its range says what the client does next, so that nobody matches strings.
type CloseCode uint16

// Come back and resume.
const (
	CloseRestarting CloseCode = 4000
	CloseSlow       CloseCode = 4001
	CloseSilent     CloseCode = 4002
)

// Come back and reload.
const (
	CloseProtocolEnded   CloseCode = 4100
	CloseHistoryReplaced CloseCode = 4101
)

// Stay away until the person acts.
const (
	CloseSignedOut     CloseCode = 4200
	CloseLocked        CloseCode = 4201
	CloseTooMany       CloseCode = 4202
	CloseProtocolBreak CloseCode = 4203
)

// Advice is what a close code tells the client to do.
type Advice uint8

// The three kinds of advice, and none for codes that are not ours.
const (
	NoAdvice Advice = iota
	Resume
	Reload
	StayAway
)

// Advice reads the range.
func (c CloseCode) Advice() Advice {
	switch {
	case c >= 4000 && c < 4100:
		return Resume
	case c >= 4100 && c < 4200:
		return Reload
	case c >= 4200 && c < 4300:
		return StayAway
	}
	return NoAdvice
}
