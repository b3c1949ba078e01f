package sqlitestore_test

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kith-chat/kith/server/eventlog"
	"github.com/kith-chat/kith/server/sqlitestore"
)

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// message is a record of the size a chat message has.
func message() eventlog.Record {
	return eventlog.Record{Meta: make([]byte, 120), Body: make([]byte, 160)}
}

// BenchmarkAppend appends one sealed record at a time, each writer in its own
// stream, durably.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := mustOpen(b, b.TempDir(), sqlitestore.Options{})
			log := eventlog.Sealed(s, eventlog.NewKeyring(eventlog.NewKey()))
			b.ResetTimer()
			before := cpu()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					var head eventlog.Position
					var err error
					for range b.N/writers + 1 {
						head, err = log.Append(b.Context(), fmt.Sprintf("room/%d", w), head, []eventlog.Record{message()})
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// BenchmarkRead reads a stream of 50,000 records from end to end.
func BenchmarkRead(b *testing.B) {
	const n = 50_000
	s := mustOpen(b, b.TempDir(), sqlitestore.Options{InsecureSyncOff: true})
	sealed := eventlog.Sealed(s, eventlog.NewKeyring(eventlog.NewKey()))
	var head eventlog.Position
	for range n / 500 {
		list := make([]eventlog.Record, 500)
		for i := range list {
			list[i] = message()
		}
		var err error
		if head, err = sealed.Append(b.Context(), "room/a", head, list); err != nil {
			b.Fatal(err)
		}
	}
	for name, log := range map[string]eventlog.Log{"bare": s, "sealed": sealed} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				for from := eventlog.Seq(1); from <= n; from += eventlog.MaxRead {
					if _, err := log.Read(b.Context(), "room/a", from, n); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N)/n, "cpu-µs/record")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/record")
		})
	}
}
