package sqlitestore_test

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/eventlog/logtest"
	"github.com/kith-chat/kith/server/sqlitestore"
)

func TestMain(m *testing.M) {
	if what := os.Getenv(childDoes); what != "" {
		runChild(what, os.Getenv(childDir))
	}
	goleak.VerifyTestMain(m)
}

func mustOpen(tb testing.TB, dir string, opt sqlitestore.Options) *sqlitestore.Store {
	tb.Helper()
	s, err := sqlitestore.Open(dir, opt)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// TestConformance holds the bare store to the contract.
func TestConformance(t *testing.T) {
	logtest.Run(t, func(t *testing.T, clock func() time.Time) logtest.Opened {
		return opened(t, t.TempDir(), clock, nil)
	})
}

// TestConformanceSealed holds the store behind the sealing decorator to it, as it
// runs in service.
func TestConformanceSealed(t *testing.T) {
	logtest.Run(t, func(t *testing.T, clock func() time.Time) logtest.Opened {
		return opened(t, t.TempDir(), clock, eventlog.NewKeyring(eventlog.NewKey()))
	})
}

func opened(t *testing.T, dir string, clock func() time.Time, keys *eventlog.Keyring) logtest.Opened {
	s := mustOpen(t, dir, sqlitestore.Options{Clock: clock, InsecureSyncOff: true})
	o := logtest.Opened{Log: s, Values: s.Values()}
	if keys != nil {
		o.Log, o.Values, o.KeepsErases = eventlog.Sealed(s, keys), eventlog.SealedValues(s.Values(), keys), true
	}
	o.Reopen = func(t *testing.T) logtest.Opened {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return opened(t, dir, clock, keys)
	}
	return o
}
