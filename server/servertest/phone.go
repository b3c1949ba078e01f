package servertest

import (
	"net/http"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// Phone is somebody's phone with the app that makes codes for the second step, and the
// recovery codes they wrote down.
type Phone struct {
	Secret   string
	Recovery []string
}

// Code is what the app shows at a time.
func (p *Phone) Code(t testing.TB, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(p.Secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// SetUpPhone sets up the second step of a session that lacks one, at the server's time.
func (s *Server) SetUpPhone(t testing.TB, cookie string, now time.Time) *Phone {
	t.Helper()
	status, begun, _ := s.Post(t, "/api/second/begin", cookie, map[string]any{})
	if status != http.StatusOK {
		t.Fatalf("a second step was not begun: %d %v", status, begun)
	}
	p := &Phone{Secret: begun["secret"].(string)}
	status, answer, _ := s.Post(t, "/api/second/confirm", cookie, map[string]any{"code": p.Code(t, now)})
	if status != http.StatusOK {
		t.Fatalf("a second step was not set up: %d %v", status, answer)
	}
	for _, code := range answer["codes"].([]any) {
		p.Recovery = append(p.Recovery, code.(string))
	}
	return p
}

// Lacks is what a session still has to give: "set_up", "give", or "" for nothing.
func (s *Server) Lacks(t testing.TB, cookie string) string {
	t.Helper()
	_, me, _ := s.Get(t, "/api/me", cookie)
	second, _ := me["second"].(string)
	return second
}
