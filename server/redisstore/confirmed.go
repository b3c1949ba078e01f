package redisstore

import (
	"sync"

	"github.com/kith-chat/kith/server/eventlog"
)

// confirmed remembers up to where streams are known to be on the replicas that
// were asked for, so that reading old records waits for nobody.
type confirmed struct {
	mu   sync.Mutex
	upTo map[string]eventlog.Seq
}

func newConfirmed() confirmed { return confirmed{upTo: make(map[string]eventlog.Seq)} }

func (c *confirmed) note(stream string, seq eventlog.Seq) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq > c.upTo[stream] {
		c.upTo[stream] = seq
	}
}

func (c *confirmed) has(stream string, seq eventlog.Seq) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return seq <= c.upTo[stream]
}

// forget is for when the history may be another.
func (c *confirmed) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.upTo)
}
