package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
)

// Hashes is how many argon2 computations there were: the tests' measure of time.
func (g *Gate) Hashes() int64 { return g.hasher.calls.Load() }

// ClearSessions is the tidying after an ending, done late: when the account was of an epoch.
func (g *Gate) ClearSessions(ctx context.Context, p person.ID, epoch uint64) error {
	return g.clearSessions(ctx, account{Person: p, Epoch: epoch})
}
