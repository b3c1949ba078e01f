package hub

import "slices"

// trier is a Socket that can be tried.
type trier interface {
	// TryWrite sends one text frame if that needs no waiting. After false, Write is
	// called with the same frame: it completes what has begun.
	TryWrite(frame []byte) bool
}

// boxesAtOnce is how many boxes one goroutine drains: a large room's are shared out
// over the processors.
const boxesAtOnce = 64

// drainAll drains the boxes of all who are told of one event, in a few goroutines
// instead of one for each. None of them waits for a connection: one that is not
// ready gets a goroutine of its own.
func (h *Hub) drainAll(boxes []*outbox) {
	for some := range slices.Chunk(boxes, boxesAtOnce) {
		h.work.Go(func() {
			for _, o := range some {
				o.try()
			}
		})
	}
}

// try writes what can leave without waiting, and has the rest drained.
func (o *outbox) try() {
	for {
		frame := o.next()
		if frame == nil {
			return
		}
		if socket, ok := o.conn.socket.(trier); !ok || !socket.TryWrite(frame) {
			o.conn.hub.work.Go(func() {
				if o.deliver(frame) {
					o.drain()
				}
			})
			return
		}
	}
}

// drain writes until the box is empty or the network gives up.
func (o *outbox) drain() {
	for {
		frame := o.next()
		if frame == nil || !o.deliver(frame) {
			return
		}
	}
}

// deliver writes one frame; false ends the box.
func (o *outbox) deliver(frame []byte) bool {
	if err := o.conn.socket.Write(frame); err != nil {
		o.drop()
		return false
	}
	return true
}
