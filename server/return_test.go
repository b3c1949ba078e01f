package server_test

import (
	"testing"

	"github.com/kith-chat/kith/server/servertest"
)

// Somebody whose membership ended comes back with a new link, under the account
// they have, and sees nothing of their former stay.
func TestComingBackAfterLeaving(t *testing.T) {
	c := openClinic(t, nil)
	in := c.openRoom(t, "Evening group")
	fox := c.comeIn(t, in, "participant", "fox", "Fox")
	before := servertest.Dial(t, c.URL, fox)
	before.Join(in, "")
	before.Post(in, "said in the first stay")

	lead := servertest.Dial(t, c.URL, c.lead)
	lead.Join(in, "")
	lead.Must(servertest.Command{"do": "end_membership", "room": in, "member": c.memberOf(t, fox, in)}, nil)

	secret := c.invite(t, c.lead, in, "participant")
	look := c.accepted(t, "/api/links/look", fox, map[string]any{"secret": secret})
	if look["member_already"] != false {
		t.Fatalf("look says %v", look)
	}
	c.accepted(t, "/api/links/accept", fox, map[string]any{
		"secret": secret, "alias": "Fox", "accepts": []string{"agreement", "not_emergency"},
	})
	again := servertest.Dial(t, c.URL, fox)
	if joined := again.Join(in, ""); len(joined.Messages) != 0 {
		t.Errorf("the former stay shows %d messages", len(joined.Messages))
	}
}
