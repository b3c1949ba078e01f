package auth

import (
	"context"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
)

// NoticeSeen records that the person has read the notice. One that is not there,
// or was read before, changes nothing.
func (g *Gate) NoticeSeen(ctx context.Context, p person.ID, id person.NoticeID) error {
	return g.ChangePerson(ctx, p, p.Actor(), func(s person.State) ([]fact.Fact, error) {
		if !s.Unread(id) {
			return nil, nil
		}
		return []fact.Fact{person.NoticeSeen{Notice: id}}, nil
	})
}
