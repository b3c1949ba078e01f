package auth_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
)

func TestEnrol(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "Rüdiger.M", "Fox")
	p := e.Session.Person
	if h.rooms.members[h.room][p] != "Fox" || e.Session.Device != auth.Phone {
		t.Error(h.rooms.members, e.Session)
	}
	if got := h.kindsOf(t, p); !slices.Equal(got, []string{"enrolled", "room_joined"}) {
		t.Error(got)
	}
	if name, err := h.gate.Name(t.Context(), p); err != nil || name != "Rüdiger.M" {
		t.Error(name, err)
	}
	// Another keyboard: capitals, and the umlaut as two characters.
	if got := h.mustSignIn(t, "RU\u0308DIGER.m", goodPass).Session.Person; got != p {
		t.Error(got)
	}
	// What was reserved with the link does not end with it.
	h.Advance(2 * auth.LinkRemembered)
	h.mustSignIn(t, "rüdiger.m", goodPass)
	if got, err := h.gate.PersonNamed(t.Context(), "rüdiger.m"); got != p || err != nil {
		t.Error(got, err)
	}
}

// What is wrong with the form is told with its field, and the link is untouched.
func TestEnrolForm(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "taken", "Fox")
	secret := h.invite(t)
	for _, c := range []struct {
		code, field string
		change      func(*auth.Enrolment)
	}{
		{auth.CodeNameBad, "name", func(e *auth.Enrolment) { e.Name = "ab" }},
		{auth.CodeNameBad, "name", func(e *auth.Enrolment) { e.Name = "a b c" }},
		{auth.CodeNameTaken, "name", func(e *auth.Enrolment) { e.Name = "TAKEN" }},
		{auth.CodePassphraseShort, "passphrase", func(e *auth.Enrolment) { e.Passphrase = "lamp ni" }},
		{auth.CodePassphraseCommon, "passphrase", func(e *auth.Enrolment) { e.Passphrase = "Passw0rd!1" }},
		{auth.CodePassphraseCommon, "passphrase", func(e *auth.Enrolment) { e.Passphrase = "a Red Panda sleeps" }},
		{auth.CodeAliasBad, "alias", func(e *auth.Enrolment) { e.Alias = "x" }},
		{auth.CodeAliasStaff, "alias", func(e *auth.Enrolment) { e.Alias = "Moderat0r" }},
		{auth.CodeAliasTaken, "alias", func(e *auth.Enrolment) { e.Alias = "Fox" }},
		{auth.CodeAcceptNeeded, "accepts", func(e *auth.Enrolment) { e.Accepts = accepts[:1] }},
	} {
		in := enrolment(secret, "someone", "Red Panda")
		c.change(&in)
		_, err := h.gate.Enrol(t.Context(), in, h.rooms.Join)
		wantCode(t, err, c.code)
		if e, _ := errors.AsType[*auth.Error](err); e.Field != c.field || e.Text() == "" {
			t.Errorf("%s: field %q", c.code, e.Field)
		}
	}
	if _, err := h.gate.Enrol(t.Context(), enrolment(secret, "someone", "Owl"), h.rooms.Join); err != nil {
		t.Error(err)
	}
}

// After a refused alias everything is free again: the name too, for another link.
func TestRefusedAliasReleasesEverything(t *testing.T) {
	h := newHouse(t)
	h.enrol(t, "first", "Fox")
	secret := h.invite(t)
	_, err := h.gate.Enrol(t.Context(), enrolment(secret, "someone", "Fox"), h.rooms.Join)
	wantCode(t, err, auth.CodeAliasTaken)
	_, err = h.signIn(t, "someone", goodPass)
	wantCode(t, err, auth.CodeSignInWrong)
	h.enrol(t, "someone", "Owl")
	if _, err := h.gate.Enrol(t.Context(), enrolment(secret, "someone-else", "Elk"), h.rooms.Join); err != nil {
		t.Error(err)
	}
	if accounts, err := h.values.List(t.Context(), "account"); err != nil || len(accounts) != 3 {
		t.Error(len(accounts), err)
	}
}

// The room did not answer, and the person thinks again about the alias: if the
// first try got through it stands, if not the second counts.
func TestAliasChangedAfterAnUnknownOutcome(t *testing.T) {
	for _, through := range []bool{false, true} {
		h := newHouse(t)
		h.enrol(t, "first", "Fox")
		secret, want := h.invite(t), "Owl"
		lost := func(ctx context.Context, p person.ID, room program.RoomID, role auth.Role, until time.Time, alias, cmd string) error {
			if through {
				_ = h.rooms.Join(ctx, p, room, role, until, alias, cmd)
			}
			return errors.New("no answer")
		}
		in := enrolment(secret, "someone", "Fox")
		if through {
			in.Alias, want = "Elk", "Elk"
		}
		if _, err := h.gate.Enrol(t.Context(), in, lost); err == nil || auth.CodeOf(err) != "" {
			t.Fatal(err)
		}
		in.Alias = "Owl"
		e, err := h.gate.Enrol(t.Context(), in, h.rooms.Join)
		if err != nil || h.rooms.members[h.room][e.Session.Person] != want || len(h.rooms.members[h.room]) != 2 {
			t.Error(through, h.rooms.members, err)
		}
	}
}

func TestJoinGetsTheSameCommandAgain(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	var ids []string
	lost := func(_ context.Context, _ person.ID, _ program.RoomID, _ auth.Role, _ time.Time, _, cmd string) error {
		ids = append(ids, cmd)
		return errors.New("no answer")
	}
	claimed := h.Now()
	for range 3 {
		_, _ = h.gate.Enrol(t.Context(), enrolment(secret, "someone", "Fox"), lost)
		h.Advance(time.Minute)
	}
	if len(ids) != 3 || ids[0] != ids[1] || ids[1] != ids[2] {
		t.Fatal(ids)
	}
	u, err := uuid.Parse(ids[0])
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 || u.String() != ids[0] {
		t.Error(ids[0], err)
	}
	if sec, nsec := u.Time().UnixTime(); !time.Unix(sec, nsec).Equal(claimed) {
		t.Error("the command's time is not the claim's")
	}
}

func TestSetup(t *testing.T) {
	h := newHouse(t)
	link, err := h.gate.IssueSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in := enrolment(link.Secret, "lead", "Nurse Joy") // staff may look like staff
	_, err = h.gate.Enrol(t.Context(), in, h.rooms.Join)
	wantCode(t, err, auth.CodeBadValue)
	in.Programme = "Harbour House"
	no := func(context.Context, person.ID, program.RoomID, auth.Role, time.Time, string, string) error {
		return auth.Refuse(auth.CodeAliasTaken, "alias", nil)
	}
	_, err = h.gate.Enrol(t.Context(), in, no)
	wantCode(t, err, auth.CodeAliasTaken)
	in.Alias = "Nurse Kay"
	e, err := h.gate.Enrol(t.Context(), in, h.rooms.Join)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.gate.Program(t.Context())
	if err != nil || s.Name != "Harbour House" || !s.IsLead(e.Session.Person) || len(s.People) != 1 {
		t.Error(s, err)
	}
	if h.rooms.members[""][e.Session.Person] != "Nurse Kay" {
		t.Error(h.rooms.members)
	}
	_, err = h.gate.Look(t.Context(), link.Secret, "")
	wantCode(t, err, auth.CodeLinkUsed)
}

func TestAccept(t *testing.T) {
	h := newHouse(t)
	e := h.enrol(t, "someone", "Fox")
	other := h.enrol(t, "other", "Owl")
	p := e.Session.Person
	accept := func(secret, alias string) (program.RoomID, error) {
		return h.gate.Accept(t.Context(), p, auth.Acceptance{Secret: secret, Alias: alias, Accepts: accepts}, h.rooms.Join)
	}
	same := h.invite(t)
	_, err := accept(same, "Fox")
	wantCode(t, err, auth.CodeMemberAlready)
	if info, err := h.gate.Look(t.Context(), same, p); err != nil || !info.MemberAlready {
		t.Error(info, err)
	}

	h.room = roomID(2)
	secret := h.invite(t)
	if _, err := h.gate.Accept(t.Context(), other.Session.Person, auth.Acceptance{Secret: h.invite(t), Alias: "Fox", Accepts: accepts}, h.rooms.Join); err != nil {
		t.Fatal(err)
	}
	_, err = accept(secret, "Fox")
	wantCode(t, err, auth.CodeAliasTaken)
	_, err = h.gate.Accept(t.Context(), p, auth.Acceptance{Secret: secret, Alias: "Elk"}, h.rooms.Join)
	wantCode(t, err, auth.CodeAcceptNeeded)
	room, err := accept(secret, "Elk")
	if err != nil || room != h.room {
		t.Fatal(room, err)
	}
	if room, err := accept(secret, "Elk"); err != nil || room != h.room {
		t.Error("sent once more:", room, err)
	}
	if s, err := h.gate.Person(t.Context(), p); err != nil || !s.In(roomID(1)) || !s.In(roomID(2)) {
		t.Error(s, err)
	}
}

func TestIssueInviteLimits(t *testing.T) {
	h := newHouse(t)
	for _, i := range []auth.Invitation{
		{Room: h.room, Role: auth.Participant, By: fact.Machine, Days: 31},
		{Room: h.room, Role: auth.Participant, By: fact.Machine, Days: -1},
		{Room: h.room, Role: auth.Lead, By: fact.Machine},
		{Room: "r_short", Role: auth.Participant, By: fact.Machine},
		{Room: h.room, Role: auth.Participant, By: "somebody"},
	} {
		_, err := h.gate.IssueInvite(t.Context(), i)
		wantCode(t, err, auth.CodeBadValue)
	}
	link, err := h.gate.IssueInvite(t.Context(), auth.Invitation{Room: h.room, Role: auth.Moderator, By: fact.Machine})
	if err != nil || !link.Expires.Equal(h.Now().Add(7*24*time.Hour)) {
		t.Error(link.Expires, err)
	}
}

// A claim made in the link's last minute can still be finished.
func TestClaimOutlivesTheLink(t *testing.T) {
	h := newHouse(t)
	secret := h.invite(t)
	h.Advance(7*24*time.Hour - time.Minute)
	lost := func(context.Context, person.ID, program.RoomID, auth.Role, time.Time, string, string) error {
		return errors.New("no answer")
	}
	_, _ = h.gate.Enrol(t.Context(), enrolment(secret, "someone", "Fox"), lost)
	h.Advance(2 * time.Minute)
	if _, err := h.gate.Enrol(t.Context(), enrolment(secret, "someone", "Fox"), h.rooms.Join); err != nil {
		t.Error(err)
	}
}
