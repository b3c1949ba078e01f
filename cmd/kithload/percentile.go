package main

import (
	"math"
	"slices"
	"time"
)

// spread is how long things took, in milliseconds.
type spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// spreadOf sorts what it is given. Of nothing it is nil.
func spreadOf(took []time.Duration) *spread {
	if len(took) == 0 {
		return nil
	}
	slices.Sort(took)
	return &spread{P50: ms(percentile(took, 50)), P99: ms(percentile(took, 99)), Max: ms(took[len(took)-1])}
}

// percentile is the nearest rank of sorted values: the smallest that p percent of
// them do not exceed.
func percentile(sorted []time.Duration, p float64) time.Duration {
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// median sorts what it is given; of an even number it is the lower middle.
func median(values []float64) float64 {
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// ms keeps microseconds, which is as fine as the clocks on both sides mean.
func ms(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
