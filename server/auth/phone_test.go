package auth_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kith-chat/kith/server/auth"
)

// phone is somebody's phone with the app that makes codes, and what they wrote down.
type phone struct {
	secret   string
	recovery []string
}

func (p phone) code(t *testing.T, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(p.secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// setUp sets up a second step for a session that lacks one.
func (h *house) setUp(t *testing.T, s auth.Session) phone {
	t.Helper()
	begun, err := h.gate.BeginSecond(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	p := phone{secret: begun.Secret}
	if p.recovery, err = h.gate.ConfirmSecond(t.Context(), s, p.code(t, h.Now())); err != nil {
		t.Fatal(err)
	}
	return p
}

// makeStaff lets the session's person look after others, and sets up their phone.
func (h *house) makeStaff(t *testing.T, e auth.Entry) phone {
	t.Helper()
	h.staff[e.Session.Person] = true
	return h.setUp(t, e.Session)
}

// lacks checks what a token's session lacks.
func (h *house) lacks(t *testing.T, e auth.Entry, want auth.Second) {
	t.Helper()
	s, err := h.gate.Authenticate(t.Context(), e.Token)
	code := ""
	if want != auth.SecondNone {
		code = auth.CodeSecondStep
	}
	wantCode(t, err, code)
	if s.Second != want {
		t.Fatalf("the session lacks %q, want %q", s.Second, want)
	}
}
