// Package keyfile keeps the key that everything in a store is sealed under, in a
// file of its own: outside the data folder and its backups, readable by its owner
// alone. Without it nothing that was stored can be read, by anybody, for ever.
//
// A key file is text: lines beginning with # are for people, one line holds the
// current key, and while a rotation is under way one more holds the key before.
//
//	# ...
//	current <64 hexadecimal digits>
//	older <64 hexadecimal digits>
//
// So that a lost or wrong key is refused in words and never looks like an empty
// history, the store keeps a proof of its key, unsealed, in the bucket "key": Check
// compares. Open is what a server calls.
package keyfile
