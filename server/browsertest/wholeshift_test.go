package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/kith-chat/kith/server/room"
)

// A whole shift in two rooms, by keys alone for the team: on duty, a call for help, a held
// message released, a report, a mute, an appeal that the other moderator answers, and the
// hand-over; and what the people concerned see of each.
func TestWholeShiftByKeyboard(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s, links := demoWorld(t)
	ruth, theo, maya, sam := in(t, b, links, "ruth"), in(t, b, links, "theo"), in(t, b, links, "maya"), in(t, b, links, "sam")
	programme, err := s.People.Programme(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hold := room.SetHold{Mode: room.HoldEveryone}
	if _, err := s.Hub.Do(t.Context(), programme.Rooms[1], programme.Leads[0], s.Hub.NewID(), hold); err != nil {
		t.Fatal(err)
	}
	console := func(p *Page) {
		p.tabTo("My shift", true)
		p.Keys(kb.Enter)
		p.See("What waits")
	}

	console(ruth)
	ruth.tabTo("Off duty", false)
	ruth.Keys(" ")
	ruth.See("Your rooms say that you are here.")
	maya.See("Ruth from the team is here now.")

	maya.Press("Help now")
	maya.Press("Ask for a person now")
	maya.See("No one has read it yet.")
	ruth.See("Someone asks for a person")
	ruth.tabTo("Someone asks for a person", true)
	ruth.Keys("o")
	ruth.Wait("document.activeElement.matches('dialog.line-dialog textarea')")
	ruth.Keys("I am here. What is going on?")
	ruth.tabTo("Send", false)
	ruth.Keys(kb.Enter)
	maya.See("I am here. What is going on?")
	maya.See("Ruth read your call at")
	ruth.Keys(kb.Escape)
	ruth.Wait("!document.querySelector('dialog.line-dialog')")
	maya.Click("dialog.line-dialog [data-part=close]")
	maya.Press("I am okay now")
	maya.Click("#help [data-part=close]")

	sam.enter("Ordinary things")
	sam.say("The bus was late, and I did not mind.")
	sam.See("Received. A moderator will look at it.")
	ruth.See("A message waits to be shown")
	ruth.tabTo("A message waits to be shown", true)
	ruth.Keys("o")
	ruth.tabTo("Show it", false)
	ruth.Keys(kb.Enter)
	sam.See("Shown after a moderator looked at it.")

	maya.say("You are all fools.")
	sam.enter("Tuesday evening")
	act(sam, "You are all fools.", "Tell the team")
	sam.Wait("!!document.querySelector('dialog.act')")
	sam.pick("This breaks the rules")
	sam.submit()
	console(ruth)
	ruth.See("A message was reported")
	ruth.tabTo("A message was reported", true)
	ruth.Keys("o")
	ruth.tabTo("Look at reports", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.look("shift-report")
	ruth.tabTo("All looked at", false)
	ruth.Keys(kb.Enter)
	sam.See("They have looked.")

	ruth.tabTo("About", true)
	ruth.Keys(kb.Enter)
	ruth.tabTo("What you can do: Wren", false)
	ruth.Keys(kb.Enter)
	ruth.tabTo("Mute", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.tabTo("Mute", false)
	ruth.Keys(kb.Enter)
	maya.See("You can read, but not write, until")
	maya.Press("Ask someone else to look")
	maya.Type("dialog.act textarea", "I was tired. I am sorry.")
	maya.submit()

	console(theo)
	theo.See("Someone asks for one more look")
	theo.look("shift-appeal")
	theo.tabTo("Someone asks for one more look", true)
	theo.Keys("o")
	theo.tabTo("Answer", false)
	theo.Keys(kb.Enter)
	theo.Wait("!!document.querySelector('dialog.act')")
	theo.tabTo("radio", false)
	theo.Keys(kb.ArrowDown)
	theo.tabTo("Answer", false)
	theo.Keys(kb.Enter)
	maya.See("It was taken back.")
	maya.say("Thank you.")
	sam.See("Thank you.")

	console(ruth)
	ruth.tabTo("Hand over my shift", false)
	ruth.Keys(kb.Enter)
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.tabTo("Ask them", false)
	ruth.Keys(kb.Enter)
	console(theo)
	theo.See("Ruth asked you at")
	theo.tabTo("Take over", false)
	theo.Keys(kb.Enter)
	maya.See("Theo from the team is here now.")
	ruth.See("Your rooms do not say that you are here.")
}

// With no socket at all: the call goes out over plain requests, and the page learns by them
// who has read it.
func TestCallWithNoSocketAtAll(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth := in(t, b, links, "ruth")
	ruth.Click("[data-part=desk]")
	maya := b.Open(t, links["maya"])
	maya.See("Tuesday evening")
	maya.BeforeLoad("window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.({ code: 1006 }), 50); } send() {} close() {} static OPEN = 1; }")
	maya.Go(maya.origin)
	maya.See("Tuesday evening")
	maya.Press("Help now")
	maya.Press("Ask for a person now")
	maya.See("Your call is out since")
	ruth.See("Someone asks for a person")
	ruth.Click(".queue-item [data-part=open]")
	maya.See("Ruth read your call at")
}
