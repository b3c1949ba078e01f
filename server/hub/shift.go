package hub

import (
	"context"

	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// shift writes the fields of an event about who is there, calls and the pinned message.
func (l *live) shift(e *wire.Event, s room.Shown, text string, viewer room.Member) {
	switch s.Show {
	case room.ShowDuty:
		e.OnDuty = l.onDuty()
	case room.ShowCalendar:
		e.Calendar = l.calendar()
		if e.Calendar == nil {
			e.Calendar = &wire.Calendar{}
		}
	case room.ShowPinned:
		if s.Message.Seq != 0 {
			e.Message = l.message(s, text, viewer)
		}
	case room.ShowCall:
		e.Member = l.memberID(s.LineOf)
		if s.Call.Seq != 0 {
			call := l.call(s.Call)
			e.Call = &call
		}
		if viewer.Role.Staff() {
			e.Waits = &s.Waits
		}
	}
}

// onDuty is who is on duty; never nil: that nobody is has to be said.
func (l *live) onDuty() *[]string {
	list := []string{}
	for _, m := range l.state.OnDuty() {
		list = append(list, l.memberID(m))
	}
	return &list
}

func (l *live) call(c room.Call) wire.Call {
	w := wire.Call{At: c.At, AnsweredAt: c.Answered}
	if c.Answered != 0 {
		by := l.member(l.state.MemberAt(c.By))
		w.By = &by
	}
	return w
}

// aboutShift fills what a client that joins is told of who is there and who calls.
func (l *live) aboutShift(ctx context.Context, j *wire.Joined, at seat) error {
	viewer := at.Member
	j.Room.OnDuty, j.Room.Calendar = *l.onDuty(), l.calendar()
	if call, ok := l.state.CallOf(viewer.Person, viewer); ok {
		own := l.call(call)
		j.Call = &own
	}
	if viewer.Role.Staff() {
		for who, call := range l.state.Calls() {
			if j.Calls == nil {
				j.Calls = make(map[string]wire.Call)
			}
			j.Calls[l.hub.Tokens.Member(l.id, who)] = l.call(call)
		}
	}
	pinned, ok := l.state.Pinned(viewer)
	if !ok {
		return nil
	}
	texts, err := l.bodies(ctx, []room.Seq{pinned.TextOf})
	if err != nil {
		return err
	}
	m := l.message(pinned, texts[pinned.TextOf], viewer)
	j.Pinned = &m
	return nil
}
