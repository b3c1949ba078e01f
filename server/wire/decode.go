package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/kith-chat/kith/server/hours"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/strictjson"
)

// Lines splits a frame. It refuses what no line of it can be read of.
func Lines(frame []byte) ([][]byte, *Error) {
	if len(frame) > MaxFrame {
		return nil, Err("frame_too_large")
	}
	if !utf8.Valid(frame) {
		return nil, Err("bad_utf8")
	}
	lines := bytes.Split(bytes.TrimRight(frame, "\n"), []byte("\n"))
	if len(lines) > MaxLines {
		return nil, Err("too_many_lines")
	}
	return lines, nil
}

// Decode reads one line strictly. id is what an answer to it carries: the
// command's id as far as it could be read, else "". A line that is refused was
// read to its end and did nothing.
func Decode(line []byte) (c Command, id string, failed *Error) {
	values, failed := object(line)
	if raw, ok := values["id"]; ok {
		id = plainID(raw)
	}
	if failed != nil {
		return Command{}, id, failed
	}
	var do string
	if err := read(values, "do", &do); err != nil {
		return Command{}, id, err
	}
	takes, ok := verbs[Verb(do)]
	if !ok {
		return Command{}, id, Err("unknown_command", "do")
	}
	if _, ok := values["id"]; !ok {
		return Command{}, id, Err("missing_field", "id")
	}
	c.Do = Verb(do)
	if c.ID, ok = room.ParseCommandID(id); !ok {
		return Command{}, id, Err("bad_id", "id")
	}
	return c, id, c.fill(values, takes)
}

// object reads one JSON object of values, each as it stands. Fields that were read
// before a fault are returned with it, so that the answer can carry the id.
func object(line []byte) (map[string]json.RawMessage, *Error) {
	if depth(line) > MaxDepth {
		return nil, Err("too_deep")
	}
	d := json.NewDecoder(bytes.NewReader(line))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, Err("bad_json")
	}
	values := make(map[string]json.RawMessage, 8)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return values, Err("bad_json")
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return values, Err("bad_json")
		}
		name := key.(string)
		if _, twice := values[name]; twice {
			return values, Err("duplicate_field", known(name))
		}
		values[name] = raw
	}
	if _, err := d.Token(); err != nil {
		return values, Err("bad_json")
	}
	if _, err := d.Token(); err != io.EOF {
		return values, Err("bad_json")
	}
	return values, nil
}

// depth is how deep arrays and objects are nested, found without building them.
func depth(line []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// fill sets the command's fields, each only where its verb takes it.
func (c *Command) fill(values map[string]json.RawMessage, takes fields) *Error {
	for name := range values {
		if _, ok := takes[name]; !ok && name != "do" && name != "id" {
			return Err("unknown_field", known(name))
		}
	}
	c.History, c.Limit = DefaultHistory, DefaultHistory
	into := map[string]any{
		"room": (*string)(&c.Room), "after": &c.After, "before": &c.Before, "history": &c.History, "limit": &c.Limit,
		"text": &c.Text, "message": &c.Message, "reply_to": &c.ReplyTo, "member": &c.Member,
		"reaction": &c.Reaction, "on": &c.On, "note": &c.Note, "reason": &c.Reason, "mode": &c.Mode, "kind": &c.Kind,
		"outcome": &c.Outcome, "for": &c.For, "for_new": &c.ForNew, "until": &c.Until, "overturn": &c.Overturn,
		"schedule": &c.Schedule, "quiet": &c.Quiet, "house": &c.House,
	}
	for name, need := range takes {
		if _, sent := values[name]; !sent && need == optional {
			continue
		}
		if err := read(values, name, into[name]); err != nil {
			return err
		}
	}
	if c.History < 0 || c.History > MaxHistory {
		return Err("bad_value", "history")
	}
	if c.Limit < 1 || c.Limit > MaxHistory {
		return Err("bad_value", "limit")
	}
	return nil
}

// read sets one field. null is a wrong type: leave the field out instead.
func read(values map[string]json.RawMessage, name string, into any) *Error {
	raw, ok := values[name]
	if !ok {
		return Err("missing_field", name)
	}
	if string(raw) == "null" || decodeValue(raw, into) != nil {
		return Err("wrong_type", name)
	}
	return nil
}

// decodeValue reads one value; one with fields of its own as strictly as a command.
func decodeValue(raw json.RawMessage, into any) error {
	switch into.(type) {
	case *hours.Schedule, *House:
		return strictjson.Unmarshal(raw, into)
	}
	return json.Unmarshal(raw, into)
}

// known returns the name of a field that some command has, else "": other names
// could be anything that somebody typed.
func known(name string) string {
	if name == "do" || name == "id" {
		return name
	}
	for _, takes := range verbs {
		if _, ok := takes[name]; ok {
			return name
		}
	}
	return ""
}

// plainID is the id as a client would know it again: short and of what ids are
// made of; else "".
func plainID(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) != nil || len(id) > 64 {
		return ""
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return ""
		}
	}
	return id
}
