package hub

import (
	"sync"
)

// Bounds of what waits for one connection.
const (
	// outboxBytes is the most that waits; over it the connection is closed with a
	// code that means "come back and resume".
	outboxBytes = 256 << 10
	// lineBytes is the most that one line counts for, however long it is. The answer
	// to a join has every member of the room in it: if it could fill the box alone,
	// coming back would lead to the same again.
	lineBytes = outboxBytes / 2
	// frameBytes is the most that is put into one frame.
	frameBytes = 32 << 10
)

// outbox holds lines until the connection can take them. Sending never waits: a
// goroutine drains the box and exists only while there is something to drain.
type outbox struct {
	conn *Conn  // whose way out this is
	done func() // called when the box was ended and drained

	mu       sync.Mutex
	lines    [][]byte
	bytes    int
	draining bool
	ended    bool // nothing is taken in any more
}

// send takes a line that must arrive: an answer or an event.
func (o *outbox) send(line []byte) { o.put(line, outboxBytes) }

// signal takes a line that may be lost: it is dropped from half full on.
func (o *outbox) signal(line []byte) {
	o.mu.Lock()
	half := o.bytes > outboxBytes/2
	o.mu.Unlock()
	if !half {
		o.put(line, outboxBytes)
	}
}

func (o *outbox) put(line []byte, limit int) {
	if o.add(line, limit) {
		o.conn.hub.work.Go(o.drain)
	}
}

// add takes a line in. After true nobody is draining: the caller has it done, by drain
// or try.
func (o *outbox) add(line []byte, limit int) (drain bool) {
	o.mu.Lock()
	if o.ended {
		o.mu.Unlock()
		return false
	}
	if o.bytes+charge(line) > limit {
		o.ended, o.lines, o.bytes = true, nil, 0
		o.mu.Unlock()
		o.conn.tooSlow()
		return false
	}
	o.lines = append(o.lines, line)
	o.bytes += charge(line)
	drain = !o.draining
	o.draining = true
	o.mu.Unlock()
	return drain
}

// charge is what a line counts for.
func charge(line []byte) int { return min(len(line), lineBytes) }

// next takes the lines of one frame. A single line is not copied: all members who
// see the same share its bytes.
func (o *outbox) next() []byte {
	o.mu.Lock()
	if len(o.lines) == 0 {
		o.draining, o.lines = false, nil
		done := o.done
		o.done = nil
		o.mu.Unlock()
		if done != nil {
			done()
		}
		return nil
	}
	defer o.mu.Unlock()
	n, size := 1, len(o.lines[0])
	for n < len(o.lines) && size+1+len(o.lines[n]) <= frameBytes {
		size += 1 + len(o.lines[n])
		n++
	}
	frame := o.lines[0]
	if n > 1 {
		frame = make([]byte, 0, size)
		for i, line := range o.lines[:n] {
			if i > 0 {
				frame = append(frame, '\n')
			}
			frame = append(frame, line...)
		}
	}
	for _, line := range o.lines[:n] {
		o.bytes -= charge(line)
	}
	clear(o.lines[:n])
	o.lines = o.lines[n:]
	return frame
}

// waiting tells whether anything is still on its way out.
func (o *outbox) waiting() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.draining
}

// drop ends the box and forgets what waits.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended, o.lines, o.bytes, o.draining = true, nil, 0, false
}

// end takes nothing more in; what waits is still written, then done is called.
func (o *outbox) end(done func()) {
	o.mu.Lock()
	if o.ended { // ended before, or the connection was dropped
		o.mu.Unlock()
		return
	}
	idle := !o.draining
	o.ended = true
	if !idle {
		o.done = done
	}
	o.mu.Unlock()
	if idle {
		done()
	}
}
