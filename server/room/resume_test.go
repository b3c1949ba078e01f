package room_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-chat/kith/server/person"
	"github.com/kith-chat/kith/server/room"
)

// client is what somebody's device holds: it knows only what it was shown.
type client struct {
	viewer             room.Member
	answered           map[room.Seq]room.Seq // what a row answered before that went
	staff              bool
	rows               map[room.Seq]row
	members            map[person.ID]string // alias and role
	name, topic, rules string
}

// newClient holds a page, and the room as it stands.
func newClient(s *room.State, viewer room.Member, page []row) *client {
	c := &client{
		viewer: viewer, answered: make(map[room.Seq]room.Seq),
		staff: viewer.Role.Staff(), rows: make(map[room.Seq]row), members: make(map[person.ID]string),
		name: s.Name(), topic: s.Topic(), rules: s.Rules(),
	}
	for _, r := range page {
		c.rows[r.Seq] = r
	}
	for _, m := range s.Members() {
		c.members[m.Person] = m.Alias.Text + " " + m.Role.String()
	}
	return c
}

// take is what the manual tells a client to do with an event.
func (c *client) take(s *room.State, shown room.Shown, bodies map[room.Seq]string) {
	seq := shown.Message.Seq
	held, holds := c.rows[seq]
	switch shown.Show {
	case room.ShowMessage, room.ShowRestored:
		c.back(seq)
		c.rows[seq] = rowOf(s, c.viewer, shown, bodies)
	case room.ShowEdited:
		if holds {
			held.Text, held.Edited = bodies[shown.TextOf], shown.At
			c.rows[seq] = held
		}
	case room.ShowRemoved:
		c.remove(shown.Message)
	case room.ShowWiped:
		for _, m := range shown.Wiped {
			c.remove(m)
		}
	case room.ShowAppeal:
		if m := shown.Message; m.Seq != 0 {
			shown.TextOf = m.Text
			c.back(m.Seq)
			c.rows[m.Seq] = rowOf(s, c.viewer, shown, bodies)
		}
	case room.ShowReports:
		if holds {
			held.Reports = reportsOf(s, c.viewer, seq)
			c.rows[seq] = held
		}
	case room.ShowLapsed:
		c.lapse(shown.Message.At + 1)
	case room.ShowReaction:
		if holds {
			g := given{room.Reactions[shown.Reaction], shown.Member.Person}
			held.Reactions = slices.DeleteFunc(slices.Clone(held.Reactions), func(r given) bool { return r == g })
			if shown.On {
				held.Reactions = append(held.Reactions, g)
			}
			held.Reactions = sorted(held.Reactions)
			c.rows[seq] = held
		}
	case room.ShowMember:
		c.members[shown.Member.Person] = shown.Member.Alias.Text + " " + shown.Member.Role.String()
	case room.ShowLeft:
		delete(c.members, shown.Member.Person)
	case room.ShowRoom:
		for into, text := range map[*string]*string{&c.name: shown.Name, &c.topic: shown.Topic, &c.rules: shown.Rules} {
			if text != nil {
				*into = *text
			}
		}
	}
}

// remove: the message went. Staff keep an empty row, and so does its author where a
// moderator did it.
func (c *client) remove(m room.Message) {
	held, holds := c.rows[m.Seq]
	c.gone(m.Seq)
	switch own := held.Author == c.viewer.Person && m.By != room.ByAuthor; {
	case holds && (c.staff || own):
		c.rows[m.Seq] = row{
			Seq: m.Seq, Author: held.Author, At: held.At, Edited: held.Edited, Removed: m.RemovedAt, Written: held.Written, How: howOf(m), Reports: held.Reports,
		}
	case holds:
		delete(c.rows, m.Seq)
	}
}

// gone and back: replies to a message that went, or is there again, say so.
func (c *client) gone(seq room.Seq) {
	for at, r := range maps.All(c.rows) {
		if r.ReplyTo == seq {
			r.ReplyTo, r.ReplyGone = 0, true
			c.answered[at] = seq
			c.rows[at] = r
		}
	}
}

func (c *client) back(seq room.Seq) {
	for at, r := range maps.All(c.rows) {
		if c.answered[at] == seq && r.Removed == 0 {
			r.ReplyTo, r.ReplyGone = seq, false
			c.rows[at] = r
		}
	}
}

// lapse drops what was written before.
func (c *client) lapse(before room.Time) {
	for seq, r := range maps.All(c.rows) {
		if r.At < before {
			delete(c.rows, seq)
			c.gone(seq)
		}
	}
}

// screen is the client's rows from one message on, in order. Whether an empty row
// was once edited is nothing anybody sees.
func (c *client) screen(from room.Seq) []row {
	rows := []row{}
	for _, seq := range slices.Sorted(maps.Keys(c.rows)) {
		if r := c.rows[seq]; seq >= from {
			rows = append(rows, seen(r))
		}
	}
	return rows
}

func seen(r row) row {
	if r.Removed != 0 {
		r.Edited = 0
	}
	return r
}

// A client that held a page, was away, and is shown what it missed under the state
// of its return ends where one that loads everything anew does; and nothing it is
// shown names a text that is removed, superseded or erased by then.
func TestResumeEndsWhereAFreshPageDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.found(t)
		w.grow(t, rapid.IntRange(0, 40).Draw(t, "steps before"))
		cut := len(w.entries)
		w.grow(t, rapid.IntRange(1, 40).Draw(t, "steps away"))
		overlap := rapid.IntRange(0, 3).Draw(t, "shown twice") // events may repeat what the page has
		limit := rapid.SampledFrom([]int{1, 3, 1000}).Draw(t, "page")
		then, bodies := w.refold(t, cut), w.bodiesAt(cut)
		for _, who := range people {
			was, wasIn := then.Present(who)
			is, isIn := w.state.Present(who)
			if !wasIn || !isIn || !resumes(was, is, room.Seq(cut)) {
				continue
			}
			page, more := then.Page(was, 0, limit)
			rows := rowsOf(then, was, page, bodies)
			from := room.Seq(0)
			if more {
				from = rows[0].Seq
			}
			c := newClient(then, was, rows)
			w.feed(t, c, is, w.entries[max(cut-overlap, 5):])
			w.compare(t, c, is, from)
		}
	})
}

// What was posted, edited twice, reacted to and taken back while a client was away
// comes to it as one word without a text: gone. And a reply to it says so.
func TestGapTellsNothingOfWhatIsGone(t *testing.T) {
	w := script(t,
		step{do: room.OpenRoom{Name: "a room"}},
		step{do: room.AddMember{Person: people[0], Alias: "Ana", Role: room.Participant}},
		step{do: room.AddMember{Person: people[1], Alias: "Bo", Role: room.Participant}},
		step{by: 0, do: room.PostMessage{Text: "one"}},
		step{by: 0, do: room.EditMessage{Message: 4, Text: "two"}},
		step{by: 1, do: room.React{Message: 4, Reaction: "hug", On: true}},
		step{by: 1, do: room.PostMessage{Text: "an answer", ReplyTo: 4}},
		step{by: 0, do: room.EditMessage{Message: 4, Text: "three"}},
		step{by: 0, do: room.RemoveMessage{Message: 4}},
		step{do: room.AddMember{Person: people[2], Alias: "Cy", Role: room.Participant}},
		step{by: 1, do: room.PostMessage{Text: "another", ReplyTo: 7}},
	)
	tells := func(who int) (told []string) {
		viewer, _ := w.state.Present(people[who])
		for _, e := range w.entries[3:] {
			if shown, ok := room.View(w.state, e, viewer); ok {
				told = append(told, note(shown.Show, shown.Message.Seq, shown.TextOf, shown.ReplyGone))
			}
		}
		return told
	}
	const joined, another = `["member",0,0,false]`, `["message",11,11,false]`
	peer := []string{`["message",7,7,true]`, `["removed",4,0,false]`, joined, another}
	if got := tells(1); !slices.Equal(got, peer) {
		t.Errorf("a peer is told %q", got)
	}
	if got := tells(2); !slices.Equal(got, []string{joined, `["message",11,11,true]`}) {
		t.Errorf("who joined later is told %q", got)
	}
}

// resumes is which of those present then and now are fed a gap at all: who has the
// same kind of view and is in the same stay.
func resumes(was, is room.Member, cut room.Seq) bool {
	return was.Role.Staff() == is.Role.Staff() && (is.Role.Staff() || cut >= is.Joined)
}

func (w *world) feed(t *rapid.T, c *client, viewer room.Member, gap []room.Entry) {
	for _, e := range gap {
		shown, ok := room.View(w.state, e, viewer)
		if !ok {
			continue
		}
		s := w.model.tell().msgs[shown.Message.Seq]
		if shown.Show == room.ShowReaction && s.removed != 0 {
			t.Fatalf("record %d tells of a message that was taken back", e.Seq)
		}
		if shown.TextOf != 0 && (shown.Show == room.ShowMessage || shown.Show == room.ShowEdited || shown.Show == room.ShowRestored) {
			if _, kept := w.bodies[shown.TextOf]; !kept || s.removed != 0 || s.textOf != shown.TextOf {
				t.Fatalf("record %d names text %d, which is not to be seen", e.Seq, shown.TextOf)
			}
		}
		c.take(w.state, shown, w.bodies)
	}
}

func (w *world) compare(t *rapid.T, c *client, viewer room.Member, from room.Seq) {
	page, _ := w.state.Page(viewer, 0, 1000)
	fresh := newClient(w.state, viewer, rowsOf(w.state, viewer, page, w.bodies))
	c.lapse(w.model.latest() - w.state.Policy().KeepFor())
	if got, want := c.screen(from), fresh.screen(from); !reflect.DeepEqual(got, want) {
		t.Fatalf("%s returned to\n%+v\nwant\n%+v", viewer.Person, got, want)
	}
	if !reflect.DeepEqual(c.members, fresh.members) {
		t.Fatalf("%s returned to members %v, want %v", viewer.Person, c.members, fresh.members)
	}
	if c.name != fresh.name || c.topic != fresh.topic || c.rules != fresh.rules {
		t.Fatalf("%s returned to other texts of the room", viewer.Person)
	}
}

// bodiesAt is what the store held after the first n entries.
func (w *world) bodiesAt(n int) map[room.Seq]string {
	held := make(map[room.Seq]string)
	for _, e := range w.entries[:n] {
		held[e.Seq] = e.Text()
		for _, seq := range e.Erases() {
			delete(held, seq)
		}
	}
	return held
}
