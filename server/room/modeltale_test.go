package room_test

import (
	"maps"
	"slices"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// tale is what the list of things done comes to, told from its beginning each time.
type tale struct {
	stays    map[person.ID]stay
	msgs     map[room.Seq]said
	order    []room.Seq // of msgs
	held     map[room.Seq]waiting
	notes    map[room.Seq]act
	muted    map[person.ID]mutedBy
	visits   map[person.ID]room.Time
	reports  map[room.Seq]told
	lines    map[person.ID][]entry
	waits    map[person.ID]room.Time
	ends     map[room.Seq]end     // superseded bodies and when they end
	words    map[room.Seq]writing // bodies beside the messages
	versions map[room.Seq][]room.Seq
	erased   map[room.Seq]bool
	labels   map[person.ID]room.Seq
	holds    map[any]room.Seq // what of the room's own texts stands where
	lastPost map[person.ID]room.Time
	policy   settings
	kept     room.Seq // messages up to here are past their term
	duty     map[person.ID]bool
	calls    map[person.ID]helpCall
	pinned   room.Seq
}

type (
	waiting struct {
		author   person.ID
		at       room.Time
		replyTo  room.Seq
		declined bool
	}
	act struct {
		kind       string
		by, person person.ID
		message    room.Seq
		at, until  room.Time
		appeal     string
	}
	mutedBy struct {
		until room.Time
		note  room.Seq
	}
	told struct {
		version      room.Seq
		open         bool
		rules, worry int
		who          []reported
	}
	reported struct {
		who     person.ID
		kind    room.ReportKind
		version room.Seq
	}
	entry struct {
		seq    room.Seq
		author person.ID
		at     room.Time
		gone   bool
	}
	end struct {
		at room.Time
		of room.Seq
		by person.ID // who wrote what was never shown
	}
	writing struct {
		at room.Time
		by person.ID
	}
	settings struct {
		hold        room.HoldMode
		pace, fresh room.Time
		paused      room.Time
		keep        room.Time
		legal       bool
		unattended  room.Unattended
		hours       bool // there are any
		quiet       bool
		house       room.House
	}
	helpCall struct {
		seq      room.Seq
		at       room.Time
		answered bool
		read     room.Time // since when it is
	}
)

const fortnight = 14 * day

func (m *model) tell() *tale {
	s := &tale{
		stays: map[person.ID]stay{}, msgs: map[room.Seq]said{}, held: map[room.Seq]waiting{}, notes: map[room.Seq]act{},
		muted: map[person.ID]mutedBy{}, visits: map[person.ID]room.Time{}, reports: map[room.Seq]told{}, lines: map[person.ID][]entry{},
		labels: map[person.ID]room.Seq{}, waits: map[person.ID]room.Time{}, ends: map[room.Seq]end{}, words: map[room.Seq]writing{}, versions: map[room.Seq][]room.Seq{},
		erased: map[room.Seq]bool{}, holds: map[any]room.Seq{}, lastPost: map[person.ID]room.Time{},
		duty: map[person.ID]bool{}, calls: map[person.ID]helpCall{},
		policy: settings{keep: 90 * day},
	}
	for _, d := range m.log {
		s.add(d)
	}
	return s
}

func (s *tale) add(d done) {
	switch a := d.cmd.Do.(type) {
	case room.OpenRoom, room.RenameRoom:
		s.replace("name", d)
	case room.SetTopic:
		s.replace("topic", d)
	case room.SetRules:
		s.replace("rules", d)
	case room.AddMember:
		if s.stays[a.Person].present() { // over by its term, and nobody had written it down
			s.leave(a.Person, d)
		}
		s.replace(a.Person, d)
		s.stays[a.Person] = stay{role: a.Role, alias: d.text, joined: d.seq, since: d.at, until: a.Until}
		delete(s.visits, a.Person)
	case room.SetRole:
		st := s.stays[a.Person]
		st.role = a.Role
		s.stays[a.Person] = st
		if st.staff() {
			delete(s.calls, a.Person)
		} else {
			delete(s.duty, a.Person)
		}
	case room.SetTerm:
		st := s.stays[a.Person]
		st.until = a.Until
		s.stays[a.Person] = st
	case room.SetLabel:
		s.dropLabel(a.Person, d)
		s.labels[a.Person] = d.seq
		s.write(d)
	case room.EndMembership:
		s.leave(a.Person, d)
	case room.EraseDue:
		s.erase(a.Bodies)
		s.kept = max(s.kept, a.To)
	default:
		s.addTalk(d)
	}
}

func (s *tale) replace(what any, d done) {
	if old, ok := s.holds[what]; ok {
		s.supersede(old, end{at: d.at + fortnight})
	}
	s.holds[what] = d.seq
}

func (s *tale) supersede(body room.Seq, e end) {
	if _, ok := s.ends[body]; !ok {
		s.ends[body] = e
	}
}

func (s *tale) leave(who person.ID, d done) {
	st := s.stays[who]
	st.left = d.seq
	s.stays[who] = st
	for seq, h := range s.held {
		if h.author == who && !h.declined {
			delete(s.held, seq)
			s.supersede(seq, end{at: d.at + fortnight, by: who})
		}
	}
	delete(s.waits, who)
	delete(s.calls, who)
	delete(s.duty, who)
	s.dropLabel(who, d)
}

func (s *tale) dropLabel(who person.ID, d done) {
	if old, ok := s.labels[who]; ok {
		delete(s.labels, who)
		s.supersede(old, end{at: d.at + fortnight})
	}
}

func (s *tale) erase(bodies []room.Seq) {
	for _, b := range bodies {
		s.erased[b] = true
		delete(s.ends, b)
		delete(s.words, b)
		maps.DeleteFunc(s.labels, func(_ person.ID, seq room.Seq) bool { return seq == b })
		delete(s.held, b)
	}
}

func (s *tale) write(d done) { s.words[d.seq] = writing{d.at, d.cmd.Actor} }

// addTalk is what people say and do to each other's messages.
func (s *tale) addTalk(d done) {
	who := d.cmd.Actor
	switch a := d.cmd.Do.(type) {
	case room.PostMessage:
		s.lastPost[who] = d.at
		if d.held {
			s.held[d.seq] = waiting{author: who, at: d.at, replyTo: a.ReplyTo}
			return
		}
		s.show(said{seq: d.seq, textOf: d.seq, replyTo: a.ReplyTo, author: who, at: d.at})
	case room.ReleaseMessage:
		h := s.held[a.Held]
		delete(s.held, a.Held)
		s.show(said{seq: d.seq, textOf: a.Held, replyTo: h.replyTo, author: h.author, at: d.at, written: h.at})
	case room.EditMessage:
		msg := s.msgs[a.Message]
		s.supersede(msg.textOf, end{at: d.at + fortnight, of: a.Message})
		msg.textOf, msg.edited = d.seq, d.at
		s.versions[a.Message] = append(s.versions[a.Message], d.seq)
		s.msgs[a.Message] = msg
	case room.RemoveMessage:
		if h, ok := s.held[a.Message]; ok {
			delete(s.held, a.Message)
			s.supersede(a.Message, end{at: d.at + fortnight, by: h.author})
			return
		}
		msg := s.msgs[a.Message]
		s.supersede(msg.textOf, end{at: d.at + fortnight, of: a.Message})
		msg.removed, msg.takenBack, msg.reactions = d.at, true, nil
		s.msgs[a.Message] = msg
	case room.React:
		msg := s.msgs[a.Message]
		msg.reactions = slices.DeleteFunc(slices.Clone(msg.reactions), func(g given) bool { return g == given{a.Reaction, who} })
		if a.On {
			msg.reactions = append(msg.reactions, given{a.Reaction, who})
		}
		s.msgs[a.Message] = msg
	default:
		s.addModeration(d)
	}
}

func (s *tale) show(msg said) {
	s.msgs[msg.seq] = msg
	s.order = append(s.order, msg.seq)
	s.versions[msg.seq] = []room.Seq{msg.textOf}
}

// addModeration is what moderators do.
func (s *tale) addModeration(d done) {
	note := func(n act) {
		n.at, n.by = d.at, d.cmd.Actor
		s.notes[d.seq] = n
		s.write(d)
	}
	switch a := d.cmd.Do.(type) {
	case room.Nudge:
		note(act{kind: "nudge", person: a.Person, message: a.Message})
	case room.HideMessage:
		note(act{kind: "hidden", person: s.msgs[a.Message].author, message: a.Message})
		s.takeAway(a.Message, "hidden", d)
	case room.UnhideMessage:
		s.giveBack(a.Message)
	case room.EraseMessage:
		note(act{kind: "erased", person: s.msgs[a.Message].author, message: a.Message})
		s.erase(s.bodiesOf(a.Message))
		s.takeAway(a.Message, "erased", d)
	case room.Mute:
		note(act{kind: "muted", person: a.Person, until: d.at + a.For})
		s.muted[a.Person] = mutedBy{d.at + a.For, d.seq}
	case room.Unmute:
		note(act{kind: "unmuted", person: a.Person})
		delete(s.muted, a.Person)
	case room.RemoveMember:
		note(act{kind: "removed", person: a.Person})
		s.leave(a.Person, d)
	case room.DeclineMessage:
		h := s.held[a.Held]
		note(act{kind: "declined", person: h.author, message: a.Held})
		h.declined = true
		s.held[a.Held] = h
		s.supersede(a.Held, end{at: d.at + fortnight, by: h.author})
	case room.MakeAppeal:
		n := s.notes[a.Note]
		n.appeal = "open"
		s.notes[a.Note] = n
		s.write(d)
	case room.AnswerAppeal:
		s.answer(a)
		s.write(d)
	default:
		s.addRest(d)
	}
}

func (s *tale) takeAway(seq room.Seq, how string, d done) {
	msg := s.msgs[seq]
	if msg.removed == 0 {
		msg.removed = d.at
	}
	if how == "erased" {
		msg.reactions = nil
	}
	msg.how, msg.note = how, d.seq
	s.msgs[seq] = msg
}

func (s *tale) giveBack(seq room.Seq) {
	if msg := s.msgs[seq]; msg.how == "hidden" {
		msg.how, msg.note, msg.removed = "", 0, 0
		s.msgs[seq] = msg
	}
}

func (s *tale) answer(a room.AnswerAppeal) {
	n := s.notes[a.Note]
	n.appeal = "upheld"
	if a.Overturn {
		n.appeal = "overturned"
	}
	s.notes[a.Note] = n
	if !a.Overturn {
		return
	}
	switch n.kind {
	case "hidden":
		if s.msgs[n.message].note == a.Note {
			s.giveBack(n.message)
		}
	case "muted":
		if s.muted[n.person].note == a.Note {
			delete(s.muted, n.person)
		}
	case "declined":
		if h, ok := s.held[n.message]; ok && h.declined && s.stays[h.author].left == 0 {
			h.declined = false
			s.held[n.message] = h
			delete(s.ends, n.message)
		}
	}
}

// addRest is reports, private lines, settings and visits.
func (s *tale) addRest(d done) {
	who := d.cmd.Actor
	switch a := d.cmd.Do.(type) {
	case room.ReportMessage:
		r := s.reports[a.Message]
		if !r.open {
			r = told{version: s.msgs[a.Message].textOf, open: true, who: r.who}
		}
		if a.Kind == room.ReportWorry {
			r.worry++
		} else {
			r.rules++
		}
		r.who = append(slices.Clone(r.who), reported{who, a.Kind, s.msgs[a.Message].textOf})
		s.reports[a.Message] = r
		s.write(d)
	case room.ResolveReports:
		r := s.reports[a.Message]
		r.open = false
		s.reports[a.Message] = r
		if e, ok := s.ends[r.version]; ok {
			e.at = max(e.at, d.at+fortnight)
			s.ends[r.version] = e
		}
		s.write(d)
	case room.WriteLine:
		s.lines[a.Person] = append(slices.Clone(s.lines[a.Person]), entry{seq: d.seq, author: who, at: d.at})
		if who != a.Person {
			delete(s.waits, a.Person)
			s.answerCall(a.Person, d.at)
		} else if s.waits[a.Person] == 0 {
			s.waits[a.Person] = d.at
		}
		s.write(d)
	case room.TakeBackLine:
		s.goneFromLines([]room.Seq{a.Entry})
		s.supersede(a.Entry, end{at: d.at + fortnight})
	case room.CloseLine:
		delete(s.waits, a.Person)
	case room.SetHold:
		s.policy.hold = a.Mode
	case room.SetPace:
		s.policy.pace, s.policy.fresh = a.All, a.New
	case room.PauseRoom:
		s.policy.paused = d.at + a.For
		s.write(d)
	case room.ResumeRoom:
		s.policy.paused = 0
	case room.SetKeep:
		s.policy.keep = a.For
	case room.SetLegalHold:
		s.policy.legal = a.On
		s.write(d)
	case room.ErasePerson:
		s.erasePerson(a.Person, d)
	case room.OpenVisit:
		s.visits[a.Person] = d.at + hour
		s.notes[d.seq] = act{kind: "visit", by: a.Person, person: a.Person, at: d.at, until: d.at + hour}
		s.write(d)
	case room.EndVisit:
		delete(s.visits, a.Person)
	default:
		s.addShift(d)
	}
}

func (s *tale) goneFromLines(bodies []room.Seq) {
	for id, list := range s.lines {
		list = slices.Clone(list)
		for i := range list {
			list[i].gone = list[i].gone || slices.Contains(bodies, list[i].seq)
		}
		s.lines[id] = list
	}
}

// bodiesOf is every version of a message's text that still exists.
func (s *tale) bodiesOf(seq room.Seq) []room.Seq {
	return slices.DeleteFunc(slices.Clone(s.versions[seq]), func(v room.Seq) bool { return s.erased[v] })
}

// personBodies is everything a person wrote that still exists: not what the room is
// called, and not the names they went by.
func (s *tale) personBodies(who person.ID) []room.Seq {
	all := map[room.Seq]bool{}
	for seq, msg := range s.msgs {
		if msg.author == who {
			for _, v := range s.bodiesOf(seq) {
				all[v] = true
			}
		}
	}
	for seq, h := range s.held {
		if h.author == who {
			all[seq] = true
		}
	}
	for seq, e := range s.ends {
		if e.by == who {
			all[seq] = true
		}
	}
	for seq, w := range s.words {
		if w.by == who {
			all[seq] = true
		}
	}
	if label, ok := s.labels[who]; ok {
		all[label] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func (s *tale) erasePerson(who person.ID, d done) {
	bodies := s.personBodies(who)
	for seq, msg := range s.msgs {
		if msg.author == who && slices.Contains(bodies, msg.textOf) {
			if msg.removed == 0 {
				msg.removed = d.at
			}
			msg.how, msg.reactions, msg.wiped = "erased", nil, d.seq
			s.msgs[seq] = msg
		}
	}
	for _, b := range bodies {
		delete(s.held, b)
	}
	s.goneFromLines(bodies)
	s.erase(bodies)
}

// frozen: an open report is about that text of that message.
func (s *tale) frozen(of, body room.Seq) bool {
	r := s.reports[of]
	return r.open && r.version == body
}

// due is the bodies that end at now, and the newest message whose term is over.
func (s *tale) due(now room.Time) (bodies []room.Seq, to room.Seq) {
	if s.policy.legal {
		return nil, 0
	}
	all := map[room.Seq]bool{}
	for b, e := range s.ends {
		if e.at <= now && !s.frozen(e.of, b) {
			all[b] = true
		}
	}
	for b, w := range s.words {
		if w.at < now-s.policy.keep {
			all[b] = true
		}
	}
	for b, h := range s.held {
		if h.at < now-s.policy.keep {
			all[b] = true
		}
	}
	for _, seq := range s.order {
		msg := s.msgs[seq]
		if seq <= s.kept {
			continue
		}
		if msg.at >= now-s.policy.keep || s.frozen(seq, msg.textOf) {
			break
		}
		if !s.erased[msg.textOf] {
			all[msg.textOf] = true
		}
		to = seq
	}
	return slices.Sorted(maps.Keys(all)), to
}

// next is when something ends next; 0: never.
func (s *tale) next() (next room.Time) {
	sooner := func(t room.Time) {
		if next == 0 || t < next {
			next = t
		}
	}
	for _, st := range s.stays {
		if st.present() && st.until != 0 {
			sooner(st.until)
		}
	}
	if s.policy.legal {
		return next
	}
	for b, e := range s.ends {
		if !s.frozen(e.of, b) {
			sooner(e.at)
		}
	}
	for _, w := range s.words {
		sooner(w.at + s.policy.keep)
	}
	for _, h := range s.held {
		sooner(h.at + s.policy.keep)
	}
	for _, seq := range s.order {
		if seq > s.kept {
			if !s.frozen(seq, s.msgs[seq].textOf) {
				sooner(s.msgs[seq].at + s.policy.keep)
			}
			break
		}
	}
	return next
}
