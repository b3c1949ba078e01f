package main

import "math"

// report is what is printed. A figure that was not measured is null. CPU is in
// microseconds, memory in KiB.
type report struct {
	Rooms       int     `json:"rooms"`
	Members     int     `json:"members"`
	Connections int     `json:"connections"`
	Preload     int     `json:"preload"`
	Rate        float64 `json:"rate"`
	Seconds     float64 `json:"seconds"`

	counts
	// LateMS is how late this program sent what was due: where it is large, the
	// clients and not the server were at their limit.
	LateMS  *spread `json:"sent_late_ms"`
	Dropped int     `json:"connections_dropped"`

	ServerCPU *float64 `json:"server_cpu_us_per_delivery"`

	RSSBefore  *int     `json:"server_rss_kib_before"`
	RSSIdle    *int     `json:"server_rss_kib_idle"`
	RSSPerConn *float64 `json:"server_rss_kib_per_idle_conn"`

	Append *float64 `json:"append_cpu_us_per_message"`
	Fanout *float64 `json:"fanout_cpu_us_per_delivery"`
	Floor  *float64 `json:"floor_cpu_us_per_delivery"`
	Ratio  *float64 `json:"fanout_ratio_to_floor"`
}

// memory fills in what idle connections take. rested says whether all have pinged.
func (r *report) memory(before, idle int, rested bool) {
	r.RSSBefore, r.RSSIdle = &before, &idle
	if rested {
		r.RSSPerConn = rounded(float64(idle-before) / float64(r.Connections))
	}
}

// slopes fills in what follows from two runs of the server and two of the floor.
func (r *report) slopes(serverOne, serverAll, floorOne, floorAll cost) {
	fanout, floor := slope(serverOne, serverAll), slope(floorOne, floorAll)
	r.Fanout, r.Floor = rounded(fanout), rounded(floor)
	if floor > 0 {
		r.Ratio = rounded(fanout / floor)
	}
	r.Append = rounded((serverOne.micros - fanout*float64(serverOne.deliveries)) / float64(serverOne.messages))
}

// cost is what a run took of a process.
type cost struct {
	messages, deliveries int
	micros               float64 // of CPU
}

// slope is what one more delivery costs, in microseconds.
func slope(one, all cost) float64 {
	return (all.micros - one.micros) / float64(all.deliveries-one.deliveries)
}

// rounded keeps two decimals: the clock behind CPU times ticks every 10 ms.
func rounded(v float64) *float64 {
	v = math.Round(v*100) / 100
	return &v
}
