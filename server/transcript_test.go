package server_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/kith-chat/kith/server/seed"
	"github.com/kith-chat/kith/server/servertest"
	"github.com/kith-chat/kith/server/wireclient"
)

var updateTranscripts = flag.Bool("update-transcripts", false, "write what the server says into the transcripts")

// The transcripts beside the protocol's manual are what is sent and received, word
// for word. A line "A> …" is sent by A; the lines "A< …" and "B< …" after it are
// all that A and B receive for it. Opaque values have
// names that are given at first sight ($pos1, $msg2 …); an id "$c1" is made fresh.
// Each room begins with a lead L and two participants A and B. Presence is left
// out: it comes when it comes.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("wire/testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := newScene(t).play(string(want))
			if *updateTranscripts {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("the server says otherwise:\n%s", firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return "one is longer than the other"
}

// scene is a room with three people and the names of what was seen.
type scene struct {
	t       *testing.T
	url     string
	cookies map[string]string
	conns   map[string]*servertest.Client
	names   map[string]string // value → name
	values  map[string]string // name → value
	counts  map[string]int
}

func newScene(t *testing.T) *scene {
	s, rooms := servertest.StartSeeded(t, seed.Spec{Rooms: 1, Members: 3, Moderators: 1}, nil)
	sc := &scene{
		t: t, url: s.URL, cookies: make(map[string]string), conns: make(map[string]*servertest.Client),
		names: make(map[string]string), values: make(map[string]string), counts: make(map[string]int),
	}
	sc.bind("$room", string(rooms[0].ID))
	for i, who := range []string{"L", "A", "B"} {
		sc.cookies[who] = servertest.Cookie(rooms[0].Members[i].Token)
	}
	return sc
}

func (s *scene) bind(name, value string) { s.names[value], s.values[name] = name, value }

// play sends what a transcript sends and writes it anew with what came.
func (s *scene) play(script string) string {
	var out strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		who, rest, sent := strings.Cut(line, "> ")
		switch {
		case strings.Contains(line[:min(3, len(line))], "< "): // said by the server: written anew
		case !sent || len(who) != 1:
			out.WriteString(line + "\n")
		default:
			out.WriteString(line + "\n")
			s.send(&out, who, rest)
		}
	}
	return out.String()
}

func (s *scene) send(out *strings.Builder, who, text string) {
	switch text {
	case "(connects)":
		s.conns[who] = servertest.Dial(s.t, s.url, s.cookies[who])
		s.tell(out, who, s.conns[who].Lines[0].Raw)
		return
	case "(hangs up)":
		_ = s.conns[who].CloseNow()
		delete(s.conns, who)
		return
	}
	c := s.conns[who]
	if err := c.SendRaw(context.Background(), websocket.MessageText, []byte(s.resolve(text))); err != nil {
		s.t.Fatal(err)
	}
	s.collect(out, who) // its barrier lies behind the command: the others' events are on their way
	for _, name := range []string{"L", "A", "B"} {
		if s.conns[name] != nil && name != who {
			s.collect(out, name)
		}
	}
}

// collect writes what somebody received up to a barrier.
func (s *scene) collect(out *strings.Builder, who string) {
	c := s.conns[who]
	from := len(c.Lines)
	barrier := wireclient.NewID()
	c.Do(servertest.Command{"do": "ping", "id": barrier})
	var lines []wireclient.Line
	for _, l := range c.Lines[from:] {
		if l.Signal == "presence" || l.Signal == "desk" || l.Answer != nil && *l.Answer == barrier {
			continue
		}
		lines = append(lines, l)
	}
	for _, l := range lines {
		s.tell(out, who, l.Raw)
	}
}

func (s *scene) tell(out *strings.Builder, who string, raw []byte) {
	fmt.Fprintf(out, "%s< %s\n", who, s.rename(string(raw)))
}

var (
	placeholder = regexp.MustCompile(`\$[a-z]+[0-9]*`)
	opaque      = regexp.MustCompile(`"(pos|id|message|member|you|reply_to|read_to|answer|cmd|room|note|held|line|at|now|locks_at|answered_at|edited_at|removed_at|erased_at|last_at|written_at|until|muted_until|paused_until|first|waits|leaves_at)":("[A-Za-z0-9_-]{20,}"|[0-9]{12,})`)
	presence    = regexp.MustCompile(`"here":\[[^]]*\],"here_count":[0-9]+`)
	listed      = regexp.MustCompile(`"[A-Za-z0-9_-]{30,}"`)
)

// resolve puts values in the place of names.
func (s *scene) resolve(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		if v, ok := s.values[name]; ok {
			return v
		}
		if strings.HasPrefix(name, "$c") {
			s.bind(name, wireclient.NewID())
			return s.values[name]
		}
		s.t.Fatalf("%s has not been seen yet", name)
		return ""
	})
}

// kindOf is what opaque values of a field are called.
var kindOf = map[string]string{
	"pos": "pos", "id": "msg", "message": "msg", "reply_to": "msg", "read_to": "msg", "note": "msg", "held": "msg", "line": "msg", "member": "mem", "you": "mem",
}

// rename puts names in the place of values. Times are all "$ms"; who is here is not
// held to a moment.
func (s *scene) rename(line string) string {
	line = presence.ReplaceAllString(line, `"here":"$$here","here_count":"$$n"`)
	line = opaque.ReplaceAllStringFunc(line, func(field string) string {
		key, value, _ := strings.Cut(field, ":")
		if value[0] != '"' {
			return key + `:"$ms"`
		}
		return key + ":" + s.nameOf(strings.Trim(key, `"`), value)
	})
	return listed.ReplaceAllStringFunc(line, func(value string) string { return s.nameOf("member", value) })
}

func (s *scene) nameOf(field, quoted string) string {
	var value string
	if err := json.Unmarshal([]byte(quoted), &value); err != nil {
		s.t.Fatal(err)
	}
	name, known := s.names[value]
	if !known {
		kind := kindOf[field]
		s.counts[kind]++
		name = fmt.Sprintf("$%s%d", kind, s.counts[kind])
		s.bind(name, value)
	}
	return `"` + name + `"`
}
