package browsertest

import (
	"testing"
)

// Messages that a moderator looks at first: one that is released and one that is
// not, both sides of each.
func TestHoldReleaseDecline(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya, sam := in(t, b, links, "ruth"), in(t, b, links, "maya"), in(t, b, links, "sam")
	ruth.Click(".room-about")
	ruth.Press("How this room works")
	ruth.Press("Look before showing")
	ruth.pick("All messages wait for a moderator.")
	ruth.Press("Save")
	maya.See("A moderator looks at each message before the group sees it.")

	maya.say("A hard evening.")
	maya.See("Received. A moderator will look at it.")
	maya.look("held-own")
	ruth.See("It waits for you.")
	ruth.look("held-staff")
	sam.Never("A hard evening.")
	ruth.Press("Show it")
	sam.See("A hard evening.")
	sam.See("Shown after a moderator looked at it.")
	maya.Wait("!document.querySelector('.waiting-card')")

	maya.say("I took forty.")
	ruth.See("I took forty.")
	ruth.Press("Do not show it")
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.look("decline")
	ruth.Type("dialog.act textarea", "Say how you feel, without amounts.")
	ruth.submit()
	maya.See("This was not shown to the group. We leave out how harm was done, and doses. Say how you feel, without amounts.")
	maya.look("declined")
	maya.Press("Change it")
	maya.Wait("document.querySelector('#write').value === 'I took forty.'")
	sam.Never("I took forty.")
}

// A report, what the team does about it, an appeal to another moderator; and a mute.
func TestReportHideAppealMute(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya, sam, theo := in(t, b, links, "ruth"), in(t, b, links, "maya"), in(t, b, links, "sam"), in(t, b, links, "theo")
	maya.say("You are all fools.")
	sam.See("You are all fools.")
	act(sam, "You are all fools.", "Tell the team")
	sam.Wait("!!document.querySelector('dialog.act')")
	sam.look("report")
	sam.pick("This breaks the rules")
	sam.Type("dialog.act textarea", "It hurt.")
	sam.submit()
	sam.See("You told the team.")
	ruth.See("1 report to look at.")
	ruth.See("Someone says that this breaks the rules.")
	maya.Never("report")
	act(ruth, "You are all fools.", "Look at reports")
	ruth.See("Someone said: It hurt.")
	ruth.Never("Oak said")
	ruth.look("reports")
	ruth.submit()
	sam.See("They have looked.")

	act(ruth, "You are all fools.", "Moderate")
	ruth.pick("Take it out of sight (it can come back)")
	ruth.choose("reason", "unkind")
	ruth.look("moderate")
	ruth.submit()
	maya.See("A moderator took your message out of sight.")
	maya.See("Ruth took a message of yours out of sight.")
	maya.look("hidden-own")
	sam.Wait("![...document.querySelectorAll('li.message .text')].some(n => n.innerText === 'You are all fools.')")
	maya.Press("Ask someone else to look")
	maya.Type("dialog.act textarea", "I was joking.")
	maya.submit()
	theo.See("Wren asks you to look again")
	ruth.Never("Wren asks you to look again")
	theo.Press("Answer")
	theo.look("appeal")
	theo.pick("Take it back")
	theo.submit()
	sam.See("You are all fools.")
	maya.See("It was taken back.")

	act(theo, "You are all fools.", "Moderate")
	theo.pick("Erase it for good")
	theo.submit()
	ruth.See("A moderator erased this.")

	ruth.Click(".room-about")
	ruth.person("Wren", "Mute")
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.look("mute")
	ruth.submit()
	maya.See("You can read, but not write, until")
	maya.say("But why?")
	maya.See("You cannot write here for now.")
	maya.look("muted")
	ruth.person("Wren", "End the mute")
	ruth.submit()
	maya.See("You can write here again.")
}

// A private line, and somebody who is sent away.
func TestLineAndSendingAway(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya, sam := in(t, b, links, "ruth"), in(t, b, links, "maya"), in(t, b, links, "sam")
	maya.Click(".room-about")
	maya.Press("Write to the team")
	maya.Type("dialog.line-dialog textarea", "Can we talk?")
	maya.submit()
	maya.Wait("document.querySelectorAll('.line-entry').length === 1")
	maya.look("line")
	ruth.See("Wren waits for an answer since")
	sam.Never("Can we talk?")
	ruth.Press("Private line")
	ruth.See("Can we talk?")
	ruth.Type("dialog.line-dialog textarea", "Yes. I am here.")
	ruth.submit()
	maya.See("Yes. I am here.")
	ruth.Wait("document.querySelectorAll('.line-entry').length === 2")
	ruth.Click("dialog [data-part=close]")
	ruth.Wait("!document.querySelector('.waiting-card')")

	sam.Click(".room-about")
	sam.person("Wren", "Do not show what they write")
	sam.See("Show what they write")
	maya.Click("dialog [data-part=close]")
	maya.Wait("!document.querySelector('dialog')")
	maya.Press("Close")
	maya.say("Good evening.")
	ruth.See("Good evening.")
	ruth.say("Good evening, Wren.")
	sam.See("Good evening, Wren.")
	sam.Wait("![...document.querySelectorAll('li.message .text')].some(n => n.innerText === 'Good evening.')")

	ruth.Click(".room-about")
	ruth.person("Wren", "Send away")
	ruth.choose("reason", "selling")
	ruth.submit()
	maya.See("You are no longer in Tuesday evening. Nothing is sold here.")
	maya.look("sent-away")
}

// in opens the demo's room as one of its people.
func in(t *testing.T, b *Browser, links map[string]string, name string) *Page {
	t.Helper()
	p := b.Open(t, links[name])
	p.See("Tuesday evening")
	p.enter("Tuesday evening")
	p.See("Kettle")
	return p
}

// pick chooses what an open question offers, by its words.
func (p *Page) pick(text string) {
	p.t.Helper()
	at := "[...document.querySelectorAll('dialog.act label')].find(l => l.innerText.trim() === " + quote(text) + ")"
	p.Wait("!!" + at)
	Eval[any](p, "void ("+at+").click()")
}

// choose sets a list of an open question.
func (p *Page) choose(part, value string) {
	p.t.Helper()
	at := "document.querySelector('dialog.act select[data-part=" + part + "]')"
	p.Wait("!!" + at)
	Eval[any](p, "void ("+at+".value = "+quote(value)+")")
}

// submit does what an open question asks, and waits until it has closed; a private
// line stays open.
func (p *Page) submit() {
	p.t.Helper()
	p.Click("dialog button.main")
	p.Wait("!document.querySelector('dialog.act')")
}

// person presses something that can be done about a member in the room's panel.
func (p *Page) person(alias, what string) {
	p.t.Helper()
	row := "[...document.querySelectorAll('li.person')].find(r => r.querySelector('.who').innerText === " + quote(alias) + ")"
	p.Wait("!!" + row)
	Eval[any](p, "void (("+row+").querySelector('details').open = true)")
	at := "[...(" + row + ").querySelectorAll('button')].find(b => b.checkVisibility() && b.innerText.trim() === " + quote(what) + ")"
	p.Wait("!!(" + at + ")")
	Eval[any](p, "void ("+at+").click()")
}

// Somebody of the team looks into a room that is not theirs, and the lead is told.
func TestLookIntoARoom(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth := in(t, b, links, "ruth")
	ruth.makeRoom("Early walks", "Ruth")
	theo := b.Open(t, links["theo"])
	theo.See("Tuesday evening")
	theo.Press("Look into a room")
	theo.Wait("!!document.querySelector('dialog.act')")
	theo.look("visit-ask")
	theo.Type("dialog.act textarea", "A call came in.")
	theo.submit()
	theo.See("You can read, but not write.")
	theo.look("visit")
	ruth.See("someone of the team looked into a room that is not theirs")
	ruth.enter("Early walks")
	ruth.See("A call came in.")
}

// An end of care, both sides of it.
func TestEndOfCare(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	maya.Expect("401")
	maya.Expect("WebSocket")
	maya.say("So long.")
	ruth.See("So long.")
	ruth.Click(".room-about")
	ruth.person("Wren", "End of care")
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.look("end-of-care")
	ruth.pick("What they wrote is erased")
	ruth.submit()
	ruth.Wait("![...document.querySelectorAll('li.message .text')].some(n => n.innerText === 'So long.')")
	maya.See("You were signed out")
	maya.Never("So long.")
}

// What the team says of somebody, when their time here ends, and another role: the team
// sees it, the person is told of the end alone, the group of nothing.
func TestTeamNoteEndDateRole(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya, sam := in(t, b, links, "ruth"), in(t, b, links, "maya"), in(t, b, links, "sam")
	for _, p := range []*Page{ruth, maya, sam} {
		p.Click(".room-about")
	}
	ruth.person("Wren", "Team note")
	ruth.Type("dialog.act textarea", "New since May")
	ruth.look("team-note")
	ruth.submit()
	ruth.See("New since May")
	ruth.person("Wren", "End date")
	ruth.pick("In 2 weeks")
	ruth.look("end-date")
	ruth.submit()
	ruth.See("New since May · until ")
	maya.See("You are in this room until ")
	ruth.look("person-team")
	maya.Never("New since May")
	sam.Never("New since May")
	if Eval[bool](sam, "[...document.querySelectorAll('.team-words')].some(n => n.checkVisibility())") {
		t.Error("a peer is shown what the team says")
	}

	maya.Expect("401")
	maya.Expect("WebSocket")
	ruth.person("Wren", "Make a moderator")
	ruth.submit()
	maya.See("You were signed out")
	ruth.Wait("[...document.querySelectorAll('li.person')].some(r => r.querySelector('.who').innerText === 'Wren' && r.innerText.includes('Moderator'))")
}

// Words are found in what one may see, however they are written.
func TestFindWords(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	maya := in(t, b, links, "maya")
	maya.Click(".room-about")
	maya.Press("Find words")
	maya.Type("input[name=words]", "k")
	maya.Press("Find")
	maya.See("Use two letters or more.")
	maya.Type("input[name=words]", "ETTLE")
	maya.Press("Find")
	maya.Wait("document.querySelectorAll('.found li').length > 0 && [...document.querySelectorAll('.found li')].every(n => /kettle/i.test(n.innerText))")
	maya.look("found")
	Eval[any](maya, "void (document.querySelector('input[name=words]').value = '')")
	maya.Type("input[name=words]", "zebra crossing")
	maya.Press("Find")
	maya.See("Nothing found.")
}
