package hub

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what the hub does. No label names a room or a person.
type Metrics struct {
	rooms, conns                      prometheus.Gauge
	events, fanned, conflicts, failed prometheus.Counter
	slow, refused                     prometheus.Counter
	fences, fenceSeconds, lostSignals prometheus.Counter
	resumes                           *prometheus.CounterVec
	append, load                      prometheus.Histogram
}

func newMetrics() *Metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "kith_" + name, Help: help})
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "kith_" + name + "_total", Help: help})
	}
	seconds := func(name, help string) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kith_" + name + "_seconds", Help: help, Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		})
	}
	return &Metrics{
		rooms:        gauge("rooms_active", "Rooms held in memory."),
		conns:        gauge("connections", "Open client connections."),
		events:       counter("events", "Events appended to rooms."),
		fanned:       counter("deliveries", "Events handed to connections."),
		conflicts:    counter("append_conflicts", "Appends that lost against another and were decided again."),
		failed:       counter("append_failures", "Batches of commands that could not be stored."),
		slow:         counter("connections_slow", "Connections closed because their outbox was full."),
		refused:      counter("commands_refused", "Commands answered with an error."),
		fences:       counter("fences", "Times this node lost touch with the log and showed nothing until it had caught up."),
		fenceSeconds: counter("fence_seconds", "Seconds this node spent so."),
		lostSignals:  counter("signals_lost", "Signals between nodes that were dropped or could not be read."),
		append:       seconds("append", "Time from handing records to the log until they are synced."),
		load:         seconds("room_load", "Time to make a room from its snapshot and log."),
		resumes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kith_resumes_total", Help: "Returning clients, by what they got: resumed, reset or forked.",
		}, []string{"outcome"}),
	}
}

// Collectors is what to register.
func (m *Metrics) Collectors() []prometheus.Collector {
	return []prometheus.Collector{
		m.rooms, m.conns, m.events, m.fanned, m.conflicts, m.failed, m.slow, m.refused, m.fences, m.fenceSeconds, m.lostSignals, m.append, m.load, m.resumes,
	}
}
