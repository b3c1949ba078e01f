package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// Bounds of a run.
const (
	// perSecond is what the server allows one connection in the long run; a ping is
	// one of them.
	perSecond = 5
	// pingEvery is how often a client says that it is there.
	pingEvery = 10 * time.Second
	// lockSoon is when the sessions of staff, who enter nothing here, begin to lock.
	lockSoon = 9 * time.Minute
)

// options is what a run is told.
type options struct {
	rooms, members int
	from           int     // members of a room that follow it in the smaller run
	rate           float64 // messages a second, over all rooms
	duration       time.Duration
	settle         time.Duration
	preload        int
	idle, floor    bool
	url, tokens    string
	redis          string // its address; "" for one server on a folder
	nodes          int

	cpuProfile, heapProfile string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("kithload", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&o.rooms, "rooms", 100, "rooms")
	f.IntVar(&o.members, "members", 12, "members of each room, one connection each")
	f.Float64Var(&o.rate, "rate", 1000, "messages a second in all rooms together")
	f.DurationVar(&o.duration, "duration", 15*time.Second, "how long to post; with -idle, how much longer to be idle")
	f.DurationVar(&o.settle, "settle", 12*time.Second, "how long connections are idle before memory is read and posting begins")
	f.IntVar(&o.preload, "preload", 0, "messages that each room holds before")
	f.BoolVar(&o.idle, "idle", false, "post nothing: measure the memory of idle connections")
	f.BoolVar(&o.floor, "floor", false, "also measure what the writes alone cost")
	f.IntVar(&o.from, "from", 1, "with -floor: how many members of each room follow it in the smaller of the two runs")
	f.StringVar(&o.url, "url", "", "origin of a running server, such as http://127.0.0.1:8080, instead of an own one")
	f.StringVar(&o.tokens, "tokens", "", "with -url: the file that kithload seed wrote")
	f.StringVar(&o.redis, "redis", "", "address of a Redis of kithload's own, such as redis://127.0.0.1:6379, to measure servers that share it; what the run puts there it removes")
	f.IntVar(&o.nodes, "nodes", 1, "with -redis: how many servers; the members of each room are spread over them")
	f.StringVar(&o.cpuProfile, "cpuprofile", "", "write a CPU profile of the server over the last run to this file")
	f.StringVar(&o.heapProfile, "heapprofile", "", "write a heap profile of the server with idle connections to this file")
	f.Usage = func() {
		fmt.Fprint(stderr, "kithload puts a load on a Kith server and counts what became of it.\n"+
			"kithload seed -h tells how to prepare a folder for a server of your own.\n"+
			"With -redis it starts -nodes servers that share an empty Redis, and counts what goes from one to another.\n\n")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%q is more than kithload takes; -h lists the flags", f.Arg(0))
	}
	return o, o.check()
}

// check refuses what cannot be measured, and says what to change.
func (o options) check() error {
	if err := o.checkNodes(); err != nil {
		return err
	}
	per := o.rate / float64(o.rooms*o.members)
	switch {
	case o.rooms < 1 || o.members < 1 || o.preload < 0:
		return errors.New("-rooms and -members must be 1 or more, -preload 0 or more")
	case (o.url == "") != (o.tokens == ""):
		return errors.New("-url and -tokens go together: kithload seed writes the tokens")
	case o.url != "" && (o.floor || o.preload > 0 || o.cpuProfile != "" || o.heapProfile != ""):
		return errors.New("-floor, -preload and profiles need a server of kithload's own: leave out -url")
	case o.settle+o.duration > lockSoon:
		return fmt.Errorf("sessions lock without input: keep -settle and -duration together under %v", lockSoon)
	case o.idle && o.floor:
		return errors.New("-idle posts nothing, so there is no -floor to it: give one of them")
	case o.idle:
		return nil
	case o.rate <= 0 || o.duration <= 0:
		return errors.New("-rate and -duration must be more than 0; -idle posts nothing")
	case per > perSecond-1:
		return fmt.Errorf("%.1f messages a second for each member are more than the server takes: lower -rate or give more -rooms or -members", per)
	case o.floor && (o.from < 1 || o.from >= o.members):
		return errors.New("-floor compares some members of a room with all: give 2 -members or more, and -from between 1 and one less")
	}
	return nil
}

// checkNodes refuses what does not go with several nodes.
func (o options) checkNodes() error {
	switch {
	case o.nodes < 1:
		return errors.New("-nodes must be 1 or more")
	case o.nodes > 1 && o.redis == "":
		return errors.New("several nodes share their data in a Redis: give -redis with -nodes, or leave -nodes out")
	case o.redis == "":
		return nil
	case o.url != "" || o.tokens != "":
		return errors.New("-redis starts servers of kithload's own: leave out -url and -tokens, or leave out -redis")
	case o.floor || o.cpuProfile != "" || o.heapProfile != "":
		return errors.New("-floor and profiles are of one server on a folder: leave out -redis")
	case o.nodes > o.members:
		return errors.New("every room has members on every node: give as many -members as -nodes, or more")
	}
	_, err := redisOptions(o.redis)
	return err
}

// sockets is how many this process opens: those to the floor besides.
func (o options) sockets() int {
	if o.floor {
		return 2 * o.conns()
	}
	return o.conns()
}

// rest is how long connections are idle before memory is read.
func (o options) rest() time.Duration {
	if o.idle {
		return o.settle + o.duration
	}
	return o.settle
}

func (o options) conns() int { return o.rooms * o.members }

// plan is the load these options ask for.
func (o options) plan() plan {
	return plan{rooms: o.rooms, members: o.members, nodes: o.nodes, rate: o.rate, count: int(o.rate * o.duration.Seconds())}
}
