package room

// Refusal is why a command was not allowed: a code that clients have words for.
// It never carries text that people wrote.
type Refusal struct {
	Code  string
	Field string // the field to blame, or ""
	Until Time   // when it would be allowed, if time alone would do; 0: not known
}

func (r *Refusal) Error() string { return "room: refused: " + r.Code }

// Is makes errors.Is compare refusals by code.
func (r *Refusal) Is(target error) bool {
	t, ok := target.(*Refusal)
	return ok && t.Code == r.Code
}

// The refusals. Their codes are part of the client protocol.
var (
	ErrNoSuchRoom     = &Refusal{Code: "no_such_room", Field: "room"}
	ErrNotAllowed     = &Refusal{Code: "not_allowed"}
	ErrNoSuchMessage  = &Refusal{Code: "no_such_message", Field: "message"}
	ErrNotYours       = &Refusal{Code: "not_yours", Field: "message"}
	ErrAlreadyRemoved = &Refusal{Code: "already_removed", Field: "message"}
	ErrNoSuchMember   = &Refusal{Code: "no_such_member", Field: "member"}
	ErrAliasTaken     = &Refusal{Code: "alias_taken", Field: "alias"}
	ErrAlreadyMember  = &Refusal{Code: "member_already"}
	ErrTextEmpty      = &Refusal{Code: "text_empty", Field: "text"}
	ErrTextTooLong    = &Refusal{Code: "text_too_long", Field: "text"}
	ErrBadReaction    = &Refusal{Code: "bad_value", Field: "reaction"}
	ErrGone           = &Refusal{Code: "gone", Field: "message"}
	ErrIDReused       = &Refusal{Code: "id_reused", Field: "id"}
	ErrIDTooOld       = &Refusal{Code: "id_too_old", Field: "id"}
	ErrIDAhead        = &Refusal{Code: "id_ahead", Field: "id"}
	ErrNothingDue     = &Refusal{Code: "nothing_due"}
	ErrAlreadyOpen    = &Refusal{Code: "already_open"}

	ErrBadReason       = &Refusal{Code: "bad_value", Field: "reason"}
	ErrBadTime         = &Refusal{Code: "bad_value", Field: "for"}
	ErrMuted           = &Refusal{Code: "muted"}
	ErrNotMuted        = &Refusal{Code: "not_muted"}
	ErrPaused          = &Refusal{Code: "paused"}
	ErrNotPaused       = &Refusal{Code: "not_paused"}
	ErrSlowMode        = &Refusal{Code: "slow_mode"}
	ErrHeldEdit        = &Refusal{Code: "held_edit", Field: "message"}
	ErrTooManyHeld     = &Refusal{Code: "too_many_held"}
	ErrAuthorMuted     = &Refusal{Code: "author_muted"}
	ErrNotHidden       = &Refusal{Code: "not_hidden", Field: "message"}
	ErrAlreadyDecided  = &Refusal{Code: "already_decided"}
	ErrReportOwn       = &Refusal{Code: "report_own", Field: "message"}
	ErrAlreadyReported = &Refusal{Code: "already_reported", Field: "message"}
	ErrNoReport        = &Refusal{Code: "no_report", Field: "message"}
	ErrNoSuchNote      = &Refusal{Code: "no_such_note", Field: "note"}
	ErrAlreadyAppealed = &Refusal{Code: "already_appealed", Field: "note"}
	ErrOwnAct          = &Refusal{Code: "own_act"}
	ErrLegalHold       = &Refusal{Code: "legal_hold"}

	ErrNeedsHours    = &Refusal{Code: "needs_hours"} // nobody would come to what waits
	ErrUnattended    = &Refusal{Code: "nobody_on_duty"}
	ErrInSession     = &Refusal{Code: "in_session"}
	ErrNoCrossTalk   = &Refusal{Code: "no_cross_talk", Field: "reply_to"}
	ErrAlreadyCalled = &Refusal{Code: "already_called"}
	ErrNoCall        = &Refusal{Code: "no_call", Field: "member"}
	ErrCallAnswered  = &Refusal{Code: "call_answered", Field: "member"}
)
