package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"runtime"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/person"
)

// Config is what a Gate needs.
type Config struct {
	// Log and Values are sealed: what goes in here is names and hashes.
	Log    eventlog.Log
	Values eventlog.Values
	Clock  func() time.Time
	// Rand makes ids, secrets and salts. nil: crypto/rand.
	Rand io.Reader
	// DeviceKey signs the tokens of known devices, 32 bytes. With another key
	// devices are merely unknown again.
	DeviceKey []byte
	// Staff says whether the person is lead or moderator in any room. It is asked
	// on every request. Its error refuses the request.
	Staff func(context.Context, person.ID) (bool, error)
	// Cost of a passphrase's hash. The zero Cost: Recommended.
	Cost Cost
	// Hashes computed at one time; 0: one per processor. Each takes Cost.MemoryKiB.
	Hashes int
}

// Gate is where people come in. All methods may be called from any goroutine.
type Gate struct {
	log       eventlog.Log
	values    eventlog.Values
	clock     func() time.Time
	rand      io.Reader
	deviceKey []byte
	staff     func(context.Context, person.ID) (bool, error)
	hasher    *hasher
	throttle  *throttle
}

// New checks c and makes a Gate. It computes one hash.
func New(c Config) (*Gate, error) {
	if c.Log == nil || c.Values == nil || c.Clock == nil || c.Staff == nil {
		return nil, errors.New("auth: Log, Values, Clock and Staff are needed")
	}
	if len(c.DeviceKey) != 32 {
		return nil, errors.New("auth: DeviceKey must be 32 bytes")
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Cost == (Cost{}) {
		c.Cost = Recommended
	}
	if c.Hashes <= 0 {
		c.Hashes = runtime.GOMAXPROCS(0)
	}
	h, err := newHasher(c.Cost, c.Hashes, c.Rand)
	if err != nil {
		return nil, err
	}
	return &Gate{
		log: c.Log, values: c.Values, clock: c.Clock, rand: c.Rand, deviceKey: c.DeviceKey,
		staff: c.Staff, hasher: h, throttle: newThrottle(throttleEntries),
	}, nil
}

// now is the clock's time in whole milliseconds, as everything stored is.
func (g *Gate) now() time.Time { return g.clock().Truncate(time.Millisecond) }
