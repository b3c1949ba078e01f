package person

import "errors"

// maxCmd bounds the id of an act, in bytes: a UUID in its usual spelling.
const maxCmd = 36

func (Enrolled) Kind() string          { return "enrolled" }
func (RoomJoined) Kind() string        { return "room_joined" }
func (RoomLeft) Kind() string          { return "room_left" }
func (SessionEnded) Kind() string      { return "session_ended" }
func (SessionsEnded) Kind() string     { return "sessions_ended" }
func (PassphraseReset) Kind() string   { return "passphrase_reset" }
func (PassphraseChanged) Kind() string { return "passphrase_changed" }
func (NoticeSeen) Kind() string        { return "notice_seen" }
func (SecondStep) Kind() string        { return "second_step" }
func (VisitTold) Kind() string         { return "visit_told" }

func (Enrolled) Version() int          { return 1 }
func (RoomJoined) Version() int        { return 1 }
func (RoomLeft) Version() int          { return 1 }
func (SessionEnded) Version() int      { return 1 }
func (SessionsEnded) Version() int     { return 1 }
func (PassphraseReset) Version() int   { return 1 }
func (PassphraseChanged) Version() int { return 1 }
func (NoticeSeen) Version() int        { return 1 }
func (SecondStep) Version() int        { return 1 }
func (VisitTold) Version() int         { return 1 }

func (Enrolled) Check() error          { return nil }
func (PassphraseChanged) Check() error { return nil }
func (f RoomJoined) Check() error      { return demand(f.Room.Valid(), errBadRoomID) }
func (f RoomLeft) Check() error        { return demand(f.Room.Valid(), errBadRoomID) }
func (f VisitTold) Check() error       { return demand(f.Room.Valid(), errBadRoomID) }
func (f SecondStep) Check() error      { return demand(f.Did.Valid(), errBadField) }
func (f NoticeSeen) Check() error      { return demand(f.Notice.Valid(), errBadField) }
func (f PassphraseReset) Check() error { return demand(f.By.Valid(), errBadField) }

func (f SessionEnded) Check() error {
	return errors.Join(demand(f.Session.Valid(), errBadSessionID), demand(f.Reason.Valid(), errBadField))
}

func (f SessionsEnded) Check() error {
	return errors.Join(
		demand(f.Except == "" || f.Except.Valid(), errBadSessionID),
		demand(f.Reason.Valid(), errBadField),
		demand(len(f.Cmd) >= 1 && len(f.Cmd) <= maxCmd, errBadField))
}
