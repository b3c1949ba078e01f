package eventlog

import (
	"context"
	"errors"
	"fmt"
)

// Verify walks a stream from its first record and holds it to its chain: numbers
// without a gap, every digest that of Next, and the head where Head says. anchors
// are positions known from elsewhere (a printed audit, a backup, another node);
// each has to lie on the chain, so that a stream that was cut off shows.
//
// Through Sealed, log opens every commitment on the way, and Verify demands that
// each missing body is erased by a later record, and each erased body missing.
// On a bare store, use VerifyChain.
//
// The error names the first bad record and nothing that it says: a *CorruptError.
// Other errors are those of reading. A dropped stream has nothing to verify: only
// its anchors are held against its tombstone.
func Verify(ctx context.Context, log Log, stream string, anchors ...Position) error {
	return verify(ctx, log, stream, true, anchors)
}

// VerifyChain is Verify without a key: for a bare store, where what a record
// erased cannot be read. It finds what was changed in the chain, dropped from it or
// reordered, and not a body that is missing or exchanged.
func VerifyChain(ctx context.Context, log Log, stream string, anchors ...Position) error {
	return verify(ctx, log, stream, false, anchors)
}

// VerifyAll verifies every stream of log as Verify does and returns how many
// there are. progress, if not nil, is told each stream before its turn. It goes
// on after a bad stream and returns all of them, joined.
func VerifyAll(ctx context.Context, log Log, progress func(stream string)) (int, error) {
	var bad []error
	var cursor Cursor
	seen := map[string]bool{}
	for {
		list, next, err := log.Changes(ctx, cursor, 0)
		if err != nil {
			return len(seen), errors.Join(append(bad, err)...)
		}
		cursor = next
		before := len(seen)
		for _, c := range list {
			if seen[c.Stream] {
				continue
			}
			seen[c.Stream] = true
			if progress != nil {
				progress(c.Stream)
			}
			// The head of the list is an anchor: a stream cut off since shows.
			err := Verify(ctx, log, c.Stream, c.Head)
			if err != nil && !errors.Is(err, ErrCorrupt) {
				return len(seen), errors.Join(append(bad, err)...)
			}
			bad = append(bad, err)
		}
		// A stream that moves comes again, later: a list with nothing new in it is
		// past the last stream there was.
		if len(seen) == before {
			return len(seen), errors.Join(bad...)
		}
	}
}

func verify(ctx context.Context, log Log, stream string, erasures bool, anchors []Position) error {
	head, err := log.Head(ctx, stream)
	if errors.Is(err, ErrDropped) {
		return verifyTombstone(stream, head, anchors)
	}
	if err != nil {
		return err
	}
	v := verifier{stream: stream, anchors: map[Seq]Digest{}}
	for _, a := range append([]Position{head}, anchors...) {
		if d, ok := v.anchors[a.Seq]; ok && d != a.Digest || a.Seq == 0 && a.Digest != (Digest{}) {
			return v.bad(a.Seq, "it is not the record that it is known to be")
		}
		v.anchors[a.Seq] = a.Digest
	}
	if err := v.walk(ctx, log); err != nil {
		return err
	}
	for _, a := range append([]Position{head}, anchors...) {
		if a.Seq > v.at.Seq {
			return v.bad(v.at.Seq+1, fmt.Sprintf("it is missing: the stream is known to go to %d", a.Seq))
		}
	}
	if erasures {
		return v.checkErasures(ctx, log)
	}
	return nil
}

func verifyTombstone(stream string, last Position, anchors []Position) error {
	for _, a := range anchors {
		if a.Seq > last.Seq || a.Seq == last.Seq && a != last {
			return &CorruptError{Stream: stream, Seq: a.Seq, Reason: "the stream was dropped before it, or from another history"}
		}
	}
	return nil
}

// bodyState is what a walk learns of a record's body: a byte each, because
// streams are long.
type bodyState byte

const (
	bodyNone    bodyState = iota // never had one
	bodyThere                    // has it
	bodyMissing                  // had one, and nothing says yet why it is gone
	bodyErased                   // a later record erased it, and it is gone
	bodyKept                     // a later record erased it, and it was there
)

// verifier is a walk along one stream.
type verifier struct {
	stream  string
	at      Position
	anchors map[Seq]Digest
	bodies  []bodyState // of record i+1
}

func (v *verifier) bad(seq Seq, reason string) error {
	return &CorruptError{Stream: v.stream, Seq: seq, Reason: reason}
}

// walk goes on until there is nothing to read, not only to the head it began
// with: what erased a body that was missing on the way may come after it.
func (v *verifier) walk(ctx context.Context, log Log) error {
	for {
		records, err := log.Read(ctx, v.stream, v.at.Seq+1, v.at.Seq+MaxRead)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return nil
		}
		for i := range records {
			if err := v.step(&records[i]); err != nil {
				return err
			}
		}
	}
}

func (v *verifier) step(r *Record) error {
	if r.Seq != v.at.Seq+1 {
		return v.bad(v.at.Seq+1, "it is missing")
	}
	v.at = v.at.Next(*r)
	if v.at.Digest != r.Digest {
		return v.bad(r.Seq, "its digest is not that of the chain")
	}
	if known, ok := v.anchors[r.Seq]; ok && known != r.Digest {
		return v.bad(r.Seq, "it is not the record that it is known to be")
	}
	state := bodyNone
	switch {
	case r.Body != nil && !r.HasBody:
		return v.bad(r.Seq, "it has a body that it was appended without")
	case r.Body != nil:
		state = bodyThere
	case r.HasBody:
		state = bodyMissing
	}
	v.bodies = append(v.bodies, state)
	return v.stepErasures(r)
}

func (v *verifier) stepErasures(r *Record) error {
	for _, s := range r.Erases {
		if s == 0 || s >= r.Seq {
			return v.bad(r.Seq, "it erases a record that is not before it")
		}
		switch b := &v.bodies[s-1]; *b {
		case bodyMissing:
			*b = bodyErased
		case bodyThere:
			*b = bodyKept
		}
	}
	return nil
}

func (v *verifier) checkErasures(ctx context.Context, log Log) error {
	for i, b := range v.bodies {
		seq := Seq(i + 1)
		switch b {
		case bodyMissing:
			return v.bad(seq, "its body is missing, and no record erased it")
		case bodyKept:
			// Erased while we walked, after we had passed it? Then it is gone now.
			now, err := log.Read(ctx, v.stream, seq, seq)
			if err != nil {
				return err
			}
			if len(now) == 0 || now[0].Body != nil {
				return v.bad(seq, "its body was erased and is there again")
			}
		}
	}
	return nil
}
