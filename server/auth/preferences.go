package auth

import (
	"context"
	"fmt"
	"slices"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

// Preferences are how a person likes Kith to behave, on every device. They are
// kept here because the browser keeps nothing.
type Preferences struct {
	// Typing shows others that this person is typing.
	Typing bool `json:"typing"`
	// Presence shows others that this person is here.
	Presence bool `json:"presence"`
	// Announce is what is read aloud: "all", "staff", "counts", "off".
	Announce string `json:"announce"`
	// Theme is "auto", "light", "dark".
	Theme string `json:"theme"`
	// LeaveKey lets the Shift key, three times, leave the page.
	LeaveKey bool `json:"leave_key"`
}

// DefaultPreferences hold until a person chooses otherwise.
var DefaultPreferences = Preferences{Presence: true, Announce: "all", Theme: "auto", LeaveKey: true}

// PreferencesChange is what to change; nil leaves as it is.
type PreferencesChange struct {
	Typing   *bool   `json:"typing,omitzero"`
	Presence *bool   `json:"presence,omitzero"`
	Announce *string `json:"announce,omitzero"`
	Theme    *string `json:"theme,omitzero"`
	LeaveKey *bool   `json:"leave_key,omitzero"`
}

// Preferences of the person.
func (g *Gate) Preferences(ctx context.Context, p person.ID) (Preferences, error) {
	s, err := get[Preferences](ctx, g, bucketPreferences, string(p))
	if missing(err) {
		return DefaultPreferences, nil
	}
	return s.it, err
}

// ChangePreferences returns all of them as they are then. Error: bad_value with
// the field, and nothing is changed.
func (g *Gate) ChangePreferences(ctx context.Context, p person.ID, c PreferencesChange) (Preferences, error) {
	if err := c.check(); err != nil {
		return Preferences{}, err
	}
	var err error
	for range maxTries {
		var s stored[Preferences]
		if s, err = get[Preferences](ctx, g, bucketPreferences, string(p)); missing(err) {
			s = stored[Preferences]{it: DefaultPreferences, version: eventlog.Absent}
		} else if err != nil {
			return Preferences{}, err
		}
		c.apply(&s.it)
		if err = s.put(ctx, g, bucketPreferences, string(p), s.version); !conflict(err) {
			return s.it, err
		}
	}
	return Preferences{}, fmt.Errorf("auth: preferences kept changing: %w", err)
}

func (c PreferencesChange) check() error {
	if c.Announce != nil && !slices.Contains([]string{"all", "staff", "counts", "off"}, *c.Announce) {
		return &Error{Code: CodeBadValue, Field: "announce"}
	}
	if c.Theme != nil && !slices.Contains([]string{"auto", "light", "dark"}, *c.Theme) {
		return &Error{Code: CodeBadValue, Field: "theme"}
	}
	return nil
}

func (c PreferencesChange) apply(p *Preferences) {
	set(&p.Typing, c.Typing)
	set(&p.Presence, c.Presence)
	set(&p.Announce, c.Announce)
	set(&p.Theme, c.Theme)
	set(&p.LeaveKey, c.LeaveKey)
}

func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}
