package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/kith-chat/kith/server/room"
)

// A call for a person, from the first tap to the moderator's word, on both sides: the room
// says who is there before anybody types, the call stands above everything else, and the
// person is told who has read it.
func TestCallForAPerson(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya, sam := in(t, b, links, "ruth"), in(t, b, links, "maya"), in(t, b, links, "sam")
	maya.See("No one from the team is here just now.")
	ruth.Click("[data-part=desk]")
	ruth.See("Nothing waits for you now.")
	ruth.look("console-quiet")
	ruth.Press("Off duty")
	maya.See("Ruth from the team is here now.")
	maya.look("room-attended")

	maya.Size(320, 640)
	maya.Press("Help now")
	maya.See("Talk to someone from your team")
	maya.Size(1280, 800)
	maya.look("help-ask")
	maya.Press("Ask for a person now")
	maya.Wait("!!document.querySelector('dialog.line-dialog')")
	maya.See("No one has read it yet.")
	maya.look("help-called-line")
	maya.Type("dialog.line-dialog textarea", "I am close to using.")
	maya.Click("dialog.line-dialog button.main")
	ruth.See("Someone asks for a person")
	ruth.look("console-call")
	ruth.Wait("document.querySelector('.queue-item').classList.contains('call')")
	Eval[any](ruth, "document.querySelector('.queue-item').focus()")
	ruth.Keys("o")
	ruth.Wait("!!document.querySelector('dialog.line-dialog')")
	ruth.See("I am close to using.")
	maya.See("Ruth read your call at")
	ruth.Type("dialog.line-dialog textarea", "I am here. Where are you now?")
	ruth.Click("dialog.line-dialog button.main")
	maya.See("I am here. Where are you now?")
	maya.look("help-answered")
	maya.Click("dialog.line-dialog [data-part=close]")
	maya.See("Ruth read your call at")
	maya.Press("I am okay now")
	maya.See("Ask for a person now")
	sam.Never("asks for a person")
}

// The socket is dead, and the call goes out all the same; when nothing goes, it says so, the
// lines stay, and it goes out once, as soon as it can.
func TestCallWithoutTheSocket(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	ruth.Click("[data-part=desk]")
	Eval[any](maya, "window.fetchWas = window.fetch, window.fetch = () => Promise.reject(new TypeError('off'))")
	maya.Press("Help now")
	maya.Press("Ask for a person now")
	maya.See("We cannot reach your team yet. We keep trying.")
	maya.See("Call 988")
	maya.look("help-no-way")
	ruth.Never("Someone asks for a person")
	Eval[any](maya, "window.fetch = window.fetchWas")
	ruth.See("Someone asks for a person")
	maya.See("Your call is out since")
}

// By keys alone, at 320 px: from the room to the call.
func TestCallByKeyboard(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	maya := in(t, b, links, "maya")
	maya.Size(320, 640)
	maya.tabTo("Help now", false)
	maya.Keys(kb.Enter)
	maya.tabTo("Ask for a person now", false)
	maya.Keys(kb.Enter)
	maya.See("Your call is out since")
}

// How a room is set for its shifts, through the page: nonsense is refused in words, and who
// has the room open follows each change.
func TestRoomSettingsOfAShift(t *testing.T) {
	t.Parallel()
	b := Start(t)
	s, links := demoWorld(t)
	programme, err := s.People.Programme(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hub.Do(t.Context(), programme.Rooms[0], programme.Leads[0], s.Hub.NewID(), room.SetHours{}); err != nil {
		t.Fatal(err)
	}
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	maya.See("No one from the team is here now.")
	ruth.Click(".room-about")
	ruth.Press("When no one is on duty")
	ruth.Press("People can read, but not write.")
	ruth.See("Set the hours of the team first.")
	ruth.Press("Hours of the team")
	ruth.Press("Add a time")
	ruth.Wait("!!document.querySelector('form.hours [type=time]')")
	Eval[any](ruth, `(() => {
		const form = document.querySelector('form.hours');
		form.querySelector('input[list]').value = 'Europe/Nowhere';
	})()`)
	ruth.Click("form.hours button.main")
	ruth.See("We do not know this time zone.")
	Eval[any](ruth, "document.querySelector('form.hours input[list]').value = 'Europe/Berlin'")
	ruth.look("settings-hours")
	ruth.Click("form.hours button.main")
	ruth.See("Saved")
	maya.See("Someone comes")
	ruth.Press("People can read, but not write.")
	maya.See("You can read now. You can write when someone from the team is here.")
	maya.look("room-closed")
	maya.say("Hello?")
	maya.See("You can write when someone from the team is here.")
	ruth.Press("Open. It says that no one is here.")
	ruth.Press("House rules the page helps with")
	ruth.look("settings-house")
	ruth.Press("People may answer each other")
	maya.Wait("![...document.querySelectorAll('.action')].some(b => b.innerText === 'Reply')")
}

// A message that stays in sight, and the end of it.
func TestPinnedMessage(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	ruth.say("We meet at the side door this week.")
	maya.See("We meet at the side door this week.")
	act(ruth, "We meet at the side door this week.", "Keep in sight")
	maya.Wait("document.querySelector('.pinned')?.checkVisibility() && document.querySelector('.pinned').innerText.includes('side door')")
	maya.look("pinned")
	act(ruth, "We meet at the side door this week.", "Take back")
	ruth.Press("Take it back")
	maya.Wait("!document.querySelector('.pinned')?.checkVisibility()")
}

// A shift goes from one moderator to the next: what is open goes with it, both say yes, and
// the rooms say who is there.
func TestShiftHandedOver(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, theo, maya := in(t, b, links, "ruth"), in(t, b, links, "theo"), in(t, b, links, "maya")
	for _, p := range []*Page{ruth, theo} {
		p.Click("[data-part=desk]")
		p.See("What waits")
	}
	ruth.Press("Off duty")
	maya.See("Ruth from the team is here now.")
	maya.Press("Help now")
	maya.Press("Ask for a person now")
	ruth.See("Someone asks for a person")
	ruth.Press("I take it")
	ruth.See("You are on it.")
	theo.See("Someone else is on it.")
	ruth.Press("Hand over my shift")
	ruth.Wait("!!document.querySelector('dialog.act')")
	ruth.look("shift-note")
	ruth.submit()
	ruth.See("You asked Theo at")
	theo.See("Ruth asked you at")
	theo.look("shift-asked")
	theo.Press("Take over")
	theo.See("You are on it.")
	theo.See("On duty")
	ruth.See("Off duty")
	maya.See("Theo from the team is here now.")
}

// What the group would rather not read is mentioned once, before it is sent; the person
// decides. What is fine in the room is not mentioned.
func TestAskedBeforeSending(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	maya, sam := in(t, b, links, "maya"), in(t, b, links, "sam")
	maya.Wait("performance.getEntriesByType('resource').some(r => r.name.endsWith('/medicines.js') && r.responseEnd > 0)")
	maya.say("Call me: 415 555 2671")
	maya.See("This looks like a phone number.")
	maya.look("gentle")
	sam.Never("415 555 2671")
	maya.Press("Change it")
	maya.Wait("document.querySelector('#write').value === 'Call me: 415 555 2671' && document.activeElement.id === 'write'")
	Eval[any](maya, "(() => { const w = document.querySelector('#write'); w.value = ''; w.dispatchEvent(new Event('input', { bubbles: true })); })()")
	maya.say("Call 988 if it gets dark.")
	sam.See("Call 988 if it gets dark.")
	maya.say("They gave me Suboxone.")
	maya.See("This looks like the name of a drug.")
	maya.Press("Send it")
	sam.See("They gave me Suboxone.")
}

// What a moderator did is undone with one key; what went wrong is seen on the console, and
// what it shows says so when it is old.
func TestConsoleUndoesAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := Start(t)
	_, links := demoWorld(t)
	ruth, maya := in(t, b, links, "ruth"), in(t, b, links, "maya")
	ruth.Click("[data-part=desk]")
	ruth.See("Nothing waits for you now.")
	maya.Press("Help now")
	maya.Press("Ask for a person now")
	ruth.See("Someone asks for a person")
	item := "document.querySelector('.queue-item')"
	Eval[any](ruth, item+".focus()")
	ruth.Keys("t")
	ruth.See("You are on it.")
	Eval[any](ruth, item+".focus()")
	ruth.Keys("u")
	ruth.Wait("!" + item + ".innerText.includes('You are on it.')")

	Eval[any](ruth, "window.fetchWas = window.fetch, window.fetch = () => Promise.reject(new TypeError('off'))")
	ruth.Press("I take it")
	ruth.See("We cannot connect right now.")
	ruth.look("console-wrong")
	Eval[any](ruth, "window.fetch = window.fetchWas")
	ruth.Press("I take it")
	ruth.See("You are on it.")
	ruth.Wait("!document.querySelector('.console-state')?.checkVisibility()")
}
