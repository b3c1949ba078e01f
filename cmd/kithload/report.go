package main

import "math"

// report is what is printed. A figure that was not measured is null. CPU is in
// microseconds, memory in KiB.
type report struct {
	Nodes       int     `json:"nodes"`
	Rooms       int     `json:"rooms"`
	Members     int     `json:"members"`
	Connections int     `json:"connections"`
	Preload     int     `json:"preload"`
	Rate        float64 `json:"rate"`
	Seconds     float64 `json:"seconds"`

	counts
	Dropped int `json:"connections_dropped"`

	// Of all nodes together; the first and the last are the same figure.
	ServerCPU       *float64 `json:"server_cpu_us_per_delivery"`
	NodePerMessage  *float64 `json:"node_cpu_us_per_message"`
	NodePerDelivery *float64 `json:"node_cpu_us_per_delivery"`

	RedisCPU      *float64 `json:"redis_cpu_us_per_message"`
	RedisCommands *float64 `json:"redis_commands_per_message"`

	RSSBefore  *int     `json:"server_rss_kib_before"`
	RSSIdle    *int     `json:"server_rss_kib_idle"`
	RSSPerConn *float64 `json:"server_rss_kib_per_idle_conn"`

	Append *float64 `json:"append_cpu_us_per_message"`
	Fanout *float64 `json:"fanout_cpu_us_per_delivery"`
	Floor  *float64 `json:"floor_cpu_us_per_delivery"`
	Ratio  *float64 `json:"fanout_ratio_to_floor"`
}

// nodesUsed fills in what the nodes used for what has been counted.
func (r *report) nodesUsed(u usage) {
	micros := float64(u.nodes.Microseconds())
	r.NodePerMessage, r.NodePerDelivery = per(micros, r.Acked), per(micros, r.Delivered)
	r.ServerCPU = r.NodePerDelivery
}

// redisUsed fills in what Redis used for it.
func (r *report) redisUsed(u usage) {
	r.RedisCPU, r.RedisCommands = per(float64(u.redis.Microseconds()), r.Acked), per(float64(u.commands), r.Acked)
}

// per is how much of something falls on each of n; of none there is no figure.
func per(much float64, n int) *float64 {
	if n == 0 {
		return nil
	}
	return rounded(much / float64(n))
}

// memory fills in what idle connections take. rested says whether all have pinged.
func (r *report) memory(before, idle int, rested bool) {
	r.RSSBefore, r.RSSIdle = &before, &idle
	if rested {
		r.RSSPerConn = rounded(float64(idle-before) / float64(r.Connections))
	}
}

// round is the four runs that are compared.
type round struct{ serverOne, serverAll, floorOne, floorAll cost }

// slopes fills in what follows from the rounds. Each figure is the median of the
// rounds: on a machine that does other things too, some are disturbed.
func (r *report) slopes(rounds []round) {
	var fanouts, floors, appends []float64
	for _, one := range rounds {
		fanout := slope(one.serverOne, one.serverAll)
		fanouts = append(fanouts, fanout)
		floors = append(floors, slope(one.floorOne, one.floorAll))
		appends = append(appends, (one.serverOne.micros-fanout*float64(one.serverOne.deliveries))/float64(one.serverOne.messages))
	}
	fanout, floor := median(fanouts), median(floors)
	r.Fanout, r.Floor, r.Append = rounded(fanout), rounded(floor), rounded(median(appends))
	if floor > 0 {
		r.Ratio = rounded(fanout / floor)
	}
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
