package auth

import (
	"errors"
	"time"
)

// Codes of Error: those of the HTTP interface (server/web).
const (
	CodeLinkUnknown      = "link_unknown"
	CodeLinkUsed         = "link_used"
	CodeLinkExpired      = "link_expired"
	CodeLinkEarly        = "link_early"
	CodeNameTaken        = "name_taken"
	CodeNameBad          = "name_bad"
	CodeAliasTaken       = "alias_taken"
	CodeAliasStaff       = "alias_staff"
	CodeAliasBad         = "alias_bad"
	CodePassphraseShort  = "passphrase_short"
	CodePassphraseLong   = "passphrase_long"
	CodePassphraseCommon = "passphrase_common"
	CodeAcceptNeeded     = "accept_needed"
	CodeMemberAlready    = "member_already"
	CodeSignInWrong      = "sign_in_wrong"
	CodeSlowDown         = "slow_down"
	CodeSignedOut        = "signed_out"
	CodeLocked           = "locked"
	CodeSecondStep       = "second_step"
	CodeSecondWrong      = "second_wrong"
	CodeSecondSet        = "second_set"
	CodeSecondNone       = "second_none"
	CodeNoSuchMember     = "no_such_member"
	CodeBadValue         = "bad_value"
)

var texts = map[string]string{
	CodeLinkUnknown:      "This link is not known here. Check that all of it was copied, or ask your team for a new one.",
	CodeLinkUsed:         "This link has been used. If it was you, sign in with your name and passphrase. If not, tell your team.",
	CodeLinkExpired:      "This link is too old. Ask your team for a new one.",
	CodeLinkEarly:        "This link is not good yet. Try it again on the day you start.",
	CodeNameTaken:        "This sign-in name is taken. Choose another one.",
	CodeNameBad:          "Use 3 to 40 letters, digits, dots, dashes or underscores for the sign-in name.",
	CodeAliasTaken:       "Someone in this group has this name. Choose another one.",
	CodeAliasStaff:       "This name looks like one of the team's. Choose another one.",
	CodeAliasBad:         "Use 2 to 24 letters, digits and spaces for the name.",
	CodePassphraseShort:  "Use at least 8 characters for the passphrase.",
	CodePassphraseLong:   "Use at most 256 characters for the passphrase.",
	CodePassphraseCommon: "This passphrase is easy to guess. Try a few words that do not belong together.",
	CodeAcceptNeeded:     "Tick both boxes to go on.",
	CodeMemberAlready:    "You are in this group already. Keep the link for whom it is meant.",
	CodeSignInWrong:      "The name or the passphrase is not right. Try again.",
	CodeSlowDown:         "That was too often. Wait a moment and try again.",
	CodeSignedOut:        "You are signed out. Sign in again.",
	CodeLocked:           "This is locked. Give your passphrase to go on.",
	CodeSecondStep:       "One more step is needed before you go on.",
	CodeSecondWrong:      "This code is not right, or was used before. Wait for the next one and try again.",
	CodeSecondSet:        "A second step is set up already. Use a code of it.",
	CodeSecondNone:       "There is no second step. Set it up first.",
	CodeNoSuchMember:     "There is no such member.",
	CodeBadValue:         "This value is not allowed. Choose another one.",
}

// Error is a refusal that a person may see. It holds nothing that people wrote.
type Error struct {
	// Code is one of the constants, or what a Join answered.
	Code string
	// Field is the one to blame, or "".
	Field string
	// Wait is how long to wait before the next try; only for CodeSlowDown.
	Wait time.Duration

	cause error
}

// Error is the code; the cause is not in it.
func (e *Error) Error() string { return "auth: refused: " + e.Code }

// Text says what to do, in English, and is safe to show.
func (e *Error) Text() string {
	if text, ok := texts[e.Code]; ok {
		return text
	}
	return "This was not possible. Try again, or ask your team."
}

// Unwrap is the cause, for the log alone.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is compare refusals by code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Refuse is a refusal with a code and, where one is to blame, a field. A Join
// answers with it where a room has said no.
func Refuse(code, field string, cause error) *Error {
	return &Error{Code: code, Field: field, cause: cause}
}

func refuse(code string) *Error { return &Error{Code: code} }

func slowDown(wait time.Duration) *Error { return &Error{Code: CodeSlowDown, Wait: wait} }

// CodeOf is the code of the refusal in err's chain, or "".
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
