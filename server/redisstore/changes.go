package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/kith-chat/kith/server/eventlog"
)

// defaultChanges is how many entries Changes gives where the caller names none.
const defaultChanges = 1000

// cursor is the number of a change and the history it is of.
type cursor struct {
	number  uint64
	history string
}

func parseCursor(c eventlog.Cursor) (out cursor, err error) {
	if c == "" {
		return out, nil
	}
	number, history, ok := strings.Cut(string(c), ".")
	out.history = history
	out.number, err = strconv.ParseUint(number, 10, 53) // a sorted set's scores are exact so far
	if !ok || err != nil {
		return out, eventlog.ErrCursor
	}
	return out, nil
}

func (c cursor) String() eventlog.Cursor {
	return eventlog.Cursor(strconv.FormatUint(c.number, 10) + "." + c.history)
}

// Changes implements eventlog.Log. ErrCursor also tells of another history: after
// a failover, a restart or a restored file, what the caller knows may not be there.
func (s *Store) Changes(ctx context.Context, after eventlog.Cursor, limit int) ([]eventlog.Change, eventlog.Cursor, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, after, err
	}
	if limit <= 0 {
		limit = defaultChanges
	}
	raw, err := answer(ctx, changesScript.Run(ctx, s.redis(), []string{s.keys.store(), s.keys.heads(), s.keys.changes()}, s.id, from.number, limit))
	if err != nil {
		return nil, after, err
	}
	list, now, newest, err := decodeChanges(raw)
	switch {
	case err != nil:
		return nil, after, err
	case after != "" && from.history != now.history || from.number > newest:
		s.confirmed.forget()
		s.dialAnew()
		return nil, after, eventlog.ErrCursor
	case len(list) == 0:
		if after == "" {
			return nil, cursor{0, now.history}.String(), nil
		}
		return nil, after, nil
	}
	return list, now.String(), nil
}

// decodeChanges reads what changes.lua returns.
func decodeChanges(raw any) (list []eventlog.Change, now cursor, newest uint64, err error) {
	parts, _ := raw.([]any)
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i], _ = p.(string)
	}
	if len(texts) < 2 || len(texts)%3 != 2 {
		return nil, now, 0, fmt.Errorf("%w: the list of changes is not in its form", eventlog.ErrUnavailable)
	}
	newest, err = strconv.ParseUint(texts[0], 10, 64)
	now.history = texts[1]
	for rest := texts[2:]; len(rest) > 0 && err == nil; rest = rest[3:] {
		c := eventlog.Change{Stream: rest[0]}
		if now.number, err = strconv.ParseUint(rest[1], 10, 64); err == nil {
			c.Head, c.Dropped, err = decodeHead(rest[2])
		}
		list = append(list, c)
	}
	if err != nil {
		err = fmt.Errorf("%w: the list of changes is not in its form", eventlog.ErrUnavailable)
	}
	return list, now, newest, err
}
