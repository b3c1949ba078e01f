package hub

import (
	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// event writes what a viewer sees of an entry in the words of the protocol.
func (l *live) event(p passed, s room.Shown, text string, viewer room.Member, own bool) wire.Event {
	e := wire.Event{Event: s.Show, Room: l.id, Pos: l.position(p.pos, viewer), At: s.At}
	if own {
		e.Cmd = p.entry.Command.String()
	}
	switch s.Show {
	case room.ShowMessage:
		m := l.message(s, text, viewer)
		if _, released := p.entry.Event.(*room.MessageReleased); !released {
			m.Cmd, e.Cmd = e.Cmd, ""
		}
		e.Message = m
		if s.Held.Seq != 0 {
			e.Held = l.hub.Tokens.Message(l.id, s.Held.Seq)
		}
	case room.ShowRestored:
		e.Message = l.message(s, text, viewer)
	case room.ShowEdited:
		e.Message, e.Text = l.messageID(s), &text
	case room.ShowRemoved:
		e.Message = l.messageID(s)
	case room.ShowAppeal:
		l.appeal(&e, s, text, l.recalled[l.state.Recalls(p.entry)], viewer)
	case room.ShowReaction:
		e.Message, e.Reaction, e.On = l.messageID(s), room.Reactions[s.Reaction], &s.On
		e.Member = l.memberID(s.Member)
	case room.ShowMember:
		e.Member = l.member(s.Member)
	case room.ShowLeft:
		e.Member = l.memberID(s.Member)
	case room.ShowRoom:
		e.Name, e.Topic, e.Rules = s.Name, s.Topic, s.Rules
	}
	l.moderate(&e, s, text, viewer)
	l.shift(&e, s, text, viewer)
	return e
}

func (l *live) message(s room.Shown, text string, viewer room.Member) wire.Message {
	m := wire.Message{
		ID: l.messageID(s), At: s.Message.At, From: l.member(s.Author), Text: text,
		Mine: s.Author.Person == viewer.Person, ReplyGone: s.ReplyGone, RemovedAt: s.Message.RemovedAt,
		WrittenAt: s.Message.Written, Reports: l.reports(s.Message.Seq, viewer),
	}
	if s.Message.RemovedAt != 0 {
		// Nothing of what it was before: who was away when it changed would not know.
		m.RemovedBy, m.Erased = goneBy(s.Message), s.Message.By == room.ByErasing
		if s.Note.Seq != 0 {
			m.Note = l.hub.Tokens.Message(l.id, s.Note.Seq)
		}
		return m
	}
	m.EditedAt = s.Message.EditedAt
	if s.Message.ReplyTo != 0 && !s.ReplyGone {
		m.ReplyTo = l.hub.Tokens.Message(l.id, s.Message.ReplyTo)
	}
	for _, r := range s.Reactions {
		if m.Reactions == nil {
			m.Reactions = make(map[string][]string)
		}
		name := room.Reactions[r.Reaction]
		m.Reactions[name] = append(m.Reactions[name], l.memberID(l.state.MemberAt(r.Member)))
	}
	return m
}

func (l *live) messageID(s room.Shown) string { return l.names.messageID(l, s.Message.Seq) }

func (l *live) memberID(m room.Member) string { return l.names.member(l, m.Person) }

func (l *live) member(m room.Member) wire.Member {
	return wire.Member{Member: l.memberID(m), Alias: m.Alias.Text, Role: m.Role}
}

func (l *live) position(pos eventlog.Position, viewer room.Member) string {
	return l.names.position(l, pos, viewer.Role.Staff())
}

func (l *live) info() wire.RoomInfo {
	info := wire.RoomInfo{
		Room: l.id, Name: l.state.Name(), Topic: l.state.Topic(), Rules: l.state.Rules(), Members: []wire.Member{},
	}
	for _, m := range l.state.Members() {
		info.Members = append(info.Members, l.member(m))
	}
	return info
}
