package web

import (
	"net/http"

	"rsc.io/qr"

	"github.com/kith-chat/kith/server/auth"
)

// half is a handler for somebody whose session is live, whether or not it lacks its
// second step. A locked one is refused by the gate.
func (s *Server) half(h visiting) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who, err := s.authenticate(r)
		if err != nil && err != errSecondStep {
			return err
		}
		return h(w, r, who)
	}
}

// beginSecond tells what the app on a phone needs, to be typed and as a picture.
func (s *Server) beginSecond(w http.ResponseWriter, r *http.Request, who *visitor) error {
	var in struct{}
	if err := decode(w, r, &in); err != nil {
		return err
	}
	setup, err := s.gate.BeginSecond(r.Context(), *who.session.Load())
	if err != nil {
		return err
	}
	picture, err := squares(setup.URL)
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"secret": setup.Secret, "url": setup.URL, "picture": picture})
}

// squares is a QR code as rows of "1" for dark and "0" for light, without its margin.
func squares(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	rows := make([]string, code.Size)
	for y := range rows {
		row := make([]byte, code.Size)
		for x := range row {
			row[x] = '0'
			if code.Black(x, y) {
				row[x] = '1'
			}
		}
		rows[y] = string(row)
	}
	return rows, nil
}

// decodeCode reads the body that all the others have.
func decodeCode(w http.ResponseWriter, r *http.Request) (string, error) {
	var in struct {
		Code string `json:"code"`
	}
	err := decode(w, r, &in)
	return in.Code, err
}

func (s *Server) confirmSecond(w http.ResponseWriter, r *http.Request, who *visitor) error {
	code, err := decodeCode(w, r)
	if err != nil {
		return err
	}
	codes, err := s.gate.ConfirmSecond(r.Context(), *who.session.Load(), code)
	return s.answerCodes(w, codes, err)
}

func (s *Server) giveSecond(w http.ResponseWriter, r *http.Request, who *visitor) error {
	code, err := decodeCode(w, r)
	if err != nil {
		return err
	}
	if _, err := s.gate.GiveSecond(r.Context(), *who.session.Load(), code); err != nil {
		return err
	}
	s.Recheck(r.Context(), who.person) // a recovery code ended other sessions
	return done(w)
}

func (s *Server) newRecovery(w http.ResponseWriter, r *http.Request, who *visitor) error {
	code, err := decodeCode(w, r)
	if err != nil {
		return err
	}
	codes, err := s.gate.NewRecoveryCodes(r.Context(), *who.session.Load(), code)
	return s.answerCodes(w, codes, err)
}

func (s *Server) answerCodes(w http.ResponseWriter, codes []string, err error) error {
	if err != nil {
		return err
	}
	return ok(w, map[string]any{"codes": codes})
}

func (s *Server) forgetSecond(w http.ResponseWriter, r *http.Request, who *visitor) error {
	code, err := decodeCode(w, r)
	if err != nil {
		return err
	}
	if err := s.gate.ForgetSecond(r.Context(), *who.session.Load(), code); err != nil {
		return err
	}
	s.Recheck(r.Context(), who.person)
	return done(w)
}

// secondOf is what a session lacks, for /api/me, and how many recovery codes are left
// of one that lacks nothing.
func (s *Server) secondOf(r *http.Request, who *visitor, out *me) (err error) {
	session := who.session.Load()
	out.Second = session.Second
	if !session.Staff || out.Second != auth.SecondNone {
		return nil
	}
	left, err := s.gate.RecoveryLeft(r.Context(), who.person)
	if left >= 0 {
		out.RecoveryLeft = &left
	}
	return err
}
