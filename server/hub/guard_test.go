package hub_test

import (
	"strings"
	"testing"

	"github.com/kith-chat/kith/server/room"
)

// A defect that one request meets ends neither the room nor the server, and what
// it panicked with is in no log.
func TestAPanicEndsOneRequestOnly(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[1])
		_, err := b.Do(t.Context(), in, who[2], b.NewID(), panicking{})
		if err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("the one who met it was told %v", err)
		}
		h.do(b, in, who[0], room.PostMessage{Text: "and on it goes"})
		settle()
		if lines := c.lines(); len(lines) == 0 || lines[len(lines)-1].Event != "message" {
			t.Error("the others heard nothing more")
		}
		if strings.Contains(h.logged.String(), "canary") || !strings.Contains(h.logged.String(), "panicked") {
			t.Errorf("logged: %s", h.logged)
		}
	})
}

// panicking is an action whose content cannot even be written down.
type panicking struct{ room.PostMessage }

func (panicking) MarshalJSON() ([]byte, error) { panic("canary") }
