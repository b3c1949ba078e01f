package hub_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// find searches on until all was looked through, and returns the texts, newest first.
func (c *client) find(in room.ID, words string) (texts []string, asked int) {
	c.t.Helper()
	before := ""
	for {
		more := fields{"text": words}
		if before != "" {
			more["before"] = before
		}
		var found wire.Found
		c.must("search", in, more, &found)
		asked++
		if len(found.Messages) > 20 {
			c.t.Fatalf("%d at once", len(found.Messages))
		}
		for _, m := range found.Messages {
			texts = append(texts, m.Text)
		}
		if before = found.Before; before == "" {
			return texts, asked
		}
		pass(time.Second) // some 20 commands at once, 5 a second
	}
}

// What is found is what one may see, as it stands now, whatever its case and accents:
// nothing that is hidden, taken back, held, replaced, of before one's stay, or of somebody
// one does not want to see.
func TestSearchFindsWhatOneMaySee(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 5)
		h.post(b, in, who[2], "Night walk by the río")
		h.post(b, in, who[3], "a NIGHT without sleep")
		edited := h.post(b, in, who[2], "night, as it was first")
		h.do(b, in, who[2], room.EditMessage{Message: edited, Text: "morning, as it is now"})
		gone := h.post(b, in, who[2], "night, taken back")
		h.do(b, in, who[2], room.RemoveMessage{Message: gone})
		hidden := h.post(b, in, who[2], "night, hidden")
		h.do(b, in, who[0], room.HideMessage{Message: hidden, Reason: "other"})
		h.do(b, in, who[0], room.SetHold{Mode: room.HoldEveryone})
		h.post(b, in, who[3], "night, held")
		h.do(b, in, who[0], room.SetHold{Mode: room.HoldNone})
		late := personN(60)
		h.programme(b, in, room.AddMember{Person: late, Alias: "Late", Role: room.Participant})
		h.post(b, in, who[4], "night again")

		all := []string{"night again", "a NIGHT without sleep", "Night walk by the río"}
		for name, c := range map[string]struct {
			client *client
			words  string
			want   []string
		}{
			"a peer":          {h.follow(b, in, who[4]), "night", all},
			"staff":           {h.follow(b, in, who[0]), "NÍGHT", all},
			"two words":       {h.follow(b, in, who[3]), "rio  walk", []string{"Night walk by the río"}},
			"its author":      {h.follow(b, in, who[2]), "night", all},
			"who came later":  {h.follow(b, in, late), "night", []string{"night again"}},
			"as it stands":    {h.follow(b, in, who[4]), "as it is now", []string{"morning, as it is now"}},
			"as it was":       {h.follow(b, in, who[4]), "as it was first", nil},
			"nothing of that": {h.follow(b, in, who[4]), "daylight", nil},
		} {
			if got, _ := c.client.find(in, c.words); !slices.Equal(got, c.want) {
				t.Errorf("%s finds %q, want %q", name, got, c.want)
			}
		}
		picky := h.follow(b, in, who[4])
		picky.must("ignore", in, fields{"member": h.tokens.Member(in, who[3]), "on": true}, nil)
		if got, _ := picky.find(in, "night"); !slices.Equal(got, []string{"night again", "Night walk by the río"}) {
			t.Errorf("with somebody ignored: %q", got)
		}
		for words, code := range map[string]string{"": "text_empty", " a ": "text_empty"} {
			if got := picky.refused("search", in, fields{"text": words}); got != code {
				t.Errorf("%q: %s, want %s", words, got, code)
			}
		}
		if got := h.connect(b, personN(90), noShow).refused("search", in, fields{"text": "night"}); got != "no_such_room" {
			t.Errorf("a stranger: %s", got)
		}
	})
}

// A long history is looked through in parts: nobody else waits for one search.
func TestSearchInParts(t *testing.T) {
	inHouse(t, func(t *testing.T, h *house) {
		b := h.hub()
		in, who := h.crew(b, 3)
		for n := range 950 {
			text := fmt.Sprintf("message %d", n)
			if n%100 == 7 {
				text += " with a needle"
			}
			h.post(b, in, who[2], text)
		}
		got, asked := h.follow(b, in, who[1]).find(in, "needle")
		if len(got) != 10 || got[0] != "message 907 with a needle" || got[9] != "message 7 with a needle" {
			t.Errorf("found %q", got)
		}
		if asked < 3 {
			t.Errorf("looked through in %d parts", asked)
		}
	})
}
