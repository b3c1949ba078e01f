package browsertest

import "testing"

// What waits in all of a moderator's rooms is in one list: who takes it, and the way to
// where it can be dealt with. What is dealt with leaves it by itself.
func TestWhatWaits(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	if Eval[bool](maya, "document.querySelector('[data-part=desk]').checkVisibility()") {
		t.Error("a participant has the team's queue")
	}
	maya.say("I want to hurt somebody.")
	ruth.See("I want to hurt somebody.")
	sam := in(t, b, links, "sam")
	act(sam, "I want to hurt somebody.", "Tell the team")
	sam.Wait("!!document.querySelector('dialog.act')")
	sam.pick("I am worried about this person")
	sam.submit()
	ruth.Click("[data-part=desk]")
	ruth.See("Someone is worried about a person")
	ruth.look("desk")
	ruth.Press("I take it")
	ruth.See("You are on it.")
	ruth.look("desk-mine")
	ruth.Press("Give it back")
	ruth.Wait("!document.body.innerText.includes('You are on it.')")
	ruth.Click(".queue-item [data-part=open]")
	ruth.See("I want to hurt somebody.")
	ruth.Press("Look at reports")
	ruth.pick("I talked to the person")
	ruth.submit()
	ruth.Click("[data-part=desk]")
	ruth.See("Nothing waits for you now.")
	ruth.look("desk-empty")
}
