package wire_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

const (
	roomA room.ID   = "r_AAAAAAAAAAAAAAAAAAAAAA"
	roomB room.ID   = "r_BBBBBBBBBBBBBBBBBBBBBA"
	ana   person.ID = "p_AAAAAAAAAAAAAAAAAAAAAA"
	bo    person.ID = "p_BBBBBBBBBBBBBBBBBBBBBA"
)

func tokens(seed byte) *wire.Tokens { return wire.NewTokens(bytes.Repeat([]byte{seed}, 64)) }

// opens says which kind of token s is in a room; "" for none.
func opens(t *wire.Tokens, in room.ID, s string) string {
	kinds := ""
	if _, ok := t.ParsePosition(in, s); ok {
		kinds += "position"
	}
	if _, ok := t.ParseMessage(in, s); ok {
		kinds += "message"
	}
	if _, ok := t.ParseMember(in, s); ok {
		kinds += "member"
	}
	return kinds
}

func drawPosition(t *rapid.T) wire.Position {
	return wire.Position{
		Seq: room.Seq(rapid.Uint64().Draw(t, "seq")), Staff: rapid.Bool().Draw(t, "staff"),
		Digest: [8]byte(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "digest")),
	}
}

// A token opens as what it is, where it was made, with the key it was made with,
// and nowhere else; and it is the same each time.
func TestTokensRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made, pos, seq := tokens(1), drawPosition(t), room.Seq(rapid.Uint64().Draw(t, "message"))
		p, m, w := made.Position(roomA, pos), made.Message(roomA, seq), made.Member(roomA, ana)
		if got, ok := made.ParsePosition(roomA, p); !ok || got != pos {
			t.Fatalf("position %+v opens as %+v", pos, got)
		}
		if got, ok := made.ParseMessage(roomA, m); !ok || got != seq {
			t.Fatalf("message %d opens as %d", seq, got)
		}
		if got, ok := made.ParseMember(roomA, w); !ok || got != ana {
			t.Fatalf("member opens as %s", got)
		}
		for kind, token := range map[string]string{"position": p, "message": m, "member": w} {
			if got := opens(tokens(1), roomA, token); got != kind {
				t.Fatalf("a %s opens as %q", kind, got)
			}
			if got := opens(made, roomB, token); got != "" {
				t.Fatalf("a %s opens in another room, as %q", kind, got)
			}
			if got := opens(tokens(2), roomA, token); got != "" {
				t.Fatalf("a %s opens under another key, as %q", kind, got)
			}
		}
		if p != tokens(1).Position(roomA, pos) || m != tokens(1).Message(roomA, seq) || w != tokens(1).Member(roomA, ana) {
			t.Fatal("the same made twice is not the same")
		}
		if len(p) != 44 || len(m) != 32 || len(w) != 54 {
			t.Fatalf("lengths %d, %d, %d", len(p), len(m), len(w))
		}
	})
}

// A token that somebody changed is no token.
func TestTokensRefuseChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		made := tokens(1)
		token := rapid.SampledFrom([]string{
			made.Position(roomA, drawPosition(t)), made.Message(roomA, room.Seq(rapid.Uint64().Draw(t, "seq"))), made.Member(roomA, ana),
		}).Draw(t, "token")
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		bit := rapid.IntRange(0, 8*len(raw)-1).Draw(t, "bit")
		raw[bit/8] ^= 1 << (bit % 8)
		cut := rapid.IntRange(0, len(token)-1).Draw(t, "cut")
		for name, bad := range map[string]string{
			"a flipped bit": base64.RawURLEncoding.EncodeToString(raw), "a shorter one": token[:cut],
			"a longer one": token + "A", "padding": token + "=", "a line's end": token[:cut] + "\n" + token[cut:],
			"line ends instead of letters": token[:cut] + strings.Repeat("\n", len(token)-cut),
			"none":                         "", "other alphabet": strings.Map(standardAlphabet, token) + "+",
		} {
			if got := opens(made, roomA, bad); got != "" {
				t.Fatalf("%s opens as %q", name, got)
			}
		}
	})
}

func standardAlphabet(r rune) rune {
	switch r {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return r
}

// The last character of base64 can hold bits that mean nothing: another spelling of
// the same bytes would be a second name for one message.
func TestTokensHaveOneSpelling(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	made := tokens(1)
	for _, token := range []string{made.Position(roomA, wire.Position{Seq: 1}), made.Message(roomA, 1), made.Member(roomA, ana)} {
		for _, last := range alphabet {
			if other := token[:len(token)-1] + string(last); other != token && opens(made, roomA, other) != "" {
				t.Errorf("%s is also spelt %s", token, other)
			}
		}
	}
}

// Nothing in two tokens tells that they are of neighbours, of one person in two
// rooms, of the same message seen by members and staff.
func TestTokensTellNothing(t *testing.T) {
	made := tokens(1)
	for name, pair := range map[string][2]string{
		"messages that follow each other":  {made.Message(roomA, 1), made.Message(roomA, 2)},
		"one number in two rooms":          {made.Message(roomA, 1), made.Message(roomB, 1)},
		"positions that follow each other": {made.Position(roomA, wire.Position{Seq: 1}), made.Position(roomA, wire.Position{Seq: 2})},
		"one place seen by staff":          {made.Position(roomA, wire.Position{Seq: 1}), made.Position(roomA, wire.Position{Seq: 1, Staff: true})},
		"two people in a room":             {made.Member(roomA, ana), made.Member(roomA, bo)},
		"one person in two rooms":          {made.Member(roomA, ana), made.Member(roomB, ana)},
	} {
		a, _ := base64.RawURLEncoding.DecodeString(pair[0])
		b, _ := base64.RawURLEncoding.DecodeString(pair[1])
		if n := sharedBits(a, b); n < 25 || n > 75 {
			t.Errorf("%s: %d %% of their bits agree", name, n)
		}
	}
}

// sharedBits is how many bits in a hundred two tokens have in common: about fifty
// for tokens that have nothing to do with each other.
func sharedBits(a, b []byte) int {
	same := 0
	for i := range a {
		for bit := range 8 {
			if a[i]>>bit&1 == b[i]>>bit&1 {
				same++
			}
		}
	}
	return 100 * same / (8 * len(a))
}

func TestTokensNeedAWholeKey(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a short key was taken")
		}
	}()
	wire.NewTokens(make([]byte, 32))
}
