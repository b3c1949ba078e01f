package crisis_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/crisis"
)

var today = time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)

const good = `{"regions": [{"name": "Here", "lines": [
	{"name": "Our nurse", "way": "call", "show": "1-800-662-4357", "href": "tel:+18006624357", "listed": "2026-01-02", "checked": "2026-11-01"},
	{"name": "By text", "way": "text", "show": "HOME to 741741", "href": "sms:741741?body=HOME", "listed": "2026-01-02", "checked": ""}
]}]}`

// The table that ships with the client is one that would be taken.
func TestTheClientsOwnTable(t *testing.T) {
	data, err := os.ReadFile("../../static/lines.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := crisis.Parse(data, today); err != nil {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	table, err := crisis.Parse([]byte(good), today)
	if err != nil || len(table.Regions) != 1 || len(table.Regions[0].Lines) != 2 {
		t.Fatal(table, err)
	}
	if got := table.Stale(today); !slices.Equal(got, []string{"By text (Here)"}) {
		t.Errorf("not checked: %q", got)
	}
	if got := table.Stale(today.AddDate(1, 0, 0)); len(got) != 2 {
		t.Errorf("a year later: %q", got)
	}
}

// Nonsense of any kind is refused, and the words say what is wrong.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ from, to, says string }{
		{`"regions"`, `"areas"`, "not JSON"},
		{good, `{"regions": []}`, "0 regions"},
		{good, `{"regions": [{"name": "Here", "lines": []}]}`, "0 lines"},
		{`"Here"`, `""`, "region's name"},
		{`"Our nurse"`, `" "`, "the name"},
		{`"Our nurse"`, `"` + strings.Repeat("x", 61) + `"`, "60 characters"},
		{`"call"`, `"shout"`, "write call or text"},
		{`"tel:+18006624357"`, `"https://example.org"`, "no number to call"},
		{`"tel:+18006624357"`, `"tel:1-800-662-4357"`, "no number to call"},
		{`"tel:+18006624357"`, `"sms:988"`, "no number to call"},
		{`"tel:+18006624357"`, `"tel:+18006624358"`, "one of them is wrong"},
		{`"sms:741741?body=HOME"`, `"sms:741741&body=HOME"`, "no number to text"},
		{`"sms:741741?body=HOME"`, `"javascript:alert(1)"`, "no number to text"},
		{`"2026-11-01"`, `"yesterday"`, "YYYY-MM-DD"},
		{`"2026-11-01"`, `"2026-12-24"`, "has not come yet"},
		{`"2026-11-01"`, `"2025-11-01"`, "before it was listed"},
		{good, `{"regions": [` + strings.Repeat(" ", crisis.MaxBytes) + `]}`, "64 KiB"},
	} {
		text := strings.Replace(good, c.from, c.to, 1)
		if _, err := crisis.Parse([]byte(text), today); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.to[:min(60, len(c.to))], err, c.says)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := crisis.Parse(data, today)
		if err != nil {
			return
		}
		for _, r := range table.Regions {
			for _, l := range r.Lines {
				if !strings.HasPrefix(l.Href, "tel:") && !strings.HasPrefix(l.Href, "sms:") {
					t.Errorf("a link to %q", l.Href)
				}
			}
		}
	})
}
