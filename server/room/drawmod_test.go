package room_test

import (
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

func (w *world) programmeOnPeople(t *rapid.T, who person.ID) room.Action {
	switch rapid.IntRange(0, 6).Draw(t, "act on a person") {
	case 3, 4, 5:
		return room.SetDuty{Person: rapid.SampledFrom(people).Draw(t, "on duty"), On: rapid.Bool().Draw(t, "on")}
	case 0:
		return room.ErasePerson{Person: who, Reason: w.reason(t)}
	case 1:
		return room.EndVisit{Person: rapid.SampledFrom(people).Draw(t, "visitor")}
	}
	return room.OpenVisit{Person: rapid.SampledFrom(people).Draw(t, "visitor"), Reason: w.reason(t), Text: w.words(t)}
}

func (w *world) reason(t *rapid.T) room.Reason {
	if rapid.IntRange(0, 15).Draw(t, "odd reason") == 0 {
		return rapid.SampledFrom([]room.Reason{"", "Other", "spite"}).Draw(t, "reason")
	}
	return rapid.SampledFrom(reasons).Draw(t, "reason")
}

func (w *world) length(t *rapid.T) room.Time {
	return rapid.SampledFrom([]room.Time{minute, hour, hour, day, 7 * day, 30 * day, 30*day + 1, 1, 0, -hour}).Draw(t, "for")
}

// until is when something ends, counted from this node's clock.
func (w *world) until(t *rapid.T) room.Time {
	if rapid.IntRange(0, 3).Draw(t, "no end") == 0 {
		return 0
	}
	return w.now + rapid.SampledFrom([]room.Time{-minute, 0, 1, hour, day, 7 * day}).Draw(t, "until")
}

// moderatingAct is something that moderators do, whoever tries it, or what people do
// about it.
func (w *world) moderatingAct(t *rapid.T, actor person.ID) room.Action {
	whom := rapid.SampledFrom(people[:joiners]).Draw(t, "whom")
	reason, text := w.reason(t), w.words(t)
	if rapid.IntRange(0, 4).Draw(t, "shift") == 0 {
		return w.shiftAct(t, whom)
	}
	switch rapid.IntRange(0, 36).Draw(t, "moderating") {
	case 33, 34:
		return room.SetTerm{Person: whom, Until: w.until(t)}
	case 35, 36:
		return room.SetLabel{Person: whom, Text: text}
	case 0:
		return room.Nudge{Person: whom, Message: w.someMessage(t, whom) * room.Seq(rapid.IntRange(0, 1).Draw(t, "about")), Reason: reason, Text: text}
	case 1, 2:
		return room.HideMessage{Message: w.someMessage(t, ""), Reason: reason, Text: text}
	case 3:
		return room.UnhideMessage{Message: w.someMessage(t, ""), Reason: reason}
	case 4:
		return room.EraseMessage{Message: w.someMessage(t, ""), Reason: reason, Text: text}
	case 5, 6:
		return room.Mute{Person: whom, For: w.length(t), Reason: reason, Text: text}
	case 7:
		return room.Unmute{Person: whom, Reason: reason, Text: text}
	case 8:
		return room.RemoveMember{Person: whom, Reason: reason, Text: text}
	case 9, 10:
		return room.SetHold{Mode: rapid.SampledFrom([]room.HoldMode{"none", "newcomers", "everyone", "everyone", "some", ""}).Draw(t, "mode")}
	case 11:
		return room.SetPace{All: w.length(t), New: w.length(t)}
	case 12:
		return room.PauseRoom{For: w.length(t), Reason: reason, Text: text}
	case 13:
		return room.ResumeRoom{Reason: reason}
	case 14:
		return room.SetKeep{For: w.length(t)}
	case 15:
		return room.SetLegalHold{On: rapid.Bool().Draw(t, "on"), Reason: reason, Text: text}
	case 16:
		return room.ReportMessage{Message: w.someMessage(t, ""), Kind: rapid.SampledFrom([]room.ReportKind{"rules", "worry", "else"}).Draw(t, "kind"), Text: text}
	case 17:
		return room.ResolveReports{Message: w.about(t, is[room.ReportMessage]), Outcome: rapid.SampledFrom([]room.Outcome{"acted", "talked", "no_breach", "?"}).Draw(t, "outcome"), Text: text}
	case 18:
		return room.TakeBackLine{Person: whom, Entry: w.about(t, is[room.WriteLine])}
	case 19:
		return room.CloseLine{Person: whom}
	case 20, 21:
		if rapid.Bool().Draw(t, "own line") {
			whom = actor
		}
		return room.WriteLine{Person: whom, Text: text}
	}
	return w.decidingAct(t, actor, reason, text)
}

// decidingAct is about held messages and appeals.
func (w *world) decidingAct(t *rapid.T, actor person.ID, reason room.Reason, text string) room.Action {
	held := w.oneOf(t, slices.Collect(maps.Keys(w.model.tell().held)))
	switch rapid.IntRange(0, 6).Draw(t, "deciding") {
	case 0, 1:
		return room.ReleaseMessage{Held: held}
	case 2:
		return room.DeclineMessage{Held: held, Reason: reason, Text: text}
	case 3:
		return room.ErasePerson{Person: rapid.SampledFrom(people).Draw(t, "whose"), Reason: reason}
	case 4:
		return room.AnswerAppeal{Note: w.someNote(t, func(n act) bool { return n.appeal == "open" && n.by != actor }), Overturn: rapid.Bool().Draw(t, "overturn"), Text: text}
	}
	return room.MakeAppeal{Note: w.someNote(t, func(n act) bool { return n.person == actor }), Text: text}
}

// about is the record, or the message, of an act of one kind.
func (w *world) about(t *rapid.T, kind func(room.Action) bool) room.Seq {
	var list []room.Seq
	for _, d := range w.model.log {
		if !kind(d.cmd.Do) {
			continue
		}
		if r, ok := d.cmd.Do.(room.ReportMessage); ok {
			list = append(list, r.Message)
			continue
		}
		list = append(list, d.seq)
	}
	if len(list) == 0 || rapid.IntRange(0, 9).Draw(t, "any") == 0 {
		return room.Seq(rapid.IntRange(0, 60).Draw(t, "number"))
	}
	return rapid.SampledFrom(list).Draw(t, "about")
}

// someNote is mostly one that fits.
func (w *world) someNote(t *rapid.T, fits func(act) bool) room.Seq {
	var list []room.Seq
	for seq, n := range w.model.tell().notes {
		if fits(n) {
			list = append(list, seq)
		}
	}
	return w.oneOf(t, list)
}

// oneOf is mostly one of the list, which may be in any order.
func (w *world) oneOf(t *rapid.T, list []room.Seq) room.Seq {
	if len(list) == 0 || rapid.IntRange(0, 9).Draw(t, "any") == 0 {
		return room.Seq(rapid.IntRange(0, 60).Draw(t, "number"))
	}
	slices.Sort(list)
	return rapid.SampledFrom(list).Draw(t, "one")
}

// followUp is what comes after: an appeal by the person concerned, its answer, a
// decision about what waits, by somebody who may mostly. nil: nothing calls for it.
func (w *world) followUp(t *rapid.T) (person.ID, room.Action) {
	s := w.model.tell()
	var staff []person.ID
	for _, who := range people {
		if s.stays[who].present() && s.stays[who].staff() {
			staff = append(staff, who)
		}
	}
	if len(staff) == 0 {
		return "", nil
	}
	by, text := rapid.SampledFrom(staff).Draw(t, "moderator"), w.words(t)
	notes := slices.Sorted(maps.Keys(s.notes))
	if len(notes) > 0 && rapid.Bool().Draw(t, "a note") {
		seq := rapid.SampledFrom(notes).Draw(t, "note")
		switch n := s.notes[seq]; n.appeal {
		case "":
			return n.person, room.MakeAppeal{Note: seq, Text: text}
		default:
			return by, room.AnswerAppeal{Note: seq, Overturn: rapid.Bool().Draw(t, "overturn"), Text: text}
		}
	}
	held := slices.Sorted(maps.Keys(s.held))
	if len(held) == 0 {
		return by, w.moderatingAct(t, by)
	}
	if seq := rapid.SampledFrom(held).Draw(t, "held"); rapid.Bool().Draw(t, "release") {
		return by, room.ReleaseMessage{Held: seq}
	} else {
		return by, room.DeclineMessage{Held: seq, Reason: w.reason(t), Text: text}
	}
}
