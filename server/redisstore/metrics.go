package redisstore

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Collectors is what to register. No label names a stream or a person.
func (s *Store) Collectors() []prometheus.Collector {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "kith_redis_" + name, Help: help}, value)
	}
	counter := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "kith_redis_" + name + "_total", Help: help}, value)
	}
	return []prometheus.Collector{
		gauge("news_lag_seconds", "How long this node's last word to itself through Redis took.", func() float64 {
			return time.Duration(s.probe.lag.Load()).Seconds()
		}),
		gauge("news_age_seconds", "How long ago the last word came back.", func() float64 {
			return time.Duration(steady() - s.probe.back.Load()).Seconds()
		}),
		gauge("clock_skew_seconds", "Redis's clock less this node's.", func() float64 {
			return time.Duration(s.probe.skew.Load()).Seconds()
		}),
		gauge("replicas_missing", "1 while fewer replicas answer than are asked for.", func() float64 {
			if s.probe.thin.Load() {
				return 1
			}
			return 0
		}),
		counter("news_dropped", "News and signals that were dropped because somebody was slow or they could not be read.", func() float64 {
			return float64(s.feed.dropped.Load())
		}),
		counter("listening_anew", "Times the subscription was made anew.", func() float64 { return float64(s.feed.rejoined.Load()) }),
		counter("commands", "Commands this node sent to Redis.", func() float64 { return float64(s.asked.commands.Load()) }),
		counter("retries", "Calls sent again because Redis did not know a script.", func() float64 { return float64(s.retries.Load()) }),
	}
}
