// Package crisis is the table of lines that people in a bad hour are shown: whom to call
// or text, and when somebody last looked whether the number is right. It is pure.
//
// The client ships with a table (static/lines.json); a clinic puts its own in its place.
// A number that is wrong is worse than none, so a table is refused as a whole where any
// row of it is not plainly right.
package crisis

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-chat/kith/server/strictjson"
)

// Limits of a table.
const (
	MaxBytes   = 64 << 10
	MaxRegions = 20
	MaxLines   = 20 // of a region
	MaxName    = 60 // characters
	// StaleAfter is how long after it was checked a line has to be checked again.
	StaleAfter = 365 * 24 * time.Hour
)

// Table is what is shown, in this order.
type Table struct {
	Regions []Region `json:"regions"`
}

// Region is lines under one heading.
type Region struct {
	Name  string `json:"name"`
	Lines []Line `json:"lines"`
}

// Line is somebody to reach.
type Line struct {
	Name string `json:"name"`
	Way  string `json:"way"`  // call or text
	Show string `json:"show"` // the number as people write it
	Href string `json:"href"` // tel:… or sms:…
	// Listed and Checked are days, YYYY-MM-DD: when the line was put into the table, and
	// when somebody last made sure of it; "" for never.
	Listed  string `json:"listed"`
	Checked string `json:"checked"`
}

var (
	tel = regexp.MustCompile(`^tel:\+?[0-9]{2,15}$`)
	sms = regexp.MustCompile(`^sms:\+?[0-9]{2,15}(\?body=[A-Za-z0-9%]{1,60})?$`)
)

// Parse reads a table as of a day. Every error says which row is wrong, and how.
func Parse(data []byte, now time.Time) (Table, error) {
	var t Table
	if len(data) > MaxBytes {
		return t, fmt.Errorf("the table is over %d KiB", MaxBytes>>10)
	}
	if err := strictjson.Unmarshal(data, &t); err != nil {
		return Table{}, errors.New(`it is not JSON of the form {"regions": [{"name", "lines": [{"name", "way", "show", "href", "listed", "checked"}…]}…]}`)
	}
	if n := len(t.Regions); n < 1 || n > MaxRegions {
		return Table{}, fmt.Errorf("it has %d regions; 1 to %d may be", n, MaxRegions)
	}
	for _, r := range t.Regions {
		if err := named(r.Name); err != nil {
			return Table{}, fmt.Errorf("a region's name %w", err)
		}
		if n := len(r.Lines); n < 1 || n > MaxLines {
			return Table{}, fmt.Errorf("%q has %d lines; 1 to %d may be", r.Name, n, MaxLines)
		}
		for i, l := range r.Lines {
			if err := l.check(now); err != nil {
				return Table{}, fmt.Errorf("line %d of %q: %w", i+1, r.Name, err)
			}
		}
	}
	return t, nil
}

func named(s string) error {
	if strings.TrimSpace(s) != s || s == "" || utf8.RuneCountInString(s) > MaxName {
		return fmt.Errorf("must have 1 to %d characters, and no space at its ends", MaxName)
	}
	return nil
}

func (l Line) check(now time.Time) error {
	if err := named(l.Name); err != nil {
		return fmt.Errorf("the name %w", err)
	}
	if err := named(l.Show); err != nil {
		return fmt.Errorf("what is shown of the number %w", err)
	}
	switch {
	case l.Way == "call" && !tel.MatchString(l.Href):
		return fmt.Errorf("href %q is no number to call: write tel: and digits, such as tel:988 or tel:+18006624357", l.Href)
	case l.Way == "text" && !sms.MatchString(l.Href):
		return fmt.Errorf("href %q is no number to text: write sms: and digits, such as sms:988 or sms:741741?body=HOME", l.Href)
	case l.Way != "call" && l.Way != "text":
		return fmt.Errorf("way %q: write call or text", l.Way)
	case !strings.Contains(digits(l.Show), number(l.Href)):
		return fmt.Errorf("it shows %q and would reach %q: one of them is wrong", l.Show, l.Href)
	}
	listed, err := day("listed", l.Listed, now)
	if err != nil || l.Checked == "" {
		return err
	}
	checked, err := day("checked", l.Checked, now)
	if err == nil && checked.Before(listed) {
		err = fmt.Errorf("it was checked on %s, before it was listed on %s", l.Checked, l.Listed)
	}
	return err
}

// number is the digits that are dialled, without a country's: people write it either way.
func number(href string) string {
	_, number, _ := strings.Cut(href, ":")
	number, _, _ = strings.Cut(number, "?")
	if national, ok := strings.CutPrefix(number, "+"); ok {
		return national[max(0, len(national)-7):]
	}
	return number
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func day(field, text string, now time.Time) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return at, fmt.Errorf("%s %q is no day: write YYYY-MM-DD", field, text)
	}
	if at.After(now.Add(24 * time.Hour)) { // it may be tomorrow already where they are
		return at, fmt.Errorf("%s %s has not come yet", field, text)
	}
	return at, nil
}

// Stale is the lines that nobody has checked for a year, or ever, as "name (region)".
func (t Table) Stale(now time.Time) (names []string) {
	for _, r := range t.Regions {
		for _, l := range r.Lines {
			at, err := time.Parse(time.DateOnly, l.Checked)
			if err != nil || now.Sub(at) > StaleAfter {
				names = append(names, l.Name+" ("+r.Name+")")
			}
		}
	}
	return names
}
