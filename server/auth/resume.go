package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
)

// resumeAfter is how long somebody who claimed a link is left alone with it.
const resumeAfter = time.Minute

// Resume finishes what a crash, or a room that did not answer, left undone: claimed
// links and endings that the log was not told of. For start-up, and now and then.
// It goes on past those that fail and returns their errors together.
func (g *Gate) Resume(ctx context.Context, join Join) error {
	links, err := g.values.List(ctx, bucketLink)
	if err != nil {
		return fmt.Errorf("auth: listing links: %w", err)
	}
	accounts, err := g.values.List(ctx, bucketAccount)
	if err != nil {
		return fmt.Errorf("auth: listing accounts: %w", err)
	}
	var errs []error
	for _, v := range links {
		errs = append(errs, g.resumeLink(ctx, v, join))
	}
	for _, v := range accounts {
		a, err := decode[account](v)
		if err == nil {
			err = g.settle(ctx, &a)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (g *Gate) resumeLink(ctx context.Context, v eventlog.Value, join Join) error {
	s, err := decode[link](v)
	if err != nil {
		return err
	}
	l := linkRef{stored: s, key: v.Key}
	c := l.it.Claim
	if c == nil || c.Alias == "" || g.now().Before(at(c.At).Add(resumeAfter)) {
		return nil
	}
	if c.Releasing {
		return g.release(ctx, &l)
	}
	next := *c
	next.Tries++
	l.it.Claim = &next
	if err := l.put(ctx, g); conflict(err) {
		return nil // somebody is at it
	} else if err != nil {
		return err
	}
	err = g.finish(ctx, &l, join)
	if CodeOf(err) != "" {
		return nil // refused, released: the link waits for its holder
	}
	return err
}
