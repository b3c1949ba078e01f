// Package auth decides who may come in: sign-in names and passphrases, links,
// sessions, throttling. It speaks no HTTP and keeps everything in the log and
// the values it is given, both of them sealed.
//
// What it promises:
//
//   - A link is spent once. Two spenders at the same moment: one of them gets in.
//   - Spending is an intent first (the claim, in the link itself) and then steps
//     that can all be done again. After a crash at any step the same secret, name
//     and passphrase go on where it stopped; so does Resume.
//   - Nothing is half done where a room refuses an alias: the claim, the account
//     (which nobody could sign in to yet) and the name are released, and the same
//     link may be tried with anything else.
//   - A session's right ends with one compare-and-swap, before anybody is told
//     that it ended; then a record in the person's stream tells every node.
//   - A session that was made with a passphrase ends with that passphrase, even
//     if its sign-in was under way when the passphrase changed.
//   - Who does not exist is answered as slowly, and in the same words, as who
//     gave a wrong passphrase, and is throttled alike.
//   - What the store, or the room, did not answer is an error without a code
//     ([Error] is missing from its chain). Nothing was granted; ask again.
//
// What it does not promise: throttling is counted by each node for itself and
// forgotten at a restart; a lock is not in the log, so a node hears of another
// tab's lock from Recheck.
package auth
