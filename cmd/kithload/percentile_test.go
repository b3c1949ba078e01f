package main

import (
	"slices"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	for _, c := range []struct {
		of   []time.Duration
		p    float64
		want time.Duration
	}{
		{hundred, 50, 50 * time.Millisecond},
		{hundred, 99, 99 * time.Millisecond},
		{hundred, 100, 100 * time.Millisecond},
		{hundred[:1], 1, time.Millisecond},
		{hundred[:1], 99, time.Millisecond},
		{hundred[:3], 50, 2 * time.Millisecond},
		{hundred[:10], 99, 10 * time.Millisecond},
	} {
		if got := percentile(c.of, c.p); got != c.want {
			t.Errorf("percentile %v of %d values is %v, want %v", c.p, len(c.of), got, c.want)
		}
	}
	slices.Reverse(hundred)
	if s := spreadOf(hundred); s.P50 != 50 || s.P99 != 99 || s.Max != 100 {
		t.Errorf("spread of unsorted values: %+v", s)
	}
	if spreadOf(nil) != nil {
		t.Error("nothing has a spread")
	}
}

func TestMedian(t *testing.T) {
	if m := median([]float64{9, 1, 5}); m != 5 {
		t.Errorf("median of three is %v", m)
	}
	if m := median([]float64{4, 1, 3, 2}); m != 2 {
		t.Errorf("median of four is %v", m)
	}
}
