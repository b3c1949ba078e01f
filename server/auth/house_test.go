package auth_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/auth"
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/person/fact"
	"github.com/kith-chat/kith/server/program"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// goodPass is a passphrase that nothing objects to; otherPass is another.
const (
	goodPass  = "lamp tortoise nine gravel"
	otherPass = "violet engine under snow"
)

var accepts = []string{auth.AcceptAgreement, auth.AcceptNotEmergency}

// clock is a time that moves when a test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// house is a programme on a real, sealed store.
type house struct {
	*clock
	gate   *auth.Gate
	log    eventlog.Log
	values eventlog.Values
	rooms  *rooms
	room   program.RoomID
	staff  map[person.ID]bool
}

func newHouse(t *testing.T) *house {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	store, err := sqlitestore.Open(t.TempDir(), sqlitestore.Options{Clock: c.Now, InsecureSyncOff: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	keys := eventlog.NewKeyring(eventlog.NewKey())
	h := &house{
		clock: c, log: eventlog.Sealed(store, keys), values: eventlog.SealedValues(store.Values(), keys),
		rooms: newRooms(), room: roomID(1), staff: map[person.ID]bool{},
	}
	h.gate = h.open(t, h.log, h.values, auth.InsecureTestCost)
	return h
}

// open makes another Gate on the house's store, as a restart would.
func (h *house) open(t *testing.T, log eventlog.Log, values eventlog.Values, cost auth.Cost) *auth.Gate {
	t.Helper()
	g, err := auth.New(auth.Config{
		Log: log, Values: values, Clock: h.Now, DeviceKey: make([]byte, 32), Cost: cost, Hashes: 4,
		Staff: func(_ context.Context, p person.ID) (bool, error) { return h.staff[p], nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func roomID(n byte) program.RoomID {
	return program.RoomID(fact.FormID("r_", [fact.IDBytes]byte{n}))
}

// invite makes an invitation to the house's room.
func (h *house) invite(t *testing.T) string {
	t.Helper()
	link, err := h.gate.IssueInvite(t.Context(), auth.Invitation{Room: h.room, Role: auth.Participant, By: fact.Machine})
	if err != nil {
		t.Fatal(err)
	}
	return link.Secret
}

func enrolment(secret, name, alias string) auth.Enrolment {
	return auth.Enrolment{Secret: secret, Name: name, Passphrase: goodPass, Alias: alias, Accepts: accepts, Device: auth.Phone}
}

// enrol brings in somebody new.
func (h *house) enrol(t *testing.T, name, alias string) auth.Entry {
	t.Helper()
	e, err := h.gate.Enrol(t.Context(), enrolment(h.invite(t), name, alias), h.rooms.Join)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var home = netip.MustParseAddr("203.0.113.7")

func (h *house) signIn(t *testing.T, name, pass string) (auth.Entry, error) {
	t.Helper()
	return h.gate.SignIn(t.Context(), auth.Credentials{Name: name, Passphrase: pass, From: home, Device: auth.Computer})
}

func (h *house) mustSignIn(t *testing.T, name, pass string) auth.Entry {
	t.Helper()
	e, err := h.signIn(t, name, pass)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if auth.CodeOf(err) != code || (err == nil) != (code == "") {
		t.Fatalf("got %v, want code %q", err, code)
	}
}

// kindsOf is the stream's kinds of facts, in order.
func (h *house) kindsOf(t *testing.T, p person.ID) []string {
	t.Helper()
	records, err := h.log.Read(t.Context(), p.Stream(), 1, eventlog.MaxRead)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, r := range records {
		e, err := person.Decode(r)
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, e.Fact.Kind())
	}
	return kinds
}

// rooms is what Join asks of the room package: members by command id, one alias
// once, the same command the same answer.
type rooms struct {
	mu      sync.Mutex
	members map[program.RoomID]map[person.ID]string
	done    map[string]string
}

func newRooms() *rooms {
	return &rooms{members: map[program.RoomID]map[person.ID]string{}, done: map[string]string{}}
}

func (r *rooms) Join(_ context.Context, p person.ID, room program.RoomID, role auth.Role, _ time.Time, alias, cmdID string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	content := string(p) + string(room) + string(role) + alias
	if done, ok := r.done[cmdID]; ok {
		if done != content {
			return auth.Refuse("id_reused", "", nil)
		}
		return nil
	}
	if _, ok := r.members[room][p]; ok {
		return auth.Refuse(auth.CodeMemberAlready, "", nil)
	}
	for _, a := range r.members[room] {
		if a == alias {
			return auth.Refuse(auth.CodeAliasTaken, "alias", nil)
		}
	}
	if r.members[room] == nil {
		r.members[room] = map[person.ID]string{}
	}
	r.members[room][p] = alias
	r.done[cmdID] = content
	return nil
}

func contains(data []byte, s string) bool { return bytes.Contains(data, []byte(s)) }

// linkKeyOf is under which key a secret's link is kept.
func linkKeyOf(t *testing.T, secret string) string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
