package hub

import (
	"context"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

const (
	// searchAtOnce is how many messages one search looks through: nobody else in the room
	// must wait for it. The client asks on from where it stopped.
	searchAtOnce = 400
	// searchFinds is how many of them one answer has at most.
	searchFinds = 20
)

// search looks for words in what a person may see now, newest first.
type search struct {
	conn   *Conn
	answer string
	words  room.Search
	before room.Seq
}

func (s search) serve(l *live) error {
	viewer, err := l.seer(s.conn)
	if err != nil {
		return err
	}
	ctx, cancel := l.context()
	defer cancel()
	if err := l.noteRead(ctx, viewer, ReadPage); err != nil {
		return err
	}
	ignored, err := l.ignores.get(ctx, l, viewer.Person)
	if err != nil {
		return err
	}
	found, err := s.look(ctx, l, seat{viewer, ignored})
	if err != nil {
		return err
	}
	s.conn.out.send(wire.OK(s.answer, found))
	return nil
}

// look goes through pages as a client that scrolls back would be given them.
func (s search) look(ctx context.Context, l *live, at seat) (found wire.Found, err error) {
	found.Messages = []wire.Message{}
	before, size := s.before, 0
	for looked := 0; looked < searchAtOnce; {
		page, more, err := l.page(ctx, at, before, wire.MaxHistory)
		if err != nil || len(page) == 0 {
			return found, err
		}
		looked += len(page)
		for i := len(page) - 1; i >= 0; i-- {
			m := page[i]
			if m.RemovedAt == 0 && s.words.Finds(m.Text) {
				found.Messages = append(found.Messages, m)
				size += len(m.Text)
			}
			if len(found.Messages) == searchFinds || size > pageBytes {
				found.Before = m.ID
				return found, nil
			}
		}
		found.Before = ""
		if !more {
			return found, nil
		}
		found.Before = page[0].ID
		before, _ = l.hub.Tokens.ParseMessage(l.id, page[0].ID)
	}
	return found, nil
}

// search starts one for a connection.
func (c *Conn) search(ctx context.Context, cmd wire.Command, id string) error {
	words, err := room.NewSearch(cmd.Text)
	if err != nil {
		return err
	}
	var before room.Seq
	if cmd.Before != "" {
		if before, err = c.messageOf(cmd, cmd.Before, "before"); err != nil {
			return err
		}
	}
	return c.hub.ask(ctx, cmd.Room, search{conn: c, answer: id, words: words, before: before})
}
