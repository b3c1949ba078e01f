package hub_test

import (
	"testing"
	"time"
)

// A clock far behind what was stored stops posting, in words, until it is right
// again; a little behind it only stands still.
func TestClockBehind(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		c := h.follow(b, in, who[1])
		h.forward(8 * 24 * time.Hour)
		h.post(b, in, who[2], "from the future")
		h.forward(-8 * 24 * time.Hour)
		if code := c.refused("post", in, fields{"text": "now"}); code != "clock_wrong" {
			t.Errorf("posting: %s", code)
		}
		h.forward(8*24*time.Hour - time.Minute)
		c.must("post", in, fields{"text": "nearly right"}, nil)
	})
}
