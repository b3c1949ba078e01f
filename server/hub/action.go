package hub

import (
	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
	"github.com/kith-chat/kith/server/wire"
)

// named is what a command's tokens stand for.
type named struct {
	message, reply, note room.Seq
	member               person.ID
}

// names reads every token that the command carries.
func (c *Conn) names(cmd wire.Command) (n named, err error) {
	for _, one := range []struct {
		token, field string
		into         *room.Seq
	}{{cmd.Message, "message", &n.message}, {cmd.ReplyTo, "reply_to", &n.reply}, {cmd.Note, "note", &n.note}} {
		if one.token == "" {
			continue
		}
		if *one.into, err = c.messageOf(cmd, one.token, one.field); err != nil {
			return n, err
		}
	}
	if cmd.Member != "" {
		n.member, err = c.memberOf(cmd)
	}
	return n, err
}

// action is what a logged command asks of the room.
func (c *Conn) action(cmd wire.Command) (room.Action, error) {
	n, err := c.names(cmd)
	if err != nil {
		return nil, err
	}
	if act := spoken(cmd, n); act != nil {
		return act, nil
	}
	if act := moderated(cmd, n); act != nil {
		return act, nil
	}
	if act := set(cmd, n); act != nil {
		return act, nil
	}
	if act := shifted(cmd, n); act != nil {
		return act, nil
	}
	return nil, wire.Err("unknown_command", "do")
}

// spoken is what people do with messages, their own and others'.
func spoken(cmd wire.Command, n named) room.Action {
	switch cmd.Do {
	case wire.Post:
		return room.PostMessage{Text: cmd.Text, ReplyTo: n.reply}
	case wire.Edit:
		return room.EditMessage{Message: n.message, Text: cmd.Text}
	case wire.Remove:
		return room.RemoveMessage{Message: n.message}
	case wire.React:
		return room.React{Message: n.message, Reaction: cmd.Reaction, On: cmd.On}
	case wire.Report:
		return room.ReportMessage{Message: n.message, Kind: room.ReportKind(cmd.Kind), Text: cmd.Text}
	case wire.WriteLine:
		return room.WriteLine{Person: n.member, Text: cmd.Text}
	case wire.TakeBackLine:
		return room.TakeBackLine{Person: n.member, Entry: n.message}
	case wire.MakeAppeal:
		return room.MakeAppeal{Note: n.note, Text: cmd.Text}
	case wire.EndMembership:
		return room.EndMembership{Person: n.member}
	}
	return nil
}

// moderated is what moderators do about a message or a member.
func moderated(cmd wire.Command, n named) room.Action {
	reason := room.Reason(cmd.Reason)
	switch cmd.Do {
	case wire.Nudge:
		return room.Nudge{Person: n.member, Message: n.message, Reason: reason, Text: cmd.Text}
	case wire.Hide:
		return room.HideMessage{Message: n.message, Reason: reason, Text: cmd.Text}
	case wire.Unhide:
		return room.UnhideMessage{Message: n.message, Reason: reason}
	case wire.Erase:
		return room.EraseMessage{Message: n.message, Reason: reason, Text: cmd.Text}
	case wire.Mute:
		return room.Mute{Person: n.member, For: room.Time(cmd.For), Reason: reason, Text: cmd.Text}
	case wire.Unmute:
		return room.Unmute{Person: n.member, Reason: reason, Text: cmd.Text}
	case wire.RemoveMember:
		return room.RemoveMember{Person: n.member, Reason: reason, Text: cmd.Text}
	case wire.SetTerm:
		return room.SetTerm{Person: n.member, Until: room.Time(cmd.Until)}
	case wire.SetLabel:
		return room.SetLabel{Person: n.member, Text: cmd.Text}
	case wire.ErasePerson:
		return room.ErasePerson{Person: n.member, Reason: reason}
	case wire.Release:
		return room.ReleaseMessage{Held: n.message}
	case wire.Decline:
		return room.DeclineMessage{Held: n.message, Reason: reason, Text: cmd.Text}
	case wire.ResolveReports:
		return room.ResolveReports{Message: n.message, Outcome: room.Outcome(cmd.Outcome), Text: cmd.Text}
	case wire.CloseLine:
		return room.CloseLine{Person: n.member}
	case wire.AnswerAppeal:
		return room.AnswerAppeal{Note: n.note, Overturn: cmd.Overturn, Text: cmd.Text}
	}
	return nil
}

// set is how the room is set.
func set(cmd wire.Command, _ named) room.Action {
	reason, length := room.Reason(cmd.Reason), room.Time(cmd.For)
	switch cmd.Do {
	case wire.SetTopic:
		return room.SetTopic{Text: cmd.Text}
	case wire.SetRules:
		return room.SetRules{Text: cmd.Text}
	case wire.RenameRoom:
		return room.RenameRoom{Text: cmd.Text}
	case wire.SetHold:
		return room.SetHold{Mode: room.HoldMode(cmd.Mode)}
	case wire.SetPace:
		return room.SetPace{All: length, New: room.Time(cmd.ForNew)}
	case wire.PauseRoom:
		return room.PauseRoom{For: length, Reason: reason, Text: cmd.Text}
	case wire.ResumeRoom:
		return room.ResumeRoom{Reason: reason}
	case wire.SetKeep:
		return room.SetKeep{For: length}
	case wire.SetLegalHold:
		return room.SetLegalHold{On: cmd.On, Reason: reason, Text: cmd.Text}
	}
	return nil
}

// shifted is who is there and when, what holds meanwhile, and calls for help.
func shifted(cmd wire.Command, n named) room.Action {
	switch cmd.Do {
	case wire.SetHours:
		return room.SetHours{Schedule: cmd.Schedule}
	case wire.SetSessions:
		return room.SetSessions{Schedule: cmd.Schedule, Quiet: cmd.Quiet}
	case wire.SetUnattended:
		return room.SetUnattended{Mode: room.Unattended(cmd.Mode)}
	case wire.SetHouse:
		h := cmd.House
		return room.SetHouse{House: room.House{
			NoCrossTalk: !h.CrossTalk, Links: h.Links, Contact: h.Contact, Medicine: h.Medicine, NotSober: !h.Sober,
		}}
	case wire.Pin:
		return room.PinMessage{Message: n.message}
	case wire.CallForHelp:
		return room.CallForHelp{}
	case wire.AnswerCall:
		return room.AnswerCall{Person: n.member}
	case wire.EndCall:
		return room.EndCall{}
	}
	return nil
}
