package room_test

import (
	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

const (
	minute room.Time = 60 * 1000
	hour             = 60 * minute
	day              = 24 * hour
)

// draw is a random command: mostly sensible, now and then a repeat, a stranger, an
// id of the wrong age, a clock that goes back, a message that is not one.
func (w *world) draw(t *rapid.T) room.Command {
	w.now += rapid.SampledFrom([]room.Time{0, 0, 1, 1000, 1000, minute, minute, hour, -hour, day, 5 * day}).Draw(t, "later")
	c := room.Command{At: w.state.Clock(w.now), Zone: someZone}
	if rapid.IntRange(0, 3).Draw(t, "the group meets") == 0 {
		c.Session = c.At + minute
	}
	c.Actor, c.Do = w.drawAct(t)
	if len(w.asked) > 0 && rapid.IntRange(0, 9).Draw(t, "again") == 0 {
		before := rapid.SampledFrom(w.asked).Draw(t, "earlier")
		c.ID = before.ID
		if rapid.Bool().Draw(t, "same author") {
			c.Actor = before.Actor
		}
		if rapid.Bool().Draw(t, "same content") {
			c.Do = before.Do
		}
		return c
	}
	age := room.Time(0)
	if rapid.IntRange(0, 7).Draw(t, "odd age") == 0 {
		age = rapid.SampledFrom([]room.Time{
			minute, 7 * day, 7*day + 1, -10 * minute, -10*minute - 1, 30 * day,
		}).Draw(t, "age of the id")
	}
	c.ID = idAt(c.At-age, uint64(len(w.asked))+1000)
	return c
}

func (w *world) drawAct(t *rapid.T) (person.ID, room.Action) {
	if rapid.IntRange(0, 4).Draw(t, "follow up") == 0 {
		if actor, act := w.followUp(t); act != nil {
			return actor, act
		}
	}
	programme := rapid.IntRange(0, 5).Draw(t, "programme") == 0
	actor := rapid.SampledFrom(people).Draw(t, "actor")
	if in := w.model.present(); len(in) > 0 && rapid.IntRange(0, 9).Draw(t, "anybody") > 0 {
		actor = rapid.SampledFrom(in).Draw(t, "member")
	}
	if rapid.IntRange(0, 30).Draw(t, "odd actor") == 0 {
		programme = !programme
	}
	if programme {
		act := w.programmeAct(t)
		if rapid.IntRange(0, 8).Draw(t, "by a member") == 0 {
			return actor, act
		}
		return "", act
	}
	act := w.memberAct(t, actor)
	if rapid.IntRange(0, 30).Draw(t, "by the programme") == 0 {
		return "", act
	}
	return actor, act
}

func (w *world) programmeAct(t *rapid.T) room.Action {
	who := rapid.SampledFrom(people[:joiners]).Draw(t, "whom")
	role := rapid.SampledFrom([]room.Role{
		room.Participant, room.Participant, room.Participant, room.Moderator, room.Lead, room.NoRole, room.System,
	}).Draw(t, "role")
	switch rapid.IntRange(0, 9).Draw(t, "programme's act") {
	case 0:
		return room.OpenRoom{Name: w.words(t)}
	case 1, 2:
		return room.SetRole{Person: who, Role: role}
	case 3:
		return room.EndMembership{Person: who}
	case 9:
		return w.programmeOnPeople(t, who)
	case 4, 5:
		due, to := w.state.Due(w.state.Clock(w.now))
		if rapid.IntRange(0, 3).Draw(t, "not due") == 0 {
			due = append(due, room.Seq(rapid.IntRange(0, 20).Draw(t, "body")))
		}
		return room.EraseDue{Bodies: due, To: to}
	}
	return room.AddMember{Person: who, Alias: rapid.SampledFrom(aliases).Draw(t, "alias").raw, Role: role, Until: w.until(t) * room.Time(rapid.IntRange(0, 1).Draw(t, "a term"))}
}

func (w *world) memberAct(t *rapid.T, actor person.ID) room.Action {
	if rapid.IntRange(0, 2).Draw(t, "moderation") == 0 {
		return w.moderatingAct(t, actor)
	}
	switch rapid.IntRange(0, 28).Draw(t, "act") {
	case 0, 1, 2, 3, 25, 26, 27, 28:
		return room.EditMessage{Message: w.someMessage(t, actor), Text: w.words(t)}
	case 4, 5, 6:
		return room.RemoveMessage{Message: w.someMessage(t, actor)}
	case 7, 8, 9, 10, 11:
		name := rapid.SampledFrom([]string{"heart", "hug", "same", "Heart", ""}).Draw(t, "reaction")
		return room.React{Message: w.someMessage(t, ""), Reaction: name, On: rapid.IntRange(0, 2).Draw(t, "on") > 0}
	case 12:
		return room.SetTopic{Text: w.words(t)}
	case 13:
		return room.SetRules{Text: w.words(t)}
	case 14:
		return room.RenameRoom{Text: w.words(t)}
	case 15:
		if rapid.Bool().Draw(t, "oneself") {
			return room.EndMembership{Person: actor}
		}
		return room.EndMembership{Person: rapid.SampledFrom(people).Draw(t, "whom")}
	case 16, 17, 18, 19:
		return room.PostMessage{Text: w.words(t), ReplyTo: w.someMessage(t, "")}
	}
	return room.PostMessage{Text: w.words(t)}
}

func (w *world) words(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "any text") > 0 {
		return texts[rapid.IntRange(0, 2).Draw(t, "text")].raw
	}
	return rapid.SampledFrom(texts).Draw(t, "text").raw
}

// someMessage is mostly a message, of that author if one is named.
func (w *world) someMessage(t *rapid.T, of person.ID) room.Seq {
	var list []room.Seq
	for _, d := range w.model.log {
		_, released := d.cmd.Do.(room.ReleaseMessage)
		if _, ok := d.cmd.Do.(room.PostMessage); ok && (of == "" || d.cmd.Actor == of) || released {
			list = append(list, d.seq)
		}
	}
	if len(list) == 0 || rapid.IntRange(0, 9).Draw(t, "any number") == 0 {
		return room.Seq(rapid.IntRange(0, 60).Draw(t, "number"))
	}
	if rapid.Bool().Draw(t, "a late one") { // what happens twice to one message is where things go wrong
		list = list[max(0, len(list)-2):]
	}
	return rapid.SampledFrom(list).Draw(t, "message")
}
